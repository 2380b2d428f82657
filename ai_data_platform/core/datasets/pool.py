"""Rows of a dataset on their way: which stay, on which side, and why each other one was left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.datasets.funnel import Drop, Stage
from ai_data_platform.core.datasets.leakage import Contamination
from ai_data_platform.core.datasets.near_duplicates import Corpus, Repeats
from ai_data_platform.core.datasets.split import SPLITS, Near, Sides, assign_sides

__all__ = [
    "LEFT_OUT",
    "Alike",
    "Contaminated",
    "HashedSides",
    "Pool",
    "PoolRows",
    "Texts",
    "pool_of",
]

Places = npt.NDArray[np.intp]
HashedSides = tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]
Texts = Iterable[tuple[str, Sequence[str]]]
"""Ids of rows with the texts of their messages."""

Contaminated = Callable[[Texts], Mapping[str, Contamination]]
"""Which of these rows hold an evaluation item."""

LEFT_OUT = -1
"""The side of a row that is in no split."""


class PoolRows(Protocol):
    """What is decided over: ids of rows, when each began (microseconds since 1970), and their records."""

    @property
    def ids(self) -> pa.Array: ...

    @property
    def began(self) -> npt.NDArray[np.int64]: ...

    def drops(self, stage: Stage, drops: Sequence[Drop]) -> pa.Table: ...


class Alike(NamedTuple):
    """Which rows may not stand on two sides: components, and whether two rows of one are near."""

    labels: Places
    near: Near


@dataclass(eq=False)
class Pool:
    """The rows that are still in, by their places in the corpus; `rows` leads to theirs.

    `kind` is what a matched row is called in a drop.
    """

    source: PoolRows
    corpus: Corpus
    kind: str
    rows: Places
    sides: Sides
    ranks: npt.NDArray[np.float64]
    stays: npt.NDArray[np.bool_]

    def drop(self, stage: Stage, found: Sequence[tuple[int, Drop]]) -> pa.Table:
        """Leave these places out; their records (DROPPED)."""
        self.stays[[place for place, _ in found]] = False
        return self.source.drops(stage, [drop for _, drop in found])

    def repeated(
        self, repeats: Repeats, near: str = "near_duplicate", measure: str = "jaccard"
    ) -> list[tuple[int, Drop]]:
        """Those that repeat a better one, unless they left before."""
        names = self.corpus.ids.take(pa.array(repeats.kept)).to_pylist()
        columns = (repeats.rows, repeats.jaccards, repeats.exact)
        return [
            self.dropped(
                place, "exact_duplicate" if exact else near, name, f"{measure} {share:.3f}"
            )
            for place, share, exact, name in zip(*(c.tolist() for c in columns), names, strict=True)
            if self.stays[place]
        ]

    def contaminated(self, every: Texts, search: Contaminated) -> list[tuple[int, Drop]]:
        """Those that hold an evaluation item; `every` are all rows, in their order."""
        left = set(self.rows[self.stays].tolist())
        found = search(text for row, text in enumerate(every) if row in left)
        places = self.corpus.places(pa.array(list(found), pa.string())).tolist()
        return [
            self.dropped(
                place,
                f"contaminated_{match.kind}",
                match.item_id,
                f"{match.set_name} {match.share:.3f}",
                "evaluation_item",
            )
            for place, match in zip(places, found.values(), strict=True)
        ]

    def crossing(self) -> list[tuple[int, Drop]]:
        """Those that resemble an earlier one on another side."""
        names = self.corpus.ids.take(pa.array(self.sides.beside)).to_pylist()
        pairs = zip(self.sides.crossing.tolist(), self.sides.beside.tolist(), names, strict=True)
        return [
            self.dropped(place, "crosses_split", name, f"is in {SPLITS[self.sides.sides[other]]}")
            for place, other, name in pairs
            if self.stays[place]
        ]

    def final_sides(self) -> npt.NDArray[np.int8]:
        """The side of each row of the source, LEFT_OUT where it is in none."""
        sides = np.full(len(self.source.ids), LEFT_OUT, dtype=np.int8)
        sides[self.rows[self.stays]] = self.sides.sides[self.stays]
        return sides

    def dropped(
        self, place: int, reason: str, matched: str, detail: str, kind: str | None = None
    ) -> tuple[int, Drop]:
        """A place, and the drop of the row that it leads to."""
        return place, Drop(int(self.rows[place]), reason, matched, kind or self.kind, detail)


def pool_of(
    source: PoolRows,
    corpus: Corpus,
    kind: str,
    *,
    sides: Callable[[Places], HashedSides],
    ranks: Callable[[Places], Sequence[npt.NDArray[np.float64] | npt.NDArray[np.int64]]],
    alike: Alike | None = None,
) -> Pool:
    """All rows of the corpus, with their sides. `sides` gives `own` and `fallback` of `assign_sides`.

    Of rows that repeat each other the one with the lowest `ranks` stays, then the earliest; one that
    cannot stay on its side beside an earlier one yields to all that can, so that no copy drives out a row
    and is then left out itself. Which rows may not cross is the corpus's own likeness, or `alike`.
    """
    rows = pc.index_in(corpus.ids, value_set=source.ids).to_numpy().astype(np.intp)
    began = source.began[rows]
    by_id = pc.array_sort_indices(corpus.ids).to_numpy().astype(np.intp)
    earliest_first = by_id[np.argsort(began[by_id], kind="stable")]
    labels, near = alike or Alike(corpus.labels, corpus.resemble)
    own, fallback = sides(rows)
    assigned = assign_sides(own, fallback, earliest_first, labels, near)
    crosses = np.zeros(len(rows))
    crosses[assigned.crossing] = 1
    ranked = np.stack((crosses, *ranks(rows), began), axis=1)
    return Pool(source, corpus, kind, rows, assigned, ranked, np.ones(len(rows), dtype=bool))
