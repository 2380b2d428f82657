"""Where the real data lies that a benchmark may need."""

import os
from pathlib import Path

from ai_data_platform.settings import CHECKOUT

__all__ = ["real_data"]


def real_data(part: str) -> Path | None:
    """The folder AIDP_TEST_DATA, or the one beside the checkout, where it holds `part`; else None."""
    named = os.environ.get("AIDP_TEST_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    return folder if (folder / part).exists() else None
