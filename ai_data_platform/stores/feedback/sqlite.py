"""The store's tables in one SQLite file, which several processes of one machine share."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any, NamedTuple, TypeVar, cast

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.feedback.answers import StoreUnavailable
from ai_data_platform.stores.feedback.database import Cursor, schema
from ai_data_platform.stores.feedback.series import Entry, Series

__all__ = ["SqliteDatabase"]

T = TypeVar("T")

_VERSION = 1
_CACHE_KIB = 65_536  # pages of the ids' index that need not be read again
_RETRY_S = 0.001
_ADDED = {
    "kind": "text not null default 'stars'",
    "edited_text": "text",
    "shown_position": "integer",
    "claimed_at": "text",
}
"""Columns that files of earlier versions may lack."""

_FROM_VERSION_0 = """
drop trigger if exists days_follow_events;
update totals set
    last_sequence = coalesce((select max(sequence) from events), 0),
    processed = (select sequence from processed)
where series = 'events';
insert into day_totals select 'events', day, events, last_sequence from days;
drop table days;
drop table processed;
"""


class _Opened(NamedTuple):
    connection: sqlite3.Connection
    inode: (
        tuple[int, int] | None
    )  # of the file that it has open, whatever stands at the path by now


class SqliteDatabase:
    """One connection writes, one reads: SQLite's log (WAL) lets readers pass.

    The log does not work over a network file system. A commit waits for the disk (synchronous = full).
    A file that is moved away or replaced is noticed before anything in it is acknowledged.
    """

    for_update = ""  # `begin immediate` keeps other writers out

    def __init__(self, path: Path, *, busy_timeout_s: float = 5.0) -> None:
        self.name = str(path)
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._write_lock, self._read_lock = Lock(), Lock()
        self._writer: _Opened | None = None
        self._reader: _Opened | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._serving(), closing(self._connect("rwc")) as connection:
            _prepare(connection)

    def listed(self, column: str, values: Sequence[str]) -> tuple[str, Any]:
        return f"{column} in (select value from json_each(?))", json.dumps(values)

    def insert(
        self, cursor: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        places = ", ".join("?" * len(columns))
        sql = f"insert into {table} ({', '.join(columns)}) values ({places})"
        cast(sqlite3.Connection, cursor).executemany(sql, rows)

    def write(self, work: Callable[[Cursor], T]) -> T:
        with self._write_lock, self._serving():
            opened = self._writer = self._writer or self._open()
            try:
                self._begin(opened.connection)
                done = work(cast(Cursor, opened.connection))
                opened.connection.execute("commit")
                self._require_in_place(opened)
            except BaseException:
                self._writer = None
                opened.connection.close()  # which undoes what was not committed
                raise
            return done

    def append(self, series: Series[Any], new: Sequence[tuple[int, Entry]]) -> int | None:
        return None  # no server to wait for between two statements

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._read_lock, self._serving():
            if self._reader is not None and self._moved(self._reader):
                self._close_reader()
            opened = self._reader = self._reader or self._open()
            try:
                return opened.connection.execute(sql, values).fetchall()
            except sqlite3.Error:
                self._close_reader()
                raise

    def close(self) -> None:
        with self._write_lock, self._read_lock:
            if self._writer is not None:
                self._writer.connection.close()
            self._writer = None
            self._close_reader()

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Wait for other processes. SQLite's own waits grow to 0.1 s: a busy one would starve this one."""
        connection.execute("pragma busy_timeout = 0")
        deadline = monotonic() + self._busy_timeout_s
        while True:
            try:
                connection.execute("begin immediate")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                    raise
                sleep(_RETRY_S)
            else:
                return

    def _open(self) -> _Opened:
        """A connection to the file as it stands now; a file that is gone is not made anew."""
        connection = self._connect("rw")
        connection.execute("pragma synchronous = full")
        connection.execute(f"pragma cache_size = -{_CACHE_KIB}")
        return _Opened(connection, _inode(self._path))

    def _connect(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.connection.close()
        self._reader = None

    def _require_in_place(self, opened: _Opened) -> None:
        if self._moved(opened):
            raise StoreUnavailable(f"{self._path} was moved away while it was written to")

    def _moved(self, opened: _Opened) -> bool:
        return _inode(self._path) != opened.inode

    @contextmanager
    def _serving(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a row or a statement is at fault
        except sqlite3.DatabaseError as error:
            raise StoreUnavailable(
                f"the feedback store {self._path} cannot serve now: {error}"
            ) from error


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, or bring those of an earlier version up to this one."""
    _retry(connection, "pragma journal_mode = wal")
    ((version,),) = connection.execute("pragma user_version").fetchall()
    if version > _VERSION:
        raise ConfigurationError(
            f"the feedback store has version {version}, wanted {_VERSION} or less: a newer release "
            "wrote it, install that one"
        )
    if version == _VERSION:
        return
    connection.execute("begin immediate")
    tables = {name for (name,) in connection.execute("select name from sqlite_master")}
    if "events" in tables:
        _add_columns(connection)
    for statement in schema(number="integer", id="text"):
        connection.execute(statement)
    if "processed" in tables:
        for statement in _FROM_VERSION_0.strip().split(";")[:-1]:
            connection.execute(statement)
    connection.execute(f"pragma user_version = {_VERSION}")
    connection.execute("commit")


def _add_columns(connection: sqlite3.Connection) -> None:
    there = {row[1] for row in connection.execute("pragma table_xinfo(events)")}
    for name, definition in _ADDED.items():
        if name not in there:
            connection.execute(f"alter table events add column {name} {definition}")


def _retry(connection: sqlite3.Connection, sql: str, seconds: float = 5.0) -> None:
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
