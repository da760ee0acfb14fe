"""Exposure Notification v1.2: keys, identifiers, metadata."""
