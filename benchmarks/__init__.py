"""Ratios that this project promises, each measured in one run; results in README.md."""
