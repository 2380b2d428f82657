"""What is particular to a store in a SQLite file: earlier versions, and a disk that fails."""

import itertools
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.feedback import (
    Added,
    DayTotals,
    FeedbackStore,
    StoreUnavailable,
    open_feedback,
)
from ai_data_platform_tests.stores.feedback.rows import DAY, Place, event, turn

VERSION_0 = """
create table events (
    sequence integer primary key autoincrement,
    record_id text not null,
    event_id text not null unique,
    conversation_id text not null,
    message_id text,
    rating integer not null check (rating between 1 and 5),
    feedback_text text,
    user_id text,
    created_at text not null,
    source_file text not null,
    source_line integer not null,{columns}
    day text not null generated always as (substr(created_at, 1, 10)) stored
);
create index events_by_day on events (day, sequence);
create table days (
    day text primary key, events integer not null, last_sequence integer not null
) without rowid;
create trigger days_follow_events after insert on events begin
    insert into days values (new.day, 1, new.sequence)
    on conflict (day) do update set events = events + 1, last_sequence = excluded.last_sequence;
end;
create table processed (single integer primary key check (single = 1), sequence integer not null);
insert into processed values (1, {processed});
"""
KINDS = "kind text not null default 'stars', edited_text text, shown_position integer,"
OLD = """insert into events (record_id, event_id, conversation_id, message_id, rating, feedback_text,
user_id, created_at, source_file, source_line) values (?, ?, 'c1', null, 4, 'Fine.', 'u1', ?,
'feedback_api', 0)"""


@pytest.fixture
def path(sqlite_place: Place) -> Path:
    sqlite_place.path.parent.mkdir(exist_ok=True)
    return sqlite_place.path


@pytest.fixture
def store(sqlite_place: Place) -> Iterator[FeedbackStore]:
    with sqlite_place.open(timeout_s=0.2) as opened:
        yield opened


@pytest.mark.parametrize("columns", ["", KINDS])
def test_a_file_of_an_earlier_version_is_brought_up_when_it_is_opened(
    path: Path, columns: str
) -> None:
    stored = [event(f"e{number}", days=number // 2) for number in range(3)]
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript(VERSION_0.format(columns=columns, processed=2))
        old.executemany(OLD, [(e.record_id, e.event_id, e.created_at.isoformat()) for e in stored])

    for _ in range(2):
        with open_feedback(path) as opened:
            assert opened.events_of_day(DAY) == [
                replace(one, source_line=line) for line, one in enumerate(stored[:2], 1)
            ]
            assert opened.days() == {DAY: DayTotals(2, 2), "2024-03-02": DayTotals(1, 3)}
            assert (opened.last_sequence(), opened.unprocessed()) == (3, 1)
            assert opened.add(stored[1]) == Added(2, created=False)
    with open_feedback(path) as opened:
        assert opened.add(replace(event("e3"), kind="thumbs", rating=5)) == Added(4, created=True)
        assert opened.add_turn(turn("m1")) == Added(1, created=True)


def test_an_empty_file_of_an_earlier_version_starts_at_one(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(VERSION_0.format(columns="", processed=0))
    with open_feedback(path) as opened:
        assert opened.add(event("e1")) == Added(1, created=True)


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("pragma user_version = 2")
    with pytest.raises(ConfigurationError, match="version 2, wanted 1 or less"):
        open_feedback(path)


OPEN = """
import sys
from pathlib import Path
from ai_data_platform.stores.feedback import open_feedback
open_feedback(Path(sys.argv[1])).close()
"""


def test_two_processes_may_open_a_new_file_at_once(path: Path) -> None:
    command = [sys.executable, "-c", OPEN, str(path)]
    opened = [subprocess.Popen(command) for _ in range(2)]
    assert [one.wait() for one in opened] == [0, 0]


def test_a_commit_waits_for_the_disk(store: FeedbackStore) -> None:
    store.add(event("e1"))
    pragmas = [
        store._database._writer.connection.execute(f"pragma {name}").fetchone()[0] for name in NAMES
    ]  # type: ignore[attr-defined]
    assert dict(zip(NAMES, pragmas, strict=True)) == {"journal_mode": "wal", "synchronous": 2}


NAMES = ("journal_mode", "synchronous")


def test_a_database_that_stays_locked_stores_nothing_and_says_so(
    store: FeedbackStore, path: Path
) -> None:
    store.add(event("e0"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.add(event("e1"))
        assert store.last_sequence() == 1  # readers pass
        other.execute("rollback")
    assert store.add(event("e1")) == Added(2, created=True)


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_stores_nothing_more_and_keeps_all_that_was_acknowledged(
    store: FeedbackStore, path: Path
) -> None:
    acknowledged = []

    def add_for_ever() -> None:
        for number in itertools.count():
            store.add(replace(event(f"e{number}"), feedback_text="text " * 500))
            acknowledged.append(f"e{number}")

    with full_disk(256 * 1024), pytest.raises(StoreUnavailable, match=r"full|disk I/O"):
        add_for_ever()
    assert acknowledged
    assert [found.event_id for found in store.events_of_day(DAY)] == acknowledged
    assert store.add(event("after")) == Added(len(acknowledged) + 1, created=True)
    assert store.days() == {DAY: DayTotals(len(acknowledged) + 1, len(acknowledged) + 1)}


def test_a_file_that_is_moved_away_is_missed_and_comes_back(
    store: FeedbackStore, path: Path
) -> None:
    store.add(event("e1"))
    elsewhere = path.parent.with_name("elsewhere")
    path.parent.rename(elsewhere)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            store.add(event("e2"))
        with pytest.raises(StoreUnavailable):
            store.last_sequence()
    elsewhere.rename(path.parent)
    assert store.add(event("e3")).created
    assert store.last_sequence() in (
        2,
        3,
    )  # what was not acknowledged may be there: it is sent again
    assert store.add(event("e2")).sequence in (2, 3)
    assert store.last_sequence() == 3


def test_a_backup_that_takes_the_files_place_is_what_is_written_to(
    store: FeedbackStore, path: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.sqlite"
    with open_feedback(backup) as other:
        other.add(event("of the backup"))
    store.add(event("e1"))
    store.add(event("e2"))
    for file in path.parent.iterdir():
        file.unlink()
    backup.rename(path)
    with pytest.raises(StoreUnavailable, match="moved away"):
        store.add(event("e3"))
    assert store.add(event("e3")) == Added(2, created=True)
    assert [found.event_id for found in store.events_of_day(DAY)] == ["of the backup", "e3"]
    assert store.last_sequence() == 2


def test_a_file_that_is_no_database_says_so(path: Path) -> None:
    path.write_bytes(b"something else, and long enough to be looked at" * 100)
    with pytest.raises(StoreUnavailable, match="cannot serve now: file is not a database"):
        open_feedback(path)


def test_threads_do_not_wait_for_each_others_disk(store: FeedbackStore) -> None:
    """300 events of 30 threads need far fewer than 300 transactions."""
    begun = 0

    def watch(statement: str) -> None:
        nonlocal begun
        begun += statement == "begin immediate"

    store.add(event("first"))
    store._database._writer.connection.set_trace_callback(watch)  # type: ignore[attr-defined]
    with ThreadPoolExecutor(30) as pool:
        list(pool.map(lambda number: store.add(event(f"e{number}")), range(300)))
    assert store.last_sequence() == 301
    assert begun < 200
