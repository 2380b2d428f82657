"""Snapshots: a run has nothing to do exactly when nothing of it changed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.conversations import ChatExchange, parse_exchange
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.snapshot import RunSnapshot
from ai_data_platform_tests.stores.logs import chat, write

REPORT = {"published": {"sft": "v1"}}
RATING = FeedbackEvent(
    record_id="r1",
    event_id="e1",
    conversation_id="c1",
    message_id=None,
    rating=4,
    feedback_text=None,
    user_id=None,
    created_at=datetime(2024, 3, 1, tzinfo=UTC),
    source_file="feedback_api",
    source_line=0,
)


@dataclass
class Run:
    """Sources, settings and a home, as a run sees them."""

    root: Path
    home: Home
    changes: dict[str, Any] = field(default_factory=dict)

    def snapshot(self) -> RunSnapshot:
        asked: dict[str, Any] = {
            "chat_logs": SourceSpec(str(self.root / "logs")),
            "feedback": SourceSpec(str(self.root / "ratings")),
            "documents": (str(self.root / "docs"),),
            "evaluation": (self.root / "questions.jsonl",),
            "settings": "{}",
            "code": (self.root / "code",),
        }
        return RunSnapshot(self.home, **asked | self.changes)

    def complete(self) -> None:
        snapshot = self.snapshot()
        snapshot.record(snapshot.sources(), REPORT)


@pytest.fixture
def run(tmp_path: Path, home: Home) -> Run:
    for name in ("logs/a.jsonl", "ratings/a.jsonl", "docs/a.md", "questions.jsonl", "code/a.py"):
        write(tmp_path / name, name.encode())
    write(home.root / "lake" / "table.parquet", b"rows")
    write(home.root / "verdicts.sqlite", b"verdicts")
    return Run(tmp_path, home)


def test_before_the_first_complete_run_there_is_something_to_do(run: Run) -> None:
    assert run.snapshot().unchanged() is None


def test_after_a_complete_run_there_is_nothing_to_do_and_its_report_still_holds(run: Run) -> None:
    run.complete()
    assert run.snapshot().unchanged() == REPORT
    assert run.snapshot().unchanged() == REPORT


@pytest.mark.parametrize(
    "name",
    [
        "logs/a.jsonl",
        "logs/new.jsonl",
        "ratings/a.jsonl",
        "docs/a.md",
        "questions.jsonl",
        "code/a.py",
        "home/lake/table.parquet",
        "home/vectors/chunks.lance/data",
        "home/versions/sft/published.json",
    ],
)
def test_a_file_that_changed_is_something_to_do(run: Run, name: str) -> None:
    run.complete()
    write(run.root / name, b"changed")
    assert run.snapshot().unchanged() is None


@pytest.mark.parametrize(
    "name", ["logs/a.jsonl", "docs/a.md", "home/lake/table.parquet", "home/verdicts.sqlite"]
)
def test_a_file_that_is_gone_is_something_to_do(run: Run, name: str) -> None:
    run.complete()
    (run.root / name).unlink()
    assert run.snapshot().unchanged() is None


def test_other_settings_are_something_to_do(run: Run) -> None:
    run.complete()
    run.changes = {"settings": '{"sft_min_rating": 5}'}
    assert run.snapshot().unchanged() is None
    run.changes = {"evaluation": (None,)}
    assert run.snapshot().unchanged() is None


def test_a_rating_through_the_api_is_something_to_do(run: Run) -> None:
    run.complete()
    run.home.feedback.add(RATING)
    assert run.snapshot().unchanged() is None


def test_a_turn_through_the_api_is_something_to_do(run: Run) -> None:
    run.complete()
    turn = parse_exchange(chat("m1"), "turns_api", 0)
    assert isinstance(turn, ChatExchange)
    run.home.feedback.add_turn(turn)
    assert run.snapshot().unchanged() is None


def test_what_arrives_during_a_run_is_news_for_the_next(run: Run) -> None:
    snapshot = run.snapshot()
    before = snapshot.sources()
    write(run.root / "logs" / "late.jsonl", b"late")
    snapshot.record(before, REPORT)
    assert run.snapshot().unchanged() is None


def test_lanes_without_a_source_do_not_stand_in_the_way(run: Run) -> None:
    nothing = SourceSpec(None)
    run.changes = {
        "chat_logs": nothing,
        "feedback": nothing,
        "documents": (),
        "evaluation": (None,),
    }
    run.complete()
    assert run.snapshot().unchanged() == REPORT
