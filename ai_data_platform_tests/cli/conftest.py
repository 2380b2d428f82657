"""What the tests of the commands share: an empty home with a ledger, and a terminal of 80 columns."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ai_data_platform.cli.output import console
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.ledger import GateLedger

Aidp = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which nothing stands yet."""
    return Home(tmp_path / "home", CHECKOUT / "dbt_project")


@pytest.fixture
def ledger(home: Home) -> GateLedger:
    """The home's ledger, on a clock that starts at noon and shows one minute more each time."""
    minutes = iter(range(1_000))
    noon = datetime(2025, 3, 9, 12, tzinfo=UTC)
    return GateLedger(
        home.root / "verdicts.sqlite", lambda: noon + timedelta(minutes=next(minutes))
    )


@pytest.fixture
def aidp(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Aidp:
    """A command of `aidp` on that home, in this process; `width` is the terminal's."""
    from ai_data_platform.cli.app import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIDP_HOME", str(home.root))

    def run(*arguments: str, width: int = 80) -> Result:
        monkeypatch.setattr(console, "width", width)
        return CliRunner().invoke(app, arguments)

    return run
