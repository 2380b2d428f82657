from pathlib import Path

import pytest

from ai_data_platform_tests.stores.provenance.platform import Platform


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)
