"""Reading files with figures: from bytes to a preview to stored rows (docs/figures.md)."""
