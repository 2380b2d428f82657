"""The screening step on a home of its own: gated, incremental, and stopped by a wrong setting."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from ai_data_platform.core.compute import InThisProcess
from ai_data_platform.core.conversations.redact import RedactOptions, Redactor
from ai_data_platform.core.conversations.redacted import REDACTION_RULES, redact_log
from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.defs.assets.screening import screened_chat_logs
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.home import Home

ANSWERS = [
    "Use a cable of six square millimetres, and keep it shorter than ten metres.",
    "I'm sorry, but I can't help with that.",
    "Nehmen Sie ein Kabel mit sechs Quadratmillimetern, das kürzer als zehn Meter ist.",
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, CHECKOUT / "dbt_project")


def redacted(home: Home, answers: list[str]) -> pa.Table:
    """Chat logs with these answers, redacted and passed."""
    rows = [
        {
            "record_id": f"r{number}",
            "conversation_id": f"c{number}",
            "message_id": f"m{number}",
            "turn_index": 0,
            "user_message": "Which cable do I need for the battery?",
            "assistant_message": answer,
            "created_at": datetime(2025, 3, 1, tzinfo=UTC),
            "source_file": "log.jsonl",
            "source_line": number + 1,
        }
        for number, answer in enumerate(answers)
    ]
    made = redact_log(pa.Table.from_pylist(rows, CHAT_LOG), None, Redactor(RedactOptions()))
    audited_write(
        home.lake,
        home.ledger,
        "redacted_chat_logs",
        made.table,
        REDACTION_RULES,
        inputs="log",
        code_version="1",
        figures=made.figures,
    )
    return made.table


def screened(home: Home, **overrides: Any) -> dict[str, Any]:
    """What a run of the step showed."""
    settings = Settings(_env_file=None, home=home.root, chat_logs="none", **overrides)
    resources = {"settings": settings, "home": home, "compute": InThisProcess()}
    run = dg.materialize([screened_chat_logs], resources=resources)
    (event,) = run.asset_materializations_for_node("screened_chat_logs")
    return {name: value.value for name, value in event.metadata.items()}


def test_every_exchange_is_screened_and_the_mix_of_languages_is_shown(home: Home) -> None:
    logged = redacted(home, ANSWERS)
    shown = screened(home, languages=("en",))
    table = home.verified.read("screened_chat_logs")
    assert table.num_rows == logged.num_rows
    assert table["drop_reason"].to_pylist() == [None, "refusal", "other_language"]
    assert [record.data for record in shown["languages"].records] == [
        {"language": "en", "rows": 2},
        {"language": "de", "rows": 1},
    ]
    assert (shown["dropped_refusal"], shown["dropped_other_language"]) == (1, 1)


def test_a_second_run_writes_nothing_and_a_longer_log_scores_the_new_exchange_alone(
    home: Home,
) -> None:
    redacted(home, ANSWERS)
    assert screened(home)["scored"] == 3
    assert screened(home)["reused"] is True
    redacted(home, [*ANSWERS, "Ask an electrician which cable your cellar needs."])
    shown = screened(home)
    assert (shown["scored"], shown["taken_over"], shown["reused"]) == (1, 3, False)


def test_a_redacted_log_whose_pass_was_taken_back_is_not_screened(home: Home) -> None:
    table = redacted(home, ANSWERS)
    home.lake.write("redacted_chat_logs", table.slice(1), inputs="by hand")
    with pytest.raises(dg.Failure, match="redacted_chat_logs is not read"):
        screened(home)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"toxicity": "no_such_package:scorer"}, "AIDP_TOXICITY is 'no_such_package:scorer'"),
        ({"languages": ("english",)}, r"no languages \['english'\]"),
    ],
)
def test_a_setting_that_leads_nowhere_fails_the_step_and_names_it(
    home: Home, overrides: dict[str, Any], said: str
) -> None:
    redacted(home, ANSWERS)
    with pytest.raises(dg.Failure, match=said):
        screened(home, **overrides)


def test_the_word_list_scores_toxicity_where_it_is_named(home: Home) -> None:
    redacted(home, [*ANSWERS, "I will kill you if you ask me that again."])
    name = "ai_data_platform.core.conversations.toxicity:LexiconScorer"
    screened(home, toxicity=name)
    table = home.verified.read("screened_chat_logs")
    assert table["toxicity"].to_pylist() == [0.0, 0.0, 0.0, 1.0]
    assert table["drop_reason"].to_pylist() == [None, "refusal", None, "toxic"]
