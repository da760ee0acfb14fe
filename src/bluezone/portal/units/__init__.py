"""The administrative tree and its versions in time (docs/units.md)."""
