"""The store's tables in a PostgreSQL database, in a schema of their own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar, cast

import orjson
import psycopg
from psycopg import Connection, conninfo

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.feedback.database import Cursor
from ai_data_platform.stores.feedback.postgres_link import Link
from ai_data_platform.stores.feedback.series import Entry, Series

__all__ = ["PostgresDatabase"]

T = TypeVar("T")

_UNLESS_GIVEN = {
    "application_name": "aidp feedback store",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class PostgresDatabase:
    """One connection writes, one reads; each is made again when it broke.

    A commit waits until the server has it on its disk, whatever the server's own default is. A server
    that does not answer is given up on after `timeout_s` seconds.
    """

    for_update = " for update"

    def __init__(self, url: str, *, timeout_s: float = 5.0) -> None:
        parameters = _parameters(url)
        given = {
            "connect_timeout": max(2, round(timeout_s)),
            "tcp_user_timeout": round(timeout_s * 1_000),
            **_UNLESS_GIVEN,
            **parameters,
        }
        self.name = f"PostgreSQL at {parameters.get('host', 'localhost')}, database " + str(
            parameters.get("dbname", "of the user's name")
        )
        conninfo_ = conninfo.make_conninfo(**given)
        self._writer = Link(self.name, conninfo_, timeout_s)
        self._reader = Link(self.name, conninfo_, timeout_s)

    def listed(self, column: str, values: Sequence[str]) -> tuple[str, Any]:
        return f"{column} = any(?)", list(values)

    def insert(
        self, cursor: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """As one value, in JSON: a fifth of the time of a statement a row."""
        names = ", ".join(columns)
        sql = f"insert into {table} ({names}) select {names} from json_populate_recordset(null::{table}, ?)"
        cursor.execute(sql, (_json(columns, rows),))

    def append(self, series: Series[Any], new: Sequence[tuple[int, Entry]]) -> int | None:
        """All statements are sent at once, so that a group of new rows waits for the server once."""
        columns = ("sequence", *series.columns)
        rows = _json(columns, [(number, *entry.values) for number, entry in new])
        keys = [entry.key for _, entry in new]
        misdated = sum(entry.misdated for _, entry in new)
        values = (rows, series.name, keys, series.name, len(new), misdated, series.name)

        def in_one_go(connection: Connection) -> list[tuple[Any, ...]]:
            with _begun(connection) as cursor:
                cursor.execute(_LOCK, (series.name,))  # what follows sees all that others committed
                appended = connection.execute(_append_sql(series), values)
                cursor.execute("commit")
            return appended.fetchall()

        found = self._writer.use(in_one_go)
        return int(found[0][0]) if found else None

    def write(self, work: Callable[[Cursor], T]) -> T:
        return self._writer.use(lambda connection: _in_transaction(connection, work))

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._reader.use(
            lambda connection: connection.execute(_percent(sql), values).fetchall()
        )

    def close(self) -> None:
        self._writer.close()
        self._reader.close()


class _QuestionMarks:
    """Statements with `?` for a value, as the store writes them."""

    def __init__(self, connection: Connection) -> None:
        self._cursor = connection.cursor()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        return cast(Cursor, self._cursor.execute(_percent(sql), values))

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._cursor.fetchall()


def _in_transaction(connection: Connection, work: Callable[[Cursor], T]) -> T:
    with _begun(connection) as cursor:
        done = work(cursor)
        cursor.execute("commit")
    return done


@contextmanager
def _begun(connection: Connection) -> Iterator["_QuestionMarks"]:
    """A transaction to be committed, whose statements are sent without waiting for the one before."""
    try:
        with connection.pipeline():
            cursor = _QuestionMarks(connection)
            cursor.execute("begin")
            yield cursor
    except BaseException:
        if not connection.closed:
            connection.rollback()
        raise


_LOCK = "select last_sequence from totals where series = ? for update"

_APPEND = """
with incoming as materialized (
    select * from json_populate_recordset(null::{table}, ?)
),

base as materialized (
    select last_sequence as last from totals
    where series = ? and not exists (select 1 from {table} where {key} = any(?))
),

added as (
    insert into {table} (sequence, {columns})
    select base.last + sequence, {columns} from incoming, base
),

counted as (
    insert into day_totals (series, day, total, last_sequence)
    select ?, substr(created_at, 1, 10), count(*), max(base.last + sequence)
    from incoming, base
    group by substr(created_at, 1, 10)
    on conflict (series, day) do update set
        total = day_totals.total + excluded.total, last_sequence = excluded.last_sequence
)

update totals set last_sequence = base.last + ?, misdated = misdated + ?
from base
where series = ?
returning base.last
"""


@lru_cache
def _append_sql(series: Series[Any]) -> Any:
    columns = ", ".join(series.columns)
    return _percent(_APPEND.format(table=series.name, key=series.key, columns=columns))


def _json(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    return orjson.dumps([dict(zip(columns, row, strict=True)) for row in rows]).decode()


@lru_cache(maxsize=256)
def _percent(sql: str) -> Any:
    return sql.replace("?", "%s")


def _parameters(url: str) -> dict[str, Any]:
    """What libpq reads out of a URL. Raises ConfigurationError without repeating it."""
    try:
        found = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ConfigurationError(
            "AIDP_FEEDBACK_STORE is no URL of a PostgreSQL database: wanted "
            "postgresql://user:password@host:port/database, with special characters percent-encoded"
        ) from None
    return dict(found)
