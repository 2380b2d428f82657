"""Both places that a feedback store may have, each empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ai_data_platform.stores.feedback import FeedbackStore
from ai_data_platform_tests.servers import Postgres
from ai_data_platform_tests.stores.feedback.rows import Place


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    return Place(tmp_path / "state" / "feedback.sqlite")


@pytest.fixture
def postgres_place(postgres_server: Postgres, tmp_path: Path) -> Place:
    """A schema that is not there yet: dropping one takes a tenth of a new database's time."""
    postgres_server.run("drop schema if exists aidp_feedback cascade")
    return Place(tmp_path / "unused.sqlite", postgres_server.url)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    """SQLite and PostgreSQL in turn."""
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.fixture
def store(place: Place) -> Iterator[FeedbackStore]:
    with place.open() as opened:
        yield opened
