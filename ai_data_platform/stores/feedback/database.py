"""The seam between the store and the database that keeps its rows."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from ai_data_platform.stores.feedback.series import SERIES, Entry, Series

__all__ = ["SCHEMA", "Cursor", "Database", "schema"]

T = TypeVar("T")


class Cursor(Protocol):
    """What runs statements within one transaction; `?` stands for a value."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "Cursor": ...

    def fetchall(self) -> list[tuple[Any, ...]]: ...


class Database(Protocol):
    """A place for the store's tables. Every call is safe from several threads.

    Raises StoreUnavailable when the database cannot serve, and tries it anew with the next call.
    """

    name: str
    """For people: which database it is, without a password."""

    for_update: str
    """What makes a read of a row wait for other writers, where a transaction does not as such."""

    def listed(self, column: str, values: Sequence[str]) -> tuple[str, Any]:
        """A condition that the column is one of these, and its one value."""
        ...

    def insert(
        self, cursor: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Add rows to a table in one go."""
        ...

    def write(self, work: Callable[[Cursor], T]) -> T:
        """Run work in a transaction; what it returns is on the disk. It may run twice, committed once."""
        ...

    def append(self, series: Series[Any], new: Sequence[tuple[int, Entry]]) -> int | None:
        """Add rows numbered from 1 after what stands, counted, and say after which sequence.

        None, and nothing is done, where one of their keys stands already, or where a transaction costs no
        more than this.
        """
        ...

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, which sees whole transactions only and waits for no writer."""
        ...

    def close(self) -> None: ...


SCHEMA = """
create table if not exists events (
    sequence {number} primary key,
    record_id text not null,
    event_id {id} not null unique,
    conversation_id text not null,
    message_id text,
    rating integer not null check (rating between 1 and 5),
    feedback_text text,
    user_id text,
    created_at text not null,
    source_file text not null,
    source_line bigint not null,
    kind text not null default 'stars',
    edited_text text,
    shown_position integer,
    claimed_at text,
    day text not null generated always as (substr(created_at, 1, 10)) stored
);
create index if not exists events_by_day on events (day, sequence);
create table if not exists turns (
    sequence {number} primary key,
    record_id text not null,
    turn_id {id} not null unique,
    conversation_id text not null,
    message_id text not null,
    parent_message_id text,
    thread text,
    turn_index integer not null,
    user_message text not null,
    assistant_message text not null,
    rating integer,
    model text,
    user_id text,
    created_at text not null,
    claimed_at text,
    source_file text not null,
    source_line bigint not null,
    day text not null generated always as (substr(created_at, 1, 10)) stored
);
create index if not exists turns_by_day on turns (day, sequence);
create table if not exists totals (
    series text primary key,
    last_sequence bigint not null,
    processed bigint not null,
    misdated bigint not null
);
create table if not exists day_totals (
    series text not null,
    day text not null,
    total bigint not null,
    last_sequence bigint not null,
    primary key (series, day)
);
"""
"""Times are ISO 8601 in UTC. `created_at` is the time that a row is filed under, `claimed_at` what was sent
where that was not believed. `totals` and `day_totals` change in the transaction that adds rows, so nothing
is ever counted; the row of a series in `totals` is what numbers its rows without gaps."""


def schema(number: str, id: str) -> list[str]:
    """The statements that make what is not there, with a dialect's words for a sequence and an id."""
    made = [part.strip() for part in SCHEMA.format(number=number, id=id).split(";") if part.strip()]
    first = (
        f"insert into totals values ('{series.name}', 0, 0, 0) on conflict (series) do nothing"
        for series in SERIES
    )
    return [*made, *first]
