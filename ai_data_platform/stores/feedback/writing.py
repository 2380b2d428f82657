"""Requests into rows: what a group of them commits, in one transaction or in one go."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ai_data_platform.stores.feedback.database import Cursor, Database
from ai_data_platform.stores.feedback.series import SERIES, Entry, Series
from ai_data_platform.stores.feedback.settling import Outcome, after, settle

__all__ = ["Request", "Writing"]

_COUNT_DAY = """insert into day_totals (series, day, total, last_sequence) values (?, ?, ?, ?)
on conflict (series, day) do update set total = day_totals.total + excluded.total,
last_sequence = excluded.last_sequence"""
_COUNT = "update totals set last_sequence = ?, misdated = misdated + ? where series = ?"

Request = tuple[Series[Any], list[Entry]]
"""Rows of one series, to be stored all or none."""


class Writing:
    """Stores groups of requests, each of which is answered by itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def commit(self, callers: Sequence[list[Request]]) -> list[list[Outcome]]:
        """What each caller's requests are answered, all of them committed together."""
        requests = [request for some in callers for request in some]
        outcomes = self._appended(requests)
        if outcomes is None:
            outcomes = self._database.write(lambda cursor: self._write(cursor, requests))
        answers = iter(outcomes)
        return [[next(answers) for _ in requests] for requests in callers]

    def _appended(self, requests: Sequence[Request]) -> list[Outcome] | None:
        """What is answered when nothing of the requests stands yet, as is nearly always so; else None."""
        (series, *others) = {one.name: one for one, _ in requests}.values() or SERIES
        settled = settle([entries for _, entries in requests], {}, 0)
        if others or not settled.new:
            return None
        base = self._database.append(series, settled.new)
        return None if base is None else [after(base, outcome) for outcome in settled.outcomes]

    def _write(self, cursor: Cursor, requests: Sequence[Request]) -> list[Outcome]:
        answered: dict[str, Iterator[Outcome]] = {}
        for series in SERIES:
            asked = [entries for one, entries in requests if one is series]
            answered[series.name] = iter(self._write_series(cursor, series, asked))
        return [next(answered[series.name]) for series, _ in requests]

    def _write_series(
        self, cursor: Cursor, series: Series[Any], requests: Sequence[list[Entry]]
    ) -> list[Outcome]:
        keys = list({entry.key for entries in requests for entry in entries})
        if not keys:
            return [[] for _ in requests]
        lock = "select last_sequence from totals where series = ?" + self._database.for_update
        ((last,),) = cursor.execute(lock, (series.name,)).fetchall()
        condition, value = self._database.listed(series.key, keys)
        find = f"select {series.key}, sequence, {', '.join(series.content)} from {series.name}"
        found = cursor.execute(f"{find} where {condition}", (value,)).fetchall()
        standing = {key: (sequence, tuple(content)) for key, sequence, *content in found}
        settled = settle(requests, standing, last)
        if settled.new:
            rows = [(sequence, *entry.values) for sequence, entry in settled.new]
            self._database.insert(cursor, series.name, ("sequence", *series.columns), rows)
            _count(cursor, series, settled.new)
        return settled.outcomes


def _count(cursor: Cursor, series: Series[Any], new: Sequence[tuple[int, Entry]]) -> None:
    last = {entry.day: sequence for sequence, entry in new}
    for day, total in sorted(Counter(entry.day for _, entry in new).items()):
        cursor.execute(_COUNT_DAY, (series.name, day, total, last[day]))
    misdated = sum(entry.misdated for _, entry in new)
    cursor.execute(_COUNT, (new[-1][0], misdated, series.name))
