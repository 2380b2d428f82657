"""What the tests of the stores share: an empty home."""

from pathlib import Path

import pytest

from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which nothing stands yet."""
    return Home(tmp_path / "home", CHECKOUT / "dbt_project")
