"""The command `aidp`."""

from ai_data_platform.cli.app import main

__all__ = ["main"]
