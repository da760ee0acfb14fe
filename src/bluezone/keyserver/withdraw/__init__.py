"""Withdrawing keys: whoever holds their revision token has them deleted."""
