"""The record of who did what: append-only, hash-chained."""
