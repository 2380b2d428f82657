"""A preference dataset: which rows stay, on which side, and why each other one was left out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.datasets.funnel import (
    PREFERENCE_STAGES,
    Drop,
    FunnelStage,
    funnel,
    reason_counts,
)
from ai_data_platform.core.datasets.near_duplicates import Corpus, Text
from ai_data_platform.core.datasets.near_duplicates.components import Components
from ai_data_platform.core.datasets.pool import (
    LEFT_OUT,
    Alike,
    Contaminated,
    HashedSides,
    Pool,
    pool_of,
)
from ai_data_platform.core.datasets.split import SPLITS, Shares, Split
from ai_data_platform.core.preference.dataset_rows import PreferenceRows

__all__ = ["PreferenceDataset", "Search", "build_preference"]

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Search = Callable[[Iterable[Text]], Corpus]
"""Texts compared with each other: by a kept index, or anew."""


@dataclass(frozen=True, eq=False)
class PreferenceDataset:
    """The side of each row, every rating left out (DROPPED, by record), and the funnel of the ratings."""

    rows: PreferenceRows
    sides: npt.NDArray[np.int8]
    dropped: pa.Table
    funnel: tuple[FunnelStage, ...]

    @property
    def drop_counts(self) -> dict[str, int]:
        """Ratings left out by reason, whatever the stage."""
        return reason_counts(self.funnel)

    def kept(self) -> pa.Table:
        """The rows that are in a split."""
        return self.rows.table.filter(pa.array(self.sides != LEFT_OUT))

    def batches(self, split: Split) -> Iterator[pa.RecordBatch]:
        """The rows of a split with the columns of the kind's schema, in the order of the table."""
        start, schema = 0, self.rows.kind.schema
        for batch in self.rows.batches():
            sides = self.sides[start : start + len(batch)]
            start += len(batch)
            rows = np.flatnonzero(sides == SPLITS.index(split))
            if len(rows):
                taken = batch.take(pa.array(rows))
                columns = [taken.column(name) for name in schema.names]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)


def build_preference(
    rows: PreferenceRows,
    earlier: pa.Table,
    shares: Shares,
    *,
    prompts: Search,
    whole: Search,
    contaminated: Contaminated | None = None,
    standing: Mapping[str, Split] | None = None,
) -> PreferenceDataset:
    """What becomes of every row. `earlier` are the ratings (DROPPED) that stand behind no row.

    Rows that say the opposite of each other all go. A row is on the side of its conversation's user, by
    hash; without a user on the one where the conversation is `standing`, or else by the conversation's
    hash. No two rows stand on two sides whose prompts resemble each other, or that do as a whole.
    """
    stays = np.ones(len(rows.ids), dtype=bool)
    against = _contradicting(rows)
    stays[[drop.row for drop in against]] = False
    tables = [earlier, rows.drops("contradictions", against)]
    pool = _pool(rows, stays, shares, (prompts, whole), standing or {})
    repeats = pool.repeated(pool.corpus.decide(pool.ranks).dropped)
    tables.append(pool.drop("duplicates", repeats))
    if contaminated is not None:
        every = zip(rows.ids.to_pylist(), rows.messages(*rows.kind.texts), strict=True)
        tables.append(pool.drop("decontaminate", pool.contaminated(every, contaminated)))
    tables.append(pool.drop("split", pool.crossing()))
    dropped = pa.concat_tables(tables).sort_by("record_id")
    sides = pool.final_sides()
    kept = rows.records.filter(pa.array(sides != LEFT_OUT)).value_lengths()
    stages = funnel((pc.sum(kept).as_py() or 0) + len(dropped), dropped, PREFERENCE_STAGES)
    return PreferenceDataset(rows, sides, dropped, stages)


def _contradicting(rows: PreferenceRows) -> list[Drop]:
    """Rows whose opposite stands there too, each with the first such row."""
    said = (key for batch in rows.batches() for pair in rows.kind.said(batch) for key in pair)
    # 64 bits: ten million rows share one with odds 3e-6.
    keys = np.fromiter((int(key[:16], 16) for key in said), dtype=np.uint64).reshape(-1, 2)
    known, first = np.unique(keys[:, 0], return_index=True)
    against = np.flatnonzero(np.isin(keys[:, 1], known))
    others = first[np.searchsorted(known, keys[against, 1])]
    names = rows.ids.take(pa.array(others)).to_pylist()
    return [
        Drop(row, "contradiction", name, "row", "says the opposite")
        for row, name in zip(against.tolist(), names, strict=True)
    ]


def _pool(
    rows: PreferenceRows,
    stays: Flags,
    shares: Shares,
    searches: tuple[Search, Search],
    standing: Mapping[str, Split],
) -> Pool:
    """Both corpora hold the same ids in the same segments, so a place is one row in both."""
    prompts = searches[0](rows.texts(stays, "prompt"))
    whole = searches[1](rows.texts(stays, *rows.kind.texts))
    connected = Components(prompts.labels)
    connected.join(np.arange(len(whole)), whole.labels)
    worth = rows.kind.worth(rows.table)

    def near(left: Places, right: Places) -> Flags:
        return prompts.resemble(left, right) | whole.resemble(left, right)

    return pool_of(
        rows,
        whole,
        "row",
        sides=lambda places: _sides(rows, places, shares, standing),
        ranks=lambda places: [-column[places] for column in worth],
        alike=Alike(connected.labels(), near),
    )


def _sides(
    rows: PreferenceRows, places: Places, shares: Shares, standing: Mapping[str, Split]
) -> HashedSides:
    """Every row has a side of its own: a row without a user joins none that it resembles."""
    own, fallback = rows.hashed_sides(shares)
    names = rows.conversations.to_pylist()
    for row in np.flatnonzero(own < 0).tolist() if standing else ():
        if names[row] in standing:
            fallback[row] = SPLITS.index(standing[names[row]])
    sides = np.where(own < 0, fallback, own).astype(np.int8)[places]
    return sides, sides
