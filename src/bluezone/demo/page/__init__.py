"""The one page of the demo: templates, script, style, and the small server behind them."""
