"""The redaction step on a home of its own: names by a finder that a setting names."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from ai_data_platform.core.compute import InThisProcess
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.defs.assets.redaction import redacted_chat_logs
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.home import Home

FINDER = """
import re

class Finder:
    fingerprint = "kim"

    def find(self, text):
        return [match.span() for match in re.finditer("Kim", text)]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    (tmp_path / "team_names.py").write_text(FINDER)
    monkeypatch.syspath_prepend(tmp_path)
    home = Home(tmp_path / "home", CHECKOUT / "dbt_project")
    row = {
        "record_id": "r1",
        "conversation_id": "c1",
        "message_id": "m1",
        "turn_index": 0,
        "user_message": "I am Kim, mail me at kim@acme.io",
        "assistant_message": "Hello Kim",
        "user_id": "u1",
        "created_at": datetime(2025, 3, 1, tzinfo=UTC),
        "source_file": "log.jsonl",
        "source_line": 1,
    }
    audited_write(
        home.lake,
        home.ledger,
        "stg_chat_logs",
        pa.Table.from_pylist([row], CHAT_LOG),
        [Rule("rows", ">", 0, "there are some")],
        inputs="log",
        code_version="1",
    )
    return home


def redacted(home: Home, finder: str | None) -> list[tuple[str, str]]:
    settings = Settings(_env_file=None, home=home.root, chat_logs="none", name_finder=finder)
    resources = {"settings": settings, "home": home, "compute": InThisProcess()}
    dg.materialize([redacted_chat_logs], resources=resources)
    table = home.verified.read("redacted_chat_logs")
    return list(
        zip(
            *(table[name].to_pylist() for name in ("user_message", "assistant_message")),
            strict=True,
        )
    )


def test_names_are_replaced_once_a_finder_is_named_and_stay_without_one(home: Home) -> None:
    assert redacted(home, None) == [("I am Kim, mail me at [EMAIL_1]", "Hello Kim")]
    assert redacted(home, "team_names:Finder") == [
        ("I am [NAME_1], mail me at [EMAIL_1]", "Hello [NAME_1]")
    ]


def test_a_finder_that_is_not_there_fails_the_step_and_names_the_setting(home: Home) -> None:
    with pytest.raises(dg.Failure, match="AIDP_NAME_FINDER is 'team_names:Missing'"):
        redacted(home, "team_names:Missing")
