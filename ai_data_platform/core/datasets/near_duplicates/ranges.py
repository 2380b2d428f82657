"""Many pairs of places, a bounded number at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Ranges"]

Places = npt.NDArray[np.intp]
_PAIRS_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Pairs of each left place with every place from its start up to its end."""

    left: Places
    starts: Places
    ends: Places

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return int((self.ends - self.starts).sum())

    def chosen(self, flags: npt.NDArray[np.bool_]) -> "Ranges":
        """The ranges whose flag is set."""
        return Ranges(self.left[flags], self.starts[flags], self.ends[flags])

    def pairs(self) -> Iterator[tuple[Places, Places]]:
        """Left and right places, about a million pairs in each part."""
        counts = self.ends - self.starts
        chunk = np.cumsum(counts) // _PAIRS_AT_ONCE
        for some in np.split(np.arange(len(self.left)), np.flatnonzero(np.diff(chunk)) + 1):
            many = counts[some]
            shift = np.repeat(self.starts[some] - (np.cumsum(many) - many), many)
            yield np.repeat(self.left[some], many), np.arange(many.sum()) + shift
