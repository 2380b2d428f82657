"""`aidp explain`: the tree that a person reads, the document that a program reads."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ai_data_platform.cli.output import console
from ai_data_platform_tests.stores.provenance.platform import (
    DAY,
    FILE,
    Platform,
    exchange,
    rating,
)

Explain = Callable[..., Result]


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    made = Platform(tmp_path)
    made.log(exchange("m0"), exchange("m1", "c2", user_message="Long. " * 100))
    drop = made.dropped("m1", "duplicates", "near_duplicate", "c1", "conversation")
    made.version("sft", [made.conversation("c1", "m0")], [drop])
    return made


@pytest.fixture
def explain(platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Explain:
    from ai_data_platform.cli.app import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIDP_HOME", str(platform.home.root))
    monkeypatch.setenv("AIDP_CHAT_LOGS", str(platform.sources))

    def run(*arguments: str, width: int = 80) -> Result:
        monkeypatch.setattr(console, "width", width)
        return CliRunner().invoke(app, ["explain", *arguments])

    return run


def test_the_tree_shows_the_row_its_lines_and_the_gates(
    platform: Platform, explain: Explain
) -> None:
    version = platform.home.versions("sft").current().version
    shown = explain("c1", width=100).stdout.splitlines()
    redacted = platform.home.lake.recorded_fingerprint("redacted_chat_logs")
    assert [line.rstrip() for line in shown[:9]] == [
        "c1 is a conversation_id",
        f"├── sft {version} (candidate, published), train: row c1",
        "│   ├── user      What about m0?",
        "│   └── assistant This about m0.",
        f"├── exchange m0  {FILE}:1, byte 0",
        f"│   ├── record_id {platform.records['m0']}, day {DAY}",
        '│   ├── raw       {"conversation_id":"c1","message_id":"m0","turn_index":0,"user_message":"What …',
        "│   ├── text      What about m0? → This about m0.",
        f"│   ├── ✓ sft {version}: in row c1, train",
    ]
    assert f"redacted_chat_logs  {redacted[:12]}  PASSED" in "\n".join(shown)


def test_a_dropped_line_names_stage_reason_and_what_it_repeats(explain: Explain) -> None:
    shown = explain("m1").stdout
    assert "dropped at duplicates: near_duplicate" in shown
    assert "matched conversation c1" in shown
    assert "What about m0? → This about m0." in shown


@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_line_is_wider_than_the_terminal(explain: Explain, width: int) -> None:
    lines = explain("m1", width=width).stdout.splitlines()
    assert max(map(len, lines)) <= width


def test_a_line_of_quarantine_is_told_once_for_all_datasets(
    platform: Platform, explain: Explain
) -> None:
    platform.set_aside(9, "not_json", "unexpected end")
    shown = explain(f"{FILE}:9", width=120).stdout
    assert shown.count("set aside at raw_chat_logs: not_json") == 1
    assert "unexpected end" in shown


def test_many_ratings_have_a_line_each_and_are_counted_beyond_twelve(
    platform: Platform, explain: Explain
) -> None:
    platform.log(*(rating(f"e{n}", "m0") for n in range(15)), table="raw_feedback")
    shown = explain("c1", width=120).stdout
    assert shown.count("rating ratings.jsonl:") == 12
    assert "and 3 more ratings: --all shows them" in shown
    assert explain("c1", "--all").stdout.count("rating ratings.jsonl:") == 15


def test_as_json_it_is_one_document_with_the_same(platform: Platform, explain: Explain) -> None:
    found = json.loads(explain("m1", "--json").stdout)
    (record,) = found["records"]
    assert (found["asked"], found["kinds"], found["rows"]) == ("m1", ["message_id"], [])
    assert record["place"] == {"source_file": FILE, "source_line": 2}
    assert record["raw"]["path"] == str(platform.sources / FILE)
    assert [(f["dataset"], f["state"], f["reason"]) for f in record["fates"]] == [
        ("sft", "dropped", "near_duplicate"),
        ("preference", "waiting", "not_built_since"),
        ("unpaired_preference", "waiting", "not_built_since"),
    ]
    assert record["fates"][0]["matched"]["id"] == "c1"
    assert [v["table"] for v in found["verdicts"]] == ["redacted_chat_logs", "sft_dataset"]


def test_an_unknown_id_is_one_sentence_and_exit_code_one(explain: Explain) -> None:
    done = explain("m7")
    said = " ".join(done.stderr.split())
    assert (done.exit_code, done.stdout) == (1, "")
    assert said.startswith("error: nothing has the id 'm7', wanted a FILE:LINE, record_id,")
    assert "Traceback" not in said
