"""Connected components of near texts: what must stay on one side of a split.

Pairs come from buckets of equal band keys and are verified one by one. A pair whose ends are connected
already is not compared, so ten thousand fillings of one template cost about ten thousand comparisons.
No bucket is capped: of the pairs that share a band and are far apart each is compared, or shown by its
rare shingles to be far apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.components import Components
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.prefixes import rare_shingles
from ai_data_platform.core.datasets.near_duplicates.ranges import Ranges
from ai_data_platform.core.datasets.near_duplicates.sketches import Places, Sketches

__all__ = ["connect", "firsts_alike"]

Flags = npt.NDArray[np.bool_]
_LARGE = 4096
"""Pairs of a bucket from which on it is worth a closer look than all of them."""

_MANY_PAIRS = 48
"""Pairs for each text of a large bucket from which on it pays to sort its shingles first."""

_FILTER_BITS = 20
"""Of a key: a table of a million flags stays in the cache and passes 1 % of the keys when 10,000 are set."""


def firsts_alike(sketches: Sketches, places: Places) -> Places:
    """For each text the first of the places that says the same word for word; itself for others."""
    from ai_data_platform.core.datasets.near_duplicates.set_kernels import first_equal

    firsts = np.arange(len(sketches))
    high, low = sketches.keys
    upper = high[places] & ~np.uint64(0xFFFFFFFF)
    first_equal(high, low, np.sort(upper | np.arange(len(places), dtype=np.uint64)), places, firsts)
    return firsts


def connect(
    sketches: Sketches, labels: Places, fresh: Flags, options: NearDuplicateOptions
) -> Places:
    """For each text the first place of its component: equal labels, one component.

    `labels` are the components so far; only pairs with a fresh text are compared, and of texts that say
    the same one. Two texts that are equal but for their numbers are connected whatever their Jaccard
    index, two short ones when their words are equal.
    """
    if not fresh.any():
        return labels
    search = _Search(sketches, Components(labels), fresh, options)
    every = np.ones(len(labels), dtype=bool)
    places = search.meeting(sketches.keys[0], every)
    firsts = firsts_alike(sketches, places[np.argsort(fresh[places], kind="stable")])
    copies = np.flatnonzero(firsts != np.arange(len(firsts)))
    search.components.join(copies, firsts[copies])
    distinct, long = every, sketches.sets.sizes > 0
    distinct[copies] = False
    search.connect_equal(distinct if options.numbers_are_variants else distinct & ~long)
    for band in range(options.bands):
        search.connect(*sketches.band(band), distinct & long)
    return search.components.labels()


@dataclass(frozen=True, eq=False)
class _Search:
    """Texts, their components so far, and which texts are to be compared with all others."""

    sketches: Sketches
    components: Components
    fresh: Flags
    options: NearDuplicateOptions

    def meeting(self, keys: npt.NDArray[np.uint64], compared: Flags) -> Places:
        """Places to compare, among them all whose key a fresh one has."""
        hopeful = np.zeros(1 << _FILTER_BITS, dtype=bool)
        upper = keys >> np.uint64(64 - _FILTER_BITS)
        hopeful[upper[self.fresh & compared]] = True
        wanted = np.flatnonzero(hopeful[upper])
        return wanted[compared[wanted]]

    def connect_equal(self, compared: Flags) -> None:
        """Connect all texts of equal masks."""
        masks = self.sketches.sets.masks
        places = self.meeting(masks, compared)
        places = places[np.argsort(masks[places])]
        same = masks[places[1:]] == masks[places[:-1]]
        self.components.join(places[:-1][same], places[1:][same])

    def connect(self, keys: npt.NDArray[np.uint32], begins: Places, compared: Flags) -> None:
        """Connect near texts of equal keys, which lie in the parts of the sketches."""
        from ai_data_platform.core.datasets.near_duplicates.set_kernels import (
            join_buckets,
            meeting,
            upper_bits,
        )

        firsts = self.sketches.firsts
        part = np.searchsorted(firsts, self._new, side="right") - 1
        hopeful = upper_bits(keys[begins[part] + self._new - firsts[part]])
        packed = np.sort(meeting(keys, begins, firsts, hopeful, compared))
        ordered = (packed & np.uint64(0xFFFFFFFF)).astype(np.intp)
        for start, end in join_buckets(self.components.above, packed, _LARGE, *self._how):
            self._connect_large(ordered[start:end])

    @cached_property
    def _new(self) -> Places:
        return np.flatnonzero(self.fresh)

    @property
    def _how(self) -> Any:
        return self.fresh, self.sketches.sets, self.options.threshold

    def _connect_large(self, texts: Places) -> None:
        """Every pair of a bucket is connected, compared or spared.

        At first each with one and with the next: that is enough where all are near.
        """
        texts = texts[np.argsort(~self.fresh[texts], kind="stable")]
        self._join(np.full(len(texts), texts[0]), texts)
        self._join(texts[:-1], texts[1:])
        labels = self.components.of(texts)
        order = np.lexsort((labels, ~self.fresh[texts]))
        texts, labels = texts[order], labels[order]
        for left, right in self._rest(texts, labels):
            self._join(texts[left], texts[right])

    def _join(self, left: Places, right: Places) -> None:
        from ai_data_platform.core.datasets.near_duplicates.set_kernels import join_near

        join_near(self.components.above, left, right, *self._how)

    def _rest(self, texts: Places, labels: Places) -> Iterator[tuple[Places, Places]]:
        """Pairs of different components, or only those that share a rare shingle where they are fewer."""
        ranges = _unconnected(self.fresh[texts], labels)
        if ranges.count > _MANY_PAIRS * len(texts):
            rare = rare_shingles(self.sketches, texts, labels, self.options.threshold)
            if rare.meetings.count < ranges.count:
                return ((rare.texts[a], rare.texts[b]) for a, b in rare.meetings.pairs())
        return ranges.pairs()


def _unconnected(fresh: Flags, labels: Places) -> Ranges:
    """Each fresh text with all that follow it, but for the run of its own component."""
    count = len(labels)
    changes = (labels[1:] != labels[:-1]) | (fresh[1:] != fresh[:-1])
    breaks = np.append(np.flatnonzero(changes) + 1, count)
    starts = breaks[np.searchsorted(breaks, np.arange(count), side="right")]
    left = np.flatnonzero(fresh & (starts < count))
    return Ranges(left, starts[left], np.full(len(left), count))
