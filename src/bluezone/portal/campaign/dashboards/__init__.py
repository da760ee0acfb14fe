"""Dashboards of the campaign: what a unit has reached, will reach, and does tomorrow."""
