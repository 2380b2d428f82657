"""Feedback events that came in through the API, in one SQLite file that several processes share."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from types import TracebackType
from typing import Any, NamedTuple, Self

from ai_data_platform.core.errors import AidpError
from ai_data_platform.core.feedback import FeedbackEvent

__all__ = ["Added", "Conflict", "DayTotals", "FeedbackStore", "StoreUnavailable"]

_SCHEMA = """
create table if not exists events (
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
    source_line integer not null,
    kind text not null default 'stars',
    edited_text text,
    shown_position integer,
    day text not null generated always as (substr(created_at, 1, 10)) stored
);
create index if not exists events_by_day on events (day, sequence);
create table if not exists days (
    day text primary key,
    events integer not null,
    last_sequence integer not null
) without rowid;
create trigger if not exists days_follow_events after insert on events begin
    insert into days values (new.day, 1, new.sequence)
    on conflict (day) do update set events = events + 1, last_sequence = excluded.last_sequence;
end;
create table if not exists processed (
    single integer primary key check (single = 1),
    sequence integer not null
);
insert or ignore into processed values (1, 0);
"""

_RATED = "conversation_id, message_id, rating, feedback_text, user_id"
_SHOWN = "kind, edited_text, shown_position"
_CONTENT = f"{_RATED}, {_SHOWN}"
_COLUMNS = f"record_id, event_id, {_CONTENT}, created_at, source_file"
_LINE = "iif(source_line = 0, sequence, source_line)"
_READ = f"record_id, event_id, {_RATED}, created_at, source_file, {_LINE}, {_SHOWN}"
_FIND = f"select sequence, {_CONTENT} from events where event_id = ?"
_INSERT = f"""insert into events ({_COLUMNS}, source_line)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning sequence"""
_LAST = "coalesce((select seq from sqlite_sequence where name = 'events'), 0)"
"""The highest number given so far, kept by SQLite itself: no rows are counted."""


class Conflict(AidpError):
    """An event id came back with another rating: one of the two events would be lost."""


class StoreUnavailable(AidpError):
    """SQLite cannot serve now (locked for too long, disk full); what was sent is not stored."""


class Added(NamedTuple):
    """Where an event stands; `created` is false when it stood there already."""

    sequence: int
    created: bool


class DayTotals(NamedTuple):
    """How many events a UTC day holds, and the sequence of the one that came last."""

    events: int
    last_sequence: int


class FeedbackStore:
    """Events numbered 1, 2, 3, ... in the order of their arrival, each event id once.

    What `add` returned is on the disk. Safe for several threads and several processes on one
    machine; SQLite's log does not work over a network file system. Counting is never a scan.
    """

    def __init__(self, path: Path, *, busy_timeout_s: float = 30.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()  # one connection: a transaction must not mix with another thread's
        self._connection = sqlite3.connect(
            path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        _retry(self._connection, "pragma journal_mode = wal", busy_timeout_s)
        self._connection.execute("pragma synchronous = full")  # a commit waits for the disk
        self._connection.executescript(f"begin immediate; {_SCHEMA} commit;")

    def add(self, event: FeedbackEvent) -> Added:
        """Store an event; one with a known id and the same content is counted once.

        Raises Conflict for a known id with other content, StoreUnavailable when nothing was stored.
        The time and the place of an event are not content: a retry comes later.
        """
        return self.add_many([event])[0]

    def add_many(self, events: Iterable[FeedbackEvent]) -> list[Added]:
        """Store all events or, when one of them fails, none. Raises as `add` does."""
        with self._transaction():
            return [self._insert(event) for event in events]

    def last_sequence(self) -> int:
        """How many events were ever stored."""
        return self._number(f"select {_LAST}")

    def unprocessed(self) -> int:
        """How many events came after the last one that was processed."""
        return self._number(f"select {_LAST} - sequence from processed")

    def mark_processed(self, sequence: int) -> None:
        """Note that all events up to this one were processed; the mark never moves back."""
        last = self.last_sequence()
        if not 0 <= sequence <= last:
            raise ValueError(f"sequence is {sequence}, wanted 0 to {last}")
        with self._transaction() as connection:
            connection.execute("update processed set sequence = max(sequence, ?)", (sequence,))

    def read_days(self, after: int, upto: int) -> list[str]:
        """The UTC days, in order, of the events with after < sequence <= upto."""
        sql = "select distinct day from events where sequence > ? and sequence <= ? order by day"
        return [day for (day,) in self._rows(sql, after, upto)]

    def days(self) -> dict[str, DayTotals]:
        """The totals of each UTC day, in order; one row a day is read."""
        rows = self._rows("select day, events, last_sequence from days order by day")
        return {day: DayTotals(events, last) for day, events, last in rows}

    def events_of_day(self, day: str, upto: int | None = None) -> list[FeedbackEvent]:
        """The events of a UTC day in the order of their arrival, the last one being `upto`.

        An event that came without a line number of its own (0) has its sequence as its line.
        """
        sql = f"select {_READ} from events where day = ? and sequence <= ? order by sequence"
        rows = self._rows(sql, day, self.last_sequence() if upto is None else upto)
        return [_event(row) for row in rows]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time, from the first read on; any error undoes all of it."""
        with _translated(), self._lock, self._connection:
            self._connection.execute("begin immediate")
            yield self._connection

    def _insert(self, event: FeedbackEvent) -> Added:
        standing = self._connection.execute(_FIND, (event.event_id,)).fetchone()
        if standing is None:
            row = self._connection.execute(_INSERT, _row(event)).fetchone()
            return Added(row[0], created=True)
        sequence, *content = standing
        if content != _content(event):
            raise Conflict(
                f"event {event.event_id} is stored with another rating: send a new rating "
                "under an event id of its own"
            )
        return Added(sequence, created=False)

    def _number(self, sql: str) -> int:
        ((number,),) = self._rows(sql)
        return int(number)

    def _rows(self, sql: str, *values: str | int) -> list[Any]:
        with _translated(), self._lock:
            return self._connection.execute(sql, values).fetchall()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"the feedback store cannot serve now: {error}") from error


def _retry(connection: sqlite3.Connection, sql: str, seconds: float) -> None:
    """Two processes that open a new file at once: SQLite refuses one of them without waiting."""
    deadline = monotonic() + seconds
    while True:
        try:
            connection.execute(sql)
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _content(event: FeedbackEvent) -> list[str | int | None]:
    return [
        event.conversation_id,
        event.message_id,
        event.rating,
        event.feedback_text,
        event.user_id,
        event.kind,
        event.edited_text,
        event.shown_position,
    ]


def _event(row: tuple[Any, ...]) -> FeedbackEvent:
    fields = dict(zip(FeedbackEvent.__slots__, row, strict=True))
    return FeedbackEvent(**fields | {"created_at": datetime.fromisoformat(fields["created_at"])})


def _row(event: FeedbackEvent) -> tuple[str | int | None, ...]:
    created_at = event.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    place = (event.source_file, event.source_line)
    return (event.record_id, event.event_id, *_content(event), created_at, *place)
