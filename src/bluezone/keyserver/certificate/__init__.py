"""Whose certificates are believed, and with which keys."""
