"""What every room of the tests shares."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, or a skip that says how to point at it."""
    named = os.environ.get("AIDP_TEST_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set AIDP_TEST_DATA to a folder that holds it")
    return folder
