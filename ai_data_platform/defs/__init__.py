"""The Dagster room: assets, checks and automation, thin over core and stores."""
