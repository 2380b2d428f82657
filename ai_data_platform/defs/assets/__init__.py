"""The assets, a module per lane."""
