"""Many texts as sets of shingle hashes, with what an exact join needs of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.shingles import read

__all__ = ["ShingleTable", "shingle_table"]

Places = npt.NDArray[np.intp]
_MAX_CHARACTERS = 4_000_000
_PAIRS_AT_ONCE = 1 << 18


@dataclass(frozen=True, eq=False)
class ShingleTable:
    """n sets: the set of text i is `hashes[offsets[i]:offsets[i + 1]]`, ascending 51-bit hashes.

    Bit b of `bitmaps` (n, 8) is the parity of the hashes that are b modulo 512.
    """

    offsets: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    bitmaps: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        return np.diff(self.offsets)

    def bits_apart(self, mine: Places, other: "ShingleTable", theirs: Places) -> Places:
        """For each pair of places a lower bound of the shingles that stand in one set only."""
        apart = np.zeros(len(mine), dtype=np.intp)
        for first in range(0, len(mine), _PAIRS_AT_ONCE):
            some = slice(first, first + _PAIRS_AT_ONCE)
            differing = self.bitmaps[mine[some]] ^ other.bitmaps[theirs[some]]
            apart[some] = np.bitwise_count(differing).sum(axis=1, dtype=np.int64)
        return apart

    def shared(self, mine: Places, other: "ShingleTable", theirs: Places) -> Places:
        """For each pair of places the number of shingles that both sets hold."""
        from ai_data_platform.core.datasets.near_duplicates.set_kernels import shared_counts

        found: Places = shared_counts(
            self.hashes, self.offsets, mine, other.hashes, other.offsets, theirs
        )
        return found


def shingle_table(
    texts: Iterable[str], shingle: int = 2, min_words: int = 8, *, keep_whole: bool = True
) -> ShingleTable:
    """The shingle sets of the texts in turn: words and runs of `shingle` words.

    A text of fewer than `min_words` words has one shingle, the whole of it, or none without `keep_whole`.
    """
    found = [read(some, shingle, min_words, keep_whole=keep_whole) for some in _batches(texts)]
    sizes = np.concatenate([np.zeros(1, dtype=np.int64), *(np.diff(f.offsets) for f in found)])
    hashes = np.concatenate([np.zeros(0, dtype=np.uint64), *(f.shingles for f in found)])
    bitmaps = np.concatenate([np.zeros((0, 8), dtype=np.uint64), *(f.bitmaps for f in found)])
    return ShingleTable(np.cumsum(sizes), hashes, bitmaps)


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    some: list[str] = []
    characters = 0
    for text in texts:
        some.append(text)
        characters += len(text)
        if characters >= _MAX_CHARACTERS:
            yield some
            some, characters = [], 0
    if some:
        yield some
