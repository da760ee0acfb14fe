"""The seed played through: Hải Dương, 5 to 20 August 2020 (docs/seed.md)."""
