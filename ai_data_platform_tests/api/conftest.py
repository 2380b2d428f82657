"""A real store, the application over it, and a client of the application."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ai_data_platform.api import create_app
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform.stores.tokens import TokenStore
from ai_data_platform_tests.api.serving import NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    with open_feedback(tmp_path / "feedback.sqlite", timeout_s=0.1) as opened:
        yield opened


@pytest.fixture
def client(store: FeedbackStore) -> Iterator[TestClient]:
    app = create_app(store, clock=lambda: NOW)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def tokens(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "tokens.json")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def each_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FeedbackStore]:
    """A store in SQLite and, as a slow test, one in PostgreSQL."""
    url = request.getfixturevalue("postgres").url if request.param == "postgres" else None
    with open_feedback(tmp_path / "feedback.sqlite", url) as opened:
        yield opened
