"""Agencies with their staff: 100 % without a list of names."""
