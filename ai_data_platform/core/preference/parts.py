"""Rows of the same conversations out of several tables, a bounded number at a time."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["ByConversation", "conversation_parts"]

_ID = "conversation_id"
_ROWS = 65_536
"""Rows of each table a part: 100 MB of columns where messages have some hundred bytes."""


class ByConversation:
    """A table in the order of conversation ids; only the order is kept, not the rows."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._order = _order(table[_ID])
        self.size: int = table.num_rows

    def bounds(self, rows: int) -> Iterator[str]:
        """Every so many-th id."""
        return (self._id(place) for place in range(rows, self.size, rows))

    def place(self, bound: str) -> int:
        """The first row of this id or a later one."""
        return bisect_left(range(self.size), bound, key=self._id)

    def between(self, start: int, end: int) -> pa.Table:
        """The rows of these places."""
        if self._order is None:
            return self._table.slice(start, end - start)
        return self._table.take(pa.array(self._order[start:end]))

    def _id(self, place: int) -> str:
        row = place if self._order is None else int(self._order[place])
        name: str = self._table[_ID][row].as_py()
        return name


def conversation_parts(*sides: ByConversation, rows: int = _ROWS) -> Iterator[tuple[pa.Table, ...]]:
    """The rows of one range of ids after the other, a table a side; no conversation is cut.

    A range ends where a side has so many rows. A longer conversation is a part of its own.
    """
    bounds = sorted({bound for side in sides for bound in side.bounds(rows)})
    cuts = [[0, *(side.place(bound) for bound in bounds), side.size] for side in sides]
    for places in zip(*map(pairwise, cuts), strict=True):
        if any(start < end for start, end in places):
            yield tuple(side.between(*at) for side, at in zip(sides, places, strict=True))


def _order(ids: pa.ChunkedArray) -> npt.NDArray[np.uint64] | None:
    """The rows by id; None where they are in order as they stand."""
    if len(ids) < 2 or pc.all(pc.less_equal(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py():
        return None
    order: npt.NDArray[np.uint64] = pc.sort_indices(ids).to_numpy()
    return order
