"""Other people's searches for near-duplicates on the same rows, each in an environment of its own."""
