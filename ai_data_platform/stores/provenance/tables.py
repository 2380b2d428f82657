"""Rows by key out of many Parquet files at once: only the columns asked for, only the matches."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

__all__ = ["FILE", "Row", "Tables"]

FILE = "filename"
"""The column that says which file a row was read from."""

Row = dict[str, Any]


class Tables:
    """Reads whatever lies in Parquet files, with or without a passing gate: for explaining, not for use."""

    def rows(
        self,
        files: Sequence[Path],
        columns: Sequence[str],
        key: str,
        values: Collection[Any],
        also: Mapping[str, object] | None = None,
    ) -> list[Row]:
        """The rows whose `key` is one of the values, with FILE; in the order of file and place.

        A column that no file has is None; files without the key, or no files, give nothing. `also` holds
        columns that must equal a value besides.
        """
        wanted = sorted({value for value in values if value is not None})
        known = self._columns(files)
        if not wanted or key not in known:
            return []
        chosen = [
            _quoted(name) if name in known else f"null as {_quoted(name)}" for name in columns
        ]
        conditions = [f"{_quoted(key)} in ({', '.join('?' * len(wanted))})"]
        conditions += [f"{_quoted(name)} = ?" for name in also or {}]
        query = (
            f"select {', '.join([*chosen, FILE])} from {_source(files)} "
            f"where {' and '.join(conditions)} order by {FILE}, file_row_number"
        )
        return self._fetch(query, [*wanted, *(also or {}).values()])

    def anywhere(
        self, files: Sequence[Path], columns: Sequence[str], keys: Sequence[str], value: str
    ) -> list[Row]:
        """The rows of which one of the keys, or of their lists, is the value: one pass for all keys."""
        known = self._columns(files)
        if not (wanted := [key for key in keys if key in known]):
            return []
        equal = [
            f"list_contains({_quoted(k)}, $1)" if k.endswith("_ids") else f"{_quoted(k)} = $1"
            for k in wanted
        ]
        chosen = [_quoted(name) for name in columns if name in known]
        query = (
            f"select {', '.join([*chosen, FILE])} from {_source(files)} "
            f"where {' or '.join(equal)} order by {FILE}, file_row_number"
        )
        return self._fetch(query, [value])

    def nearest(
        self, files: Sequence[Path], column: str, text: str, most: int
    ) -> list[tuple[str, int]]:
        """The values of a column that look most like the text, with the edits between them.

        A value that starts with the text counts as no edit; those further than a third of the text's
        length are left out.
        """
        if column not in self._columns(files):
            return []
        name = _quoted(column)
        query = (
            f"select value, min(edits) as edits from (select {name} as value, "
            f"case when starts_with({name}, $1) then 0 else levenshtein({name}, $1) end as edits "
            f"from {_source(files)} where abs(length({name}) - length($1)) <= $2 "
            f"or starts_with({name}, $1)) where edits <= $2 group by value order by edits, value limit $3"
        )
        found = self._fetch(query, [text, max(len(text) // 3, 1), most])
        return [(row["value"], row["edits"]) for row in found]

    @cached_property
    def _connection(self) -> Any:
        import duckdb

        connection = duckdb.connect()
        connection.execute(
            "set threads = 1"
        )  # a few rows are looked up: threads cost more than they give
        return connection

    def _fetch(self, query: str, values: Sequence[object]) -> list[Row]:
        found = self._connection.sql(query, params=list(values)).to_arrow_table()
        rows: list[Row] = found.to_pylist()
        return rows

    @staticmethod
    def _columns(files: Sequence[Path]) -> set[str]:
        """The columns of the newest and of the oldest file: a table changes its schema over time."""
        return {name for file in {*files[:1], *files[-1:]} for name in pq.read_schema(file).names}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _source(files: Sequence[Path]) -> str:
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"read_parquet([{listed}], filename=true, file_row_number=true, union_by_name=true)"
