"""The feedback store: one real SQLite file a test."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ai_data_platform.core.errors import AidpError
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.stores.feedback import (
    Added,
    Conflict,
    DayTotals,
    FeedbackStore,
    StoreUnavailable,
)

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def event(
    name: str, *, rating: int = 4, days: int = 0, user_id: str | None = "u1"
) -> FeedbackEvent:
    return FeedbackEvent(
        record_id=f"record of {name}",
        event_id=name,
        conversation_id="c1",
        message_id=None,
        rating=rating,
        feedback_text="Fine.",
        user_id=user_id,
        created_at=NOON + timedelta(days=days, microseconds=1),
        source_file="feedback_api",
        source_line=0,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "feedback.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[FeedbackStore]:
    with FeedbackStore(path) as opened:
        yield opened


def test_an_event_comes_back_whole_with_its_sequence_as_its_line(store: FeedbackStore) -> None:
    from_file = replace(event("e2", user_id=None), source_file="a.jsonl", source_line=7)
    store.add(event("e1"))
    store.add(from_file)

    assert store.events_of_day("2024-03-01") == [replace(event("e1"), source_line=1), from_file]
    assert store.events_of_day("2024-03-02") == []


def test_an_event_that_comes_again_is_counted_once(store: FeedbackStore) -> None:
    assert store.add(event("e1")) == Added(1, created=True)
    assert store.add(event("e1")) == Added(1, created=False)
    assert store.add(event("e2")) == Added(2, created=True)
    assert (store.last_sequence(), len(store.events_of_day("2024-03-01"))) == (2, 2)


def test_a_retry_that_comes_later_or_from_elsewhere_is_still_the_same_event(
    store: FeedbackStore,
) -> None:
    store.add(event("e1"))
    retry = replace(event("e1", days=1), record_id="other", source_file="b", source_line=3)
    assert store.add(retry) == Added(1, created=False)
    assert store.days() == {"2024-03-01": DayTotals(1, 1)}


def test_an_event_id_used_for_another_rating_is_a_conflict_and_changes_nothing(
    store: FeedbackStore,
) -> None:
    store.add(event("e1", rating=4))
    with pytest.raises(Conflict, match="e1 is stored with another rating") as caught:
        store.add(event("e1", rating=5))
    assert isinstance(caught.value, AidpError)
    assert [stored.rating for stored in store.events_of_day("2024-03-01")] == [4]


def test_many_events_are_stored_all_or_none(store: FeedbackStore) -> None:
    assert store.add_many([event("e1"), event("e2"), event("e1")]) == [
        Added(1, created=True),
        Added(2, created=True),
        Added(1, created=False),
    ]
    with pytest.raises(Conflict):
        store.add_many([event("e3"), event("e4"), event("e1", rating=1)])
    assert (store.last_sequence(), store.days()) == (2, {"2024-03-01": DayTotals(2, 2)})


def test_repeats_conflicts_and_undone_writes_leave_no_gap_in_the_sequence(
    store: FeedbackStore,
) -> None:
    store.add(event("e1"))
    store.add(event("e1"))
    with pytest.raises(Conflict):
        store.add_many([event("e2"), event("e1", rating=1)])
    assert store.add(event("e3")) == Added(2, created=True)


def test_unprocessed_counts_from_the_mark_which_never_moves_back(store: FeedbackStore) -> None:
    assert (store.last_sequence(), store.unprocessed()) == (0, 0)
    store.add_many(event(f"e{number}") for number in range(5))
    assert store.unprocessed() == 5
    store.mark_processed(3)
    store.mark_processed(2)
    assert (store.last_sequence(), store.unprocessed()) == (5, 2)


@pytest.mark.parametrize("sequence", [-1, 2])
def test_a_mark_beyond_the_events_is_refused(store: FeedbackStore, sequence: int) -> None:
    store.add(event("e1"))
    with pytest.raises(ValueError, match="wanted 0 to 1"):
        store.mark_processed(sequence)


def test_the_days_of_new_events_are_named_and_totalled(store: FeedbackStore) -> None:
    store.add_many([event("e1"), event("e2", days=1), event("e3"), event("e4", days=-30)])

    assert store.read_days(0, 4) == ["2024-01-31", "2024-03-01", "2024-03-02"]
    assert store.read_days(1, 3) == ["2024-03-01", "2024-03-02"]
    assert store.read_days(4, 4) == []
    assert store.days() == {
        "2024-01-31": DayTotals(1, 4),
        "2024-03-01": DayTotals(2, 3),
        "2024-03-02": DayTotals(1, 2),
    }
    assert [found.event_id for found in store.events_of_day("2024-03-01", upto=2)] == ["e1"]


def test_everything_is_there_after_reopening(path: Path) -> None:
    with FeedbackStore(path) as first:
        first.add(event("e1"))
        first.mark_processed(1)
    with FeedbackStore(path) as second:
        assert second.add(event("e1")) == Added(1, created=False)
        assert second.add(event("e2")) == Added(2, created=True)
        assert second.unprocessed() == 1


def test_threads_share_one_store(store: FeedbackStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda number: store.add(event(f"e{number % 30}")), range(60)))

    assert sorted(one.sequence for one in added if one.created) == list(range(1, 31))
    assert store.days() == {"2024-03-01": DayTotals(30, 30)}


def test_a_database_that_stays_locked_stores_nothing_and_says_so(path: Path) -> None:
    with (
        FeedbackStore(path, busy_timeout_s=0.05) as store,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("begin immediate")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.add(event("e1"))
        other.execute("rollback")
        assert store.add(event("e1")) == Added(1, created=True)


WRITER = """
import sys
from pathlib import Path
from ai_data_platform_tests.stores.test_feedback import FeedbackStore, event
with FeedbackStore(Path(sys.argv[1])) as store:
    number = 0
    while True:
        store.add(event(f"{sys.argv[2]}-{number}"))
        store.add(event(f"shared-{number}"))
        print(number, flush=True)
        number += 1
"""


def test_what_two_killed_processes_had_acknowledged_is_stored_once(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "ab"
    ]
    acknowledged = set()
    for name, writer in zip("ab", writers, strict=True):
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(20)]
        acknowledged |= {f"{prefix}-{int(line)}" for line in lines for prefix in (name, "shared")}
    for writer in writers:
        writer.kill()
        writer.communicate()

    with FeedbackStore(path) as store:
        stored = [found.event_id for found in store.events_of_day("2024-03-01")]
        assert acknowledged <= set(stored)
        assert store.days() == {"2024-03-01": DayTotals(len(stored), len(stored))}
        assert len(stored) == len(set(stored)) == store.last_sequence() == store.unprocessed()
