"""All pairs of texts whose Jaccard index reaches a threshold: a set join that misses none.

Ordered from the rarest shingle on, two sets that reach the threshold t share one of the first
|x| - ceil(t|x|) + 1 shingles of each (the prefix filter of Chaudhuri, Ganti and Kaushik 2006). So one side
is indexed by these shingles, the other is looked up in it, and every pair that meets is compared exactly.
Sizes, positions and bitmaps spare pairs that cannot reach the threshold; no bound is an estimate.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.ranges import Ranges
from ai_data_platform.core.datasets.shingle_table import ShingleTable, shingle_table

__all__ = ["JaccardIndex", "SimilarPair", "exact_pairs"]

Places = npt.NDArray[np.intp]
_ROUNDING = 1e-9
_SIEVE_BITS = 24
_SIEVE_SHIFT = np.uint64(51 - _SIEVE_BITS)  # a shingle hash has 51 bits
_TEXTS_AT_ONCE = 1 << 16
_MEETINGS_BITS = 22  # about four million meetings are compared at once


class SimilarPair(NamedTuple):
    """Two texts and the Jaccard index of their shingle sets."""

    left: str
    right: str
    jaccard: float


def exact_pairs(
    left: Iterable[tuple[str, str]],
    right: Iterable[tuple[str, str]],
    threshold: float,
    *,
    shingle: int = 2,
    min_words: int = 8,
) -> list[SimilarPair]:
    """Every pair of (id, text) from left and right that reaches the threshold, in the order of the ids.

    Shingles are those of the near-duplicate search: words and runs of `shingle` words. Texts of fewer than
    `min_words` words are near an equal one only. Both sides are streamed, and the sets of `right` are held:
    let it be the smaller one.
    """
    names: list[str] = []
    index = JaccardIndex(shingle_table(_named(right, names), shingle, min_words), threshold)
    found: list[SimilarPair] = []
    for some in _parts(left):
        table = shingle_table((text for _, text in some), shingle, min_words)
        for a, b, jaccards in index.join(table):
            found += [
                SimilarPair(some[x][0], names[y], j)
                for x, y, j in zip(a.tolist(), b.tolist(), jaccards.tolist(), strict=True)
            ]
    return sorted(found)


class JaccardIndex:
    """Sets of shingles, to find those that are near the sets of another table.

    Ranks order the shingles of the index from the rarest on; a shingle that it lacks comes before them
    all and meets nothing. The sieve says of the upper 24 bits of a hash whether any shingle has them.
    """

    def __init__(self, table: ShingleTable, threshold: float) -> None:
        self._table = table
        self._threshold = threshold
        ordered = np.sort(table.hashes)
        firsts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] + np.uint64(1)))
        self._shingles = ordered[firsts]
        self._sieve = np.zeros(1 << _SIEVE_BITS, dtype=bool)
        self._sieve[self._shingles >> _SIEVE_SHIFT] = True
        counts = np.diff(np.append(firsts, len(ordered)))
        self._ranks = np.empty(len(firsts), dtype=np.int64)
        self._ranks[np.argsort(counts, kind="stable")] = np.arange(len(firsts))
        owner, rank, place = self._prefixes(table)
        order = np.lexsort((owner, table.sizes[owner], rank))
        self._owner, self._rank, self._place = owner[order], rank[order], place[order]

    def join(self, table: ShingleTable) -> Iterator[tuple[Places, Places, npt.NDArray[np.float64]]]:
        """Places in the table, places in the index, Jaccard indices; each near pair once."""
        owner, rank, place = self._prefixes(table)
        starts, ends = self._near_in_size(table.sizes[owner], rank)
        meetings = Ranges(np.arange(len(owner)), starts, ends)
        for part in _grouped(meetings, owner):
            yield self._verified(table, *self._met(table, owner, place, part))

    def _met(
        self, table: ShingleTable, owner: Places, place: Places, part: Ranges
    ) -> tuple[Places, Places]:
        """Distinct pairs that meet and, by the places where they meet, can share enough shingles."""
        found: list[npt.NDArray[np.int64]] = []
        for mine, theirs in part.pairs():
            a, b = owner[mine], self._owner[theirs]
            sizes, others = table.sizes[a], self._table.sizes[b]
            # Where a near pair meets first it has yet to meet often enough; later meetings don't matter.
            left = np.minimum(sizes - place[mine], others - self._place[theirs])
            hopeful = left >= self._needed(sizes + others)
            found.append(a[hopeful] * len(self._table) + b[hopeful])
        pairs = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
        distinct = np.sort(pairs)
        distinct = distinct[np.diff(distinct, prepend=-1) != 0]
        return distinct // max(len(self._table), 1), distinct % max(len(self._table), 1)

    def _verified(
        self, table: ShingleTable, a: Places, b: Places
    ) -> tuple[Places, Places, npt.NDArray[np.float64]]:
        sizes = table.sizes[a] + self._table.sizes[b]
        apart = table.bits_apart(a, self._table, b)
        hopeful = (sizes - apart) >= 2 * self._needed(sizes)
        a, b, sizes = a[hopeful], b[hopeful], sizes[hopeful]
        shared = table.shared(a, self._table, b)
        near = shared >= self._needed(sizes)
        jaccards: npt.NDArray[np.float64] = shared[near] / np.maximum(sizes[near] - shared[near], 1)
        return a[near], b[near], jaccards

    def _needed(self, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Shingles that two sets of so many together must share to reach the threshold."""
        needed: npt.NDArray[np.float64] = np.ceil(
            self._threshold / (1 + self._threshold) * sizes - _ROUNDING
        )
        return needed

    def _prefixes(self, table: ShingleTable) -> tuple[Places, Places, Places]:
        """Owner, rank and place in its set of each known shingle among the rarest of each set."""
        sizes = table.sizes
        rank = self._rank_of(table.hashes)
        owner = np.repeat(np.arange(len(table)), sizes)
        packed = np.sort((owner.astype(np.uint64) << np.uint64(32)) | (rank + 1).astype(np.uint64))
        rank = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64) - 1
        place = np.arange(len(owner)) - np.repeat(table.offsets[:-1], sizes)
        length = sizes - np.ceil(self._threshold * sizes - _ROUNDING).astype(np.int64) + 1
        early = np.flatnonzero((place < length[owner]) & (rank >= 0))
        return owner[early], rank[early], place[early]

    def _rank_of(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        ranks = np.full(len(hashes), -1, dtype=np.int64)
        hopeful = np.flatnonzero(self._sieve[hashes >> _SIEVE_SHIFT])
        if len(hopeful):
            some = hashes[hopeful]
            found = np.minimum(np.searchsorted(self._shingles, some), len(self._shingles) - 1)
            ranks[hopeful] = np.where(self._shingles[found] == some, self._ranks[found], -1)
        return ranks

    def _near_in_size(self, sizes: npt.NDArray[np.int64], rank: Places) -> tuple[Places, Places]:
        """The run of index entries with this shingle whose sets are neither too small nor too large."""
        others = self._table.sizes[self._owner]
        limit = int(max(others.max(initial=0), sizes.max(initial=0))) + 2
        keys = self._rank * limit + others
        least = np.ceil(self._threshold * sizes - _ROUNDING).astype(np.int64)
        most = np.minimum(np.floor(sizes / self._threshold + _ROUNDING).astype(np.int64), limit - 1)
        starts = np.searchsorted(keys, rank * limit + least, side="left")
        ends = np.searchsorted(keys, rank * limit + most, side="right")
        return starts, np.maximum(starts, ends)


def _grouped(meetings: Ranges, owner: Places) -> Iterator[Ranges]:
    """The meetings in runs of whole owners, so that each pair comes up in one run only."""
    kept = np.flatnonzero(meetings.ends > meetings.starts)
    meetings, owner = Ranges(kept, meetings.starts[kept], meetings.ends[kept]), owner[kept]
    block = np.cumsum(meetings.ends - meetings.starts) >> _MEETINGS_BITS
    if not len(kept):
        return
    first = np.flatnonzero(np.diff(owner, prepend=-1))  # of each owner
    of_owner = np.repeat(block[first], np.diff(np.append(first, len(owner))))
    for some in np.split(np.arange(len(kept)), np.flatnonzero(np.diff(of_owner)) + 1):
        yield Ranges(meetings.left[some], meetings.starts[some], meetings.ends[some])


def _named(texts: Iterable[tuple[str, str]], names: list[str]) -> Iterator[str]:
    """The texts; their ids go to `names`."""
    for name, text in texts:
        names.append(name)
        yield text


def _parts(texts: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    remaining = iter(texts)
    while some := list(islice(remaining, _TEXTS_AT_ONCE)):
        yield some
