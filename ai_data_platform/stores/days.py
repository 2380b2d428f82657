"""Daily raw tables: the parts of a day put together, judged, and put in place only when they pass."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.core.records import QUARANTINE
from ai_data_platform.stores.lake import Lake, table_fingerprint
from ai_data_platform.stores.landing import DayPart
from ai_data_platform.stores.ledger import GateLedger

__all__ = ["DailyTable", "DayReport"]

_NOT_EMPTY = (Rule("rows", ">", 0, "a day without rows is a source that failed, not a quiet day"),)


@dataclass(frozen=True, slots=True)
class DayReport:
    """One day: its rows, what was set aside by reason, its verdict, and whether anything was written."""

    day: str
    rows: int
    set_aside: dict[str, int]
    fingerprint: str
    verdict: Verdict
    reused: bool


class DailyTable:
    """`<name>/<day>.parquet` in the lake, with `<name>_quarantine/<day>.parquet` beside it.

    `key` is the column that tells two records of a day apart: the first in the order of file and line
    stays, a repetition goes to the quarantine. Rows of the source `first` stand before all others, those
    of `last` after them. `order` sorts the rows.
    """

    def __init__(
        self,
        lake: Lake,
        ledger: GateLedger,
        name: str,
        *,
        key: str,
        order: Sequence[str],
        code: str,
        first: str = "",
        last: str = "",
    ) -> None:
        self._lake = lake
        self._ledger = ledger
        self._name = name
        self._key = key
        self._order = [(column, "ascending") for column in order]
        self._code = code
        self._first, self._last = first, last

    def publish(
        self,
        day: str,
        parts: Sequence[DayPart],
        quarantine: Callable[[], pa.Table],
        known: Mapping[str, float | None] | None = None,
    ) -> DayReport:
        """Build one day from its parts. A day that fails its gate leaves the table in place untouched.

        `known` are figures for the verdict that the parts do not tell; a verdict without them is given again.
        """
        known = known or {}
        name = f"{self._name}/{day}"
        inputs = self.inputs(parts)
        standing = self._lake.intact(name)
        if standing is not None and standing.inputs == inputs:
            found = self._ledger.find(self._name, standing.fingerprint, day)
            if found and found.verdict.passed and known.keys() <= found.verdict.figures.keys():
                counts = dict(standing.dropped)
                return DayReport(
                    day, standing.rows, counts, standing.fingerprint, found.verdict, True
                )
        rows, repeated = self._combine(parts)
        aside = pa.concat_tables([quarantine().filter(pc.field("day") == day), repeated])
        return self._judge(day, name, rows, aside, inputs, known)

    def inputs(self, parts: Sequence[DayPart]) -> str:
        """The fingerprint of what a day is made from."""
        return fingerprint([self._code, *(part.identity for part in parts)])

    def _judge(
        self,
        day: str,
        name: str,
        rows: pa.Table,
        aside: pa.Table,
        inputs: str,
        known: Mapping[str, float | None],
    ) -> DayReport:
        content = table_fingerprint(rows)
        counts = dict(sorted(Counter(aside["reason"].to_pylist()).items()))
        figures = {"rows": rows.num_rows, "set_aside": aside.num_rows, **known}
        verdict = judge(
            self._name, content, figures, _NOT_EMPTY, code_version=self._code, partition=day
        )
        self._ledger.record(verdict)
        if aside.num_rows:
            self._lake.write(f"{self._name}_quarantine/{day}", aside, inputs=inputs)
        else:
            self._lake.remove(f"{self._name}_quarantine/{day}")
        if verdict.passed:
            self._lake.write(name, rows, inputs=inputs, dropped=counts)
        return DayReport(day, rows.num_rows, counts, content, verdict, False)

    def _combine(self, parts: Sequence[DayPart]) -> tuple[pa.Table, pa.Table]:
        if not parts:
            return pa.table({}), QUARANTINE.empty_table()
        rows = self._by_precedence(pa.concat_tables([part.table() for part in parts]))
        keys = rows[self._key].combine_chunks()
        first = np.ones(rows.num_rows, dtype=bool)
        first[1:] = pc.not_equal(keys[1:], keys[:-1]).to_numpy(zero_copy_only=False)
        leaders = np.maximum.accumulate(np.where(first, np.arange(rows.num_rows), 0))
        later = np.flatnonzero(~first)
        pairs = zip(
            rows.take(later).to_pylist(), rows.take(leaders[later]).to_pylist(), strict=True
        )
        repeated = [self._repetition(row, earlier) for row, earlier in pairs]
        kept = rows.filter(pa.array(first)).sort_by(self._order)
        return kept, pa.Table.from_pylist(repeated, schema=QUARANTINE)

    def _by_precedence(self, rows: pa.Table) -> pa.Table:
        """The rows by key, and of one key in the order in which they take precedence."""
        file = rows["source_file"]
        known = [pc.equal(file, self._first), pc.equal(file, self._last)]
        rank = pc.subtract(*(pc.cast(found, pa.int8()) for found in reversed(known)))
        places = (self._key, "rank", "source_file", "source_line")
        ranked = rows.append_column("rank", rank)
        return ranked.sort_by([(name, "ascending") for name in places]).drop_columns("rank")

    def _repetition(self, row: dict[str, Any], earlier: dict[str, Any]) -> dict[str, object]:
        places = ("record_id", "source_file", "source_line")
        same = all(row[name] == earlier[name] for name in row if name not in places)
        place = f"{earlier['source_file']}:{earlier['source_line']}"
        return {
            "source_file": row["source_file"],
            "source_line": row["source_line"],
            "day": row["created_at"].date().isoformat(),
            "reason": "repeated_record" if same else f"repeated_{self._key}",
            "detail": f"{self._key} {row[self._key]!r} stands at {place} already"
            + (", with the same content" if same else ", with other content"),
            "raw": str({k: v for k, v in row.items() if k not in places})[:2_000],
        }
