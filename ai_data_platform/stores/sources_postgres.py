"""A table or a query of PostgreSQL as a source: one piece a UTC day, read over COPY into Arrow.

The password stays with libpq (PGPASSWORD, ~/.pgpass, a service file); one that stands in the URL is in no
name, message or file of ours.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.errors import ConfigurationError, SourceBrokeOff
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.stores.arrow_files import plain_batches
from ai_data_platform.stores.readers import ReadRecord
from ai_data_platform.stores.sources import Fetched
from ai_data_platform.stores.sources_postgres_sql import (
    Relation,
    Time,
    as_read,
    is_number,
    is_time,
    literal,
    quoted,
)

__all__ = ["PostgresTable"]

_UNDATED = "undated"
_CONNECT_S = 15
_QUERY = re.compile(r"\s*(?:select|with|table|values)\s", re.IGNORECASE)
_SESSION = (
    # One snapshot for digest and rows, and nothing that a query names may write.
    "set transaction isolation level repeatable read, read only",
    # Digests are of rows as text, so a server's or a user's own formats must not show in them.
    "set local timezone = 'UTC'",
    "set local datestyle = 'ISO, YMD'",
    "set local intervalstyle = 'iso_8601'",
    "set local extra_float_digits = 1",
    "set local bytea_output = 'hex'",
)
# SQLSTATEs of a query that cannot work, however often it is sent.
_WRONG_ASK = ("42", "22", "25006")


@dataclass(frozen=True, slots=True)
class _Day:
    """The rows of one UTC day, or those without one."""

    url: str = field(repr=False)  # may hold a password
    relation: Relation
    day: str | None
    stamp: str

    @property
    def name(self) -> str:
        return f"{self.relation.name}/{self.day or _UNDATED}"

    @contextmanager
    def fetched(self, scratch: Path) -> Iterator[Fetched]:
        with _cursor(self.url) as cursor:
            ((rows, digest),) = _rows(cursor, self.relation.digest_of(self.day))
            if rows == "0":
                raise FileNotFoundError(self.name)
            yield Fetched(hash_text(rows, digest), self._records(cursor))

    def _records(self, cursor: Any) -> Iterator[ReadRecord]:
        with _explained():
            cursor.execute(self.relation.rows_of(self.day))
            for batch in cursor.fetch_record_batch():
                for part in plain_batches(batch):
                    for record in part.to_pylist():
                        line = record.pop("source_line")
                        yield line, record, record


class PostgresTable:
    """The rows of a table or query, a piece for each UTC day that has any.

    What changed is known from one aggregate by day: the number of rows with a hash of them, or, where the
    column map names `updated_at`, with the latest of these times, which costs a third.
    """

    def __init__(self, spec: SourceSpec) -> None:
        if not spec.table:
            raise ConfigurationError(
                f"{spec.without_password(str(spec.location))} names a database but no table: set "
                "AIDP_CHAT_LOG_TABLE or AIDP_FEEDBACK_TABLE to a table or a query"
            )
        self._spec = spec
        self._url = str(spec.location)

    def pieces(self) -> list[_Day]:
        with _cursor(self._url) as cursor:
            relation = _relation(cursor, self._spec)
            found = _rows(cursor, relation.listing())
        made = fingerprint([relation.sql, dict(relation.fields)])
        return [
            _Day(self._url, relation, day, hash_text(made, str(rows), str(sign)))
            for day, rows, sign in found
        ]

    def fingerprint(self) -> str:
        return fingerprint([[piece.name, piece.stamp] for piece in self.pieces()])


def _relation(cursor: Any, spec: SourceSpec) -> Relation:
    name, sql = _named(cursor, str(spec.table))
    with _explained():
        schema = cursor.adbc_execute_schema(f"select * from {sql}")
    lacking = spec.required.missing(name, schema.names)
    if lacking is not None:
        raise ConfigurationError(f"{lacking.detail}; name the column in the column map")
    held = dict(zip(schema.names, spec.columns.header(schema.names), strict=True))
    columns = {name: column for column, names in held.items() for name in names}
    types = {f: schema.field(columns[f]).type for f in spec.fields if f in columns}
    fields = {f: as_read(quoted(columns[f]), f, found) for f, found in types.items()}
    time = Time(quoted(columns["created_at"]), types["created_at"])
    if not (is_time(time.type) or is_number(time.type)):
        column = columns["created_at"]
        raise ConfigurationError(
            f"{name}: {column} is of type {_type_name(schema, column)}, wanted a timestamp, a date or "
            "epoch seconds: name another column, or a query that casts it"
        )
    return Relation(name, sql, fields, time, spec.key, spec.columns.columns.get("updated_at"))


def _named(cursor: Any, table: str) -> tuple[str, str]:
    """The name and the SQL of a table or a query. Raises ConfigurationError for a table that is not there."""
    ((database,),) = _rows(cursor, "select current_database()")
    if _QUERY.match(table):
        return f"postgresql:{database}/query", f"(\n{table.strip().rstrip(';')}\n) as rows"
    found = _rows(
        cursor,
        "select nspname, relname from pg_class join pg_namespace on relnamespace = pg_namespace.oid "
        f"where pg_class.oid = to_regclass({literal(table)})",
    )
    if not found:
        raise ConfigurationError(f"{database} has no table {table}{_near(cursor, table)}")
    ((schema, name),) = found
    return f"postgresql:{database}/{schema}.{name}", f"{quoted(schema)}.{quoted(name)} as rows"


def _near(cursor: Any, table: str) -> str:
    names = _rows(cursor, "select schemaname || '.' || relname from pg_stat_user_tables order by 1")
    tables = [name for (name,) in names]
    short = {name.partition(".")[2]: name for name in tables}
    near = get_close_matches(table, [*tables, *short], n=1)
    if near:
        return f"; is it {short.get(near[0], near[0])}?"
    return f"; there are: {', '.join(tables[:20]) or 'none that this user may see'}"


def _type_name(schema: pa.Schema, column: str) -> str:
    metadata = schema.field(column).metadata or {}
    return str(metadata.get(b"POSTGRESQL:type", b"unknown").decode())


@contextmanager
def _cursor(url: str) -> Iterator[Any]:
    import adbc_driver_postgresql.dbapi as adbc

    # The driver holds Python's lock while it connects: a host that does not answer must not stop a server.
    if "connect_timeout=" not in url:
        url += f"{'&' if '?' in url else '?'}connect_timeout={_CONNECT_S}"
    with _explained():
        connection = adbc.connect(url)
    with connection, connection.cursor() as cursor:
        for statement in _SESSION:
            with _explained():
                cursor.execute(statement)
        yield cursor


def _rows(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    with _explained():
        return list(cursor.execute(sql).fetchall())


@contextmanager
def _explained() -> Iterator[None]:
    """Errors of the driver as what a person can mend, or as what passes; without any password."""
    from adbc_driver_manager import Error

    try:
        yield
    except (Error, pa.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        said = SourceSpec.without_password(str(error).partition("\n\nQuery was:")[0].strip())
        state = str(getattr(error, "sqlstate", None) or "")
        if state.startswith(_WRONG_ASK):
            raise ConfigurationError(f"the database refuses what it is asked: {said}") from None
        raise SourceBrokeOff(f"the database broke off or does not answer: {said}") from None
