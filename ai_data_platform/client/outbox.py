"""Letters that wait for the service, in a SQLite file or in memory.

A letter leaves the outbox when the service acknowledged it or refused it for good. Several processes may
share a file: a sender leases the letters that it works on, and a lease that ran out (its holder died) is
anybody's again. A letter may so go out twice; the service counts it once, by its event id.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import time
from typing import Any, NamedTuple

from ai_data_platform.client.errors import NotKept
from ai_data_platform.client.letters import Letter

__all__ = ["DeadLetter", "Outbox", "Waiting"]

_SCHEMA = """
create table if not exists letters (
    id integer primary key autoincrement,
    route text not null,
    key text not null,
    body text not null,
    leased_until real not null default 0
);
create table if not exists dead (
    id integer primary key autoincrement,
    route text not null,
    key text not null,
    body text not null,
    status integer not null,
    reason text not null
);
create table if not exists totals (
    single integer primary key check (single = 1),
    waiting integer not null,
    refused integer not null
);
insert or ignore into totals values (1, 0, 0);
create trigger if not exists one_more after insert on letters begin
    update totals set waiting = waiting + 1;
end;
create trigger if not exists one_less after delete on letters begin
    update totals set waiting = waiting - 1;
end;
create trigger if not exists one_refused after insert on dead begin
    update totals set refused = refused + 1;
    delete from dead where id <= new.id - 1000;
end;
"""
MAX_DEAD = 1_000
"""Dead letters whose text is kept, the newest; all of them are counted. Stands in the schema."""

# A lease beyond the longest one was given under another clock: it does not count.
_FREE = "leased_until not between :now and :now + :lease"
_CLAIM = f"""
update letters set leased_until = :now + :lease where id in (
    select id from letters
    where {_FREE} and route = (select route from letters where {_FREE} order by id limit 1)
    order by id limit :most
) returning id, route, key, body"""
_inherited: list[sqlite3.Connection] = []
"""Connections of a parent process. SQLite forbids to use them after a fork, even to close them."""

_BUSY_S = 2.0  # rating waits at most so long for another process that writes to the same file


class Waiting(NamedTuple):
    """A leased letter and its number in the outbox."""

    number: int
    letter: Letter


class DeadLetter(NamedTuple):
    """A letter that the service refused for good: HTTP status and its reason."""

    letter: Letter
    status: int
    reason: str


class Outbox:
    """At most `capacity` letters, oldest first. Safe for threads, processes and a fork.

    What `put` took survives a crash of this process; a power cut may take the last moments.
    """

    def __init__(self, path: Path | None, *, capacity: int) -> None:
        self._path = path
        self._capacity = capacity
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # what people wrote is nobody else's
        self._open()

    @property
    def in_memory(self) -> bool:
        return self._path is None

    def lock(self) -> None:
        """Keep every thread out, until `unlock`."""
        self._lock.acquire()

    def unlock(self) -> None:
        self._lock.release()

    def reopen(self) -> None:
        """A lock and a connection of its own for a forked child; one in memory starts empty there."""
        _inherited.append(self._connection)
        self._open()

    def put(self, letters: Sequence[Letter]) -> int:
        """Keep all letters or, raising NotKept, none. The number of the last one."""
        with self._transaction() as connection:
            ((waiting,),) = connection.execute("select waiting from totals")
            if waiting + len(letters) > self._capacity:
                raise NotKept(f"{waiting:,} letters wait, the outbox takes {self._capacity:,}")
            sql = "insert into letters (route, key, body) values (?, ?, ?)"
            number = 0
            for letter in letters:
                number = connection.execute(sql, letter).lastrowid or 0
            return number

    def claim(self, most: int, lease_s: float) -> list[Waiting]:
        """Up to `most` letters of one route, oldest first, leased to the caller for so many seconds."""
        values = {"now": time(), "lease": lease_s, "most": most}
        with self._transaction() as connection:
            rows = connection.execute(_CLAIM, values).fetchall()
        return [Waiting(number, Letter(*letter)) for number, *letter in sorted(rows)]

    def release(self, letters: Sequence[Waiting]) -> None:
        """Give leased letters back, to be claimed again."""
        sql = "update letters set leased_until = 0 where id = ?"
        with self._transaction() as connection:
            connection.executemany(sql, [(waiting.number,) for waiting in letters])

    def remove(self, letters: Sequence[Waiting]) -> None:
        """Forget letters that were acknowledged."""
        with self._transaction() as connection:
            _delete(connection, letters)

    def bury(self, waiting: Waiting, status: int, reason: str) -> None:
        """Move a letter that was refused for good to the dead ones."""
        with self._transaction() as connection:
            _delete(connection, [waiting])
            sql = "insert into dead (route, key, body, status, reason) values (?, ?, ?, ?, ?)"
            connection.execute(sql, (*waiting.letter, status, reason))

    def revive(self) -> int:
        """Put the dead letters back among the waiting ones. How many these were."""
        with self._transaction() as connection:
            sql = "insert into letters (route, key, body) select route, key, body from dead order by id"
            revived = connection.execute(sql).rowcount
            connection.execute("delete from dead")
            return revived

    def dead(self) -> list[DeadLetter]:
        """The newest 1,000 of the refused letters, in the order of their refusal."""
        rows = self._rows("select route, key, body, status, reason from dead order by id")
        return [DeadLetter(Letter(*row[:3]), *row[3:]) for row in rows]

    def waiting(self, upto: int | None = None) -> int:
        """How many letters wait; with `upto`, whether (1 or 0) any numbered so or lower does."""
        if upto is None:
            return int(self._rows("select waiting from totals")[0][0])
        return len(self._rows(f"select 1 from letters where id <= {upto:d} limit 1"))

    def last(self) -> int:
        """The highest number given so far, 0 before the first."""
        rows = self._rows("select seq from sqlite_sequence where name = 'letters'")
        return int(rows[0][0]) if rows else 0

    def refused(self) -> int:
        """How many letters were ever refused for good."""
        return int(self._rows("select refused from totals")[0][0])

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _open(self) -> None:
        self._lock = Lock()
        with _kept():
            self._connection = _connection(self._path)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _kept(), self._lock, self._connection as connection:
            connection.execute("begin immediate")
            yield connection

    def _rows(self, sql: str) -> list[Any]:
        with _kept(), self._lock:
            return self._connection.execute(sql).fetchall()


def _connection(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(
        ":memory:" if path is None else os.fspath(path),
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute(
        "pragma secure_delete = on"
    )  # what was sent does not stay behind in the file
    connection.executescript(f"begin immediate; {_SCHEMA} commit;")
    return connection


def _delete(connection: sqlite3.Connection, letters: Sequence[Waiting]) -> None:
    connection.executemany("delete from letters where id = ?", [(w.number,) for w in letters])


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise NotKept(f"the outbox cannot be used now: {error}") from error
