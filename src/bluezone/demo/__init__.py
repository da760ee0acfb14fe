"""The demo street: twelve phones, both halves and one page, on an accelerated clock."""
