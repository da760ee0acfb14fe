"""Targets as officials write them: set, inherited, split, judged. See docs/targets.md."""
