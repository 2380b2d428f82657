"""What is asked of a PostgreSQL table, as SQL: which days changed, and the rows of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

__all__ = ["Relation", "Time", "as_read", "is_number", "is_time", "literal", "quoted"]

_FIRST, _END = date(1990, 1, 1), date(2100, 1, 1)  # times outside have no day by the contract


@dataclass(frozen=True, slots=True)
class Time:
    """The column that dates a row, and SQL over it that an index on the bare column serves."""

    column: str
    type: pa.DataType

    @property
    def day(self) -> str:
        """The UTC day of a row; null where it has none."""
        dated = f"case when {self._between(_FIRST, _END)} then {self.column} end"
        if is_number(self.type):
            utc = f"to_timestamp({dated}) at time zone 'UTC'"
        elif pa.types.is_timestamp(self.type) and self.type.tz is not None:
            utc = f"({dated}) at time zone 'UTC'"
        else:
            utc = dated
        return f"({utc})::date"

    def window(self, day: str | None) -> str:
        """Whether a row is of this UTC day, or has none."""
        if day is None:
            return f"({self._between(_FIRST, _END)}) is not true"
        first = date.fromisoformat(day)
        return self._between(first, first + timedelta(days=1))

    def _between(self, first: date, end: date) -> str:
        return f"{self.column} >= {self._literal(first)} and {self.column} < {self._literal(end)}"

    def _literal(self, day: date) -> str:
        if pa.types.is_date(self.type):
            return f"date '{day}'"
        if pa.types.is_timestamp(self.type):
            return (
                f"timestamp '{day}'" if self.type.tz is None else f"timestamptz '{day} 00:00:00+00'"
            )
        return str((day - date(1970, 1, 1)).days * 86_400)


@dataclass(frozen=True, slots=True)
class Relation:
    """What is read, in SQL: the relation, its columns under the contract's names, and the time of a row."""

    name: str  # as raw rows name their source
    sql: str
    fields: Mapping[str, str]  # field to expression
    time: Time
    key: str  # field that tells the rows of a day apart
    updated_at: str | None  # column that rises with every insert and update

    @property
    def row(self) -> str:
        return f"row({', '.join(self.fields.values())})::text"

    @property
    def digest(self) -> str:
        """A hash of the rows whatever their order; the sum is numeric, so it does not overflow."""
        return f"sum(hashtextextended({self.row}, 0))::text"

    def listing(self) -> str:
        """Each day that has rows, how many, and what changes with them."""
        latest = f"max({quoted(self.updated_at)})::text" if self.updated_at else self.digest
        return (
            f"select {self.time.day}::text as day, count(*)::text as rows, {latest} as sign "
            f"from {self.sql} group by 1 order by 1"
        )

    def digest_of(self, day: str | None) -> str:
        return f"select count(*)::text, {self.digest} from {self.sql} where {self.time.window(day)}"

    def rows_of(self, day: str | None) -> str:
        """Rows of a day with their number among the rows of the same key: late rows move no other's."""
        named = dict(self.fields)
        if day is None:  # a time that Python cannot hold goes as text: the contract sets it aside
            named["created_at"] = f"({self.time.column})::text"
        columns = ", ".join(f"{sql} as {quoted(name)}" for name, sql in named.items())
        key = self.fields.get(self.key, self.row)
        number = f'row_number() over (partition by {key} order by {self.row} collate "C")'
        return (
            f"select {columns}, {number} as source_line from {self.sql} "
            f"where {self.time.window(day)}"
        )


def as_read(column: str, field: str, found: pa.DataType) -> str:
    """The column as a type that the contract reads; numbers of any size stay exact as text."""
    if pa.types.is_list(found):
        return column if pa.types.is_string(found.value_type) else f"{column}::text[]"
    if (
        is_time(found)
        or is_number(found)
        or pa.types.is_string(found)
        or pa.types.is_boolean(found)
    ):
        return column
    if field in ("rating", "turn_index"):
        return (
            f"{column}::float8"
            if getattr(found, "type_name", "") == "numeric"
            else f"{column}::text"
        )
    return f"{column}::text"


def is_time(found: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(found) or pa.types.is_date(found))


def is_number(found: pa.DataType) -> bool:
    return bool(pa.types.is_integer(found) or pa.types.is_floating(found))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
