"""Counts of the campaign and how far they are true (docs/figures.md)."""
