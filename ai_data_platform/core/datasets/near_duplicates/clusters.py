"""Connected components of near texts: what must stay on one side of a split.

Pairs come from buckets of equal band keys and are verified one by one. A pair whose ends are connected
already is not compared, so ten thousand fillings of one template cost about ten thousand comparisons.
No bucket is capped: of the pairs that share a band and are far apart each is compared, or shown by its
rare shingles to be far apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.components import Components
from ai_data_platform.core.datasets.near_duplicates.jaccard import jaccards_from
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.prefixes import rare_shingles
from ai_data_platform.core.datasets.near_duplicates.ranges import Ranges
from ai_data_platform.core.datasets.near_duplicates.sketches import Places, Sketches

__all__ = ["connect", "firsts_alike"]

Flags = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.unsignedinteger]
_MANY_PAIRS = 48
"""Pairs for each text of a bucket from which on it pays to sort its shingles first."""

_FILTER_BITS = 20
"""Of a key: a table of a million flags stays in the cache and passes 1 % of the keys when 10,000 are set."""


def firsts_alike(sketches: Sketches, fresh: Flags) -> Places:
    """For each text the place of one that says the same word for word, itself or an older one."""
    firsts = np.arange(len(sketches))
    high = sketches.keys[:, 0]
    members = _repeated(high, np.arange(len(high)))
    low = sketches.keys[members, 1]
    order = members[np.lexsort((members, fresh[members], low, high[members]))]
    keys = sketches.keys[order]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    firsts[order] = order[np.flatnonzero(starts)][np.cumsum(starts) - 1]
    return firsts


def connect(
    sketches: Sketches,
    labels: Places,
    fresh: Flags,
    firsts: Places,
    options: NearDuplicateOptions,
) -> Places:
    """For each text the first place of its component: equal labels, one component.

    `labels` are the components so far; only pairs with a fresh text are compared, and of texts that say
    the same (`firsts_alike`) one. Two texts that are equal but for their numbers are connected whatever
    their Jaccard index, two short ones when their words are equal.
    """
    if not fresh.any():
        return labels
    components = Components(labels)
    copies = np.flatnonzero(firsts != np.arange(len(firsts)))
    components.join(copies, firsts[copies])
    distinct, long = firsts == np.arange(len(firsts)), sketches.sizes > 0
    masked = distinct if options.numbers_are_variants else distinct & ~long
    _connect_equal(sketches.masks, components, fresh, masked)
    compared = distinct & long
    for band in range(options.bands):
        keys = sketches.band(band)
        texts = _meeting(keys, fresh, compared)
        bucketed = _Bucketed(texts, keys[texts], fresh[texts])
        _connect_bucketed(sketches, components, bucketed, options.threshold)
    return components.labels()


def _connect_equal(keys: Keys, components: Components, fresh: Flags, compared: Flags) -> None:
    texts = _meeting(keys, fresh, compared)
    order = texts[np.argsort(keys[texts], kind="stable")]
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    components.join(order[same], order[same + 1])


def _meeting(keys: Keys, fresh: Flags, compared: Flags) -> Places:
    """Places, of those to compare, whose key a fresh one and another one have."""
    new = np.flatnonzero(fresh & compared)
    if len(new) > len(keys) // 8:
        wanted = np.flatnonzero(compared)
        wanted = wanted if len(new) == len(wanted) else wanted[np.isin(keys[wanted], keys[new])]
    else:
        shift = keys.dtype.type(8 * keys.itemsize - _FILTER_BITS)
        hopeful = np.zeros(1 << _FILTER_BITS, dtype=bool)
        hopeful[keys[new] >> shift] = True
        wanted = np.flatnonzero(hopeful[keys >> shift])
        wanted = wanted[compared[wanted]]
        wanted = wanted[np.isin(keys[wanted], keys[new])]
    return _repeated(keys, wanted)


def _repeated(keys: Keys, places: Places) -> Places:
    """Those of the places whose key another one of them has."""
    order = np.argsort(keys[places])
    ordered = keys[places][order]
    again = ordered[1:] == ordered[:-1]
    shared = np.zeros(len(places), dtype=bool)
    shared[order[1:][again]] = shared[order[:-1][again]] = True
    return places[shared]


@dataclass(frozen=True, slots=True, eq=False)
class _Bucketed:
    """Texts by bucket: those with equal keys. A text is in one bucket."""

    texts: Places
    keys: Keys
    fresh: Flags

    def ordered(self, labels: Places) -> "_Bucketed":
        """Each bucket in one run, its fresh texts first, each component's together."""
        order = np.lexsort((labels, ~self.fresh, self.keys))
        return _Bucketed(self.texts[order], self.keys[order], self.fresh[order])

    @property
    def starts(self) -> Places:
        return np.searchsorted(self.keys, self.keys, side="left")

    @property
    def ends(self) -> Places:
        return np.searchsorted(self.keys, self.keys, side="right")


def _connect_bucketed(
    sketches: Sketches, components: Components, bucketed: _Bucketed, threshold: float
) -> None:
    """Every pair of a bucket is connected, compared or spared."""
    for pairs in (_neighbours, _rest):
        bucketed = bucketed.ordered(components.of(bucketed.texts))
        texts, fresh = bucketed.texts, bucketed.fresh
        for a, b in pairs(sketches, bucketed, components.of(texts), threshold):
            apart = (components.of(texts[a]) != components.of(texts[b])) & (fresh[a] | fresh[b])
            left, right = texts[a[apart]], texts[b[apart]]
            near = jaccards_from(sketches, left, right, threshold) > 0
            components.join(left[near], right[near])


def _neighbours(_: Sketches, bucketed: _Bucketed, *__: object) -> Iterator[tuple[Places, Places]]:
    """Each text with the next and with the first of its bucket: enough where all are near."""
    every = np.arange(len(bucketed.texts))
    inside = np.flatnonzero(every + 1 < bucketed.ends)
    yield inside, inside + 1
    yield bucketed.starts, every


def _rest(
    sketches: Sketches, bucketed: _Bucketed, labels: Places, threshold: float
) -> Iterator[tuple[Places, Places]]:
    """All other pairs, in a large bucket only those that share a rare shingle where they are fewer."""
    ranges = _unconnected(bucketed, labels)
    starts, count = bucketed.starts, len(bucketed.texts)
    totals = np.bincount(ranges.ends, ranges.ends - ranges.starts, minlength=count + 1)
    sizes = np.bincount(bucketed.ends, minlength=count + 1)
    large = np.flatnonzero(totals > _MANY_PAIRS * sizes)
    yield from ranges.chosen(~np.isin(ranges.ends, large)).pairs()
    for end in large:
        start = starts[end - 1]
        rare = rare_shingles(sketches, bucketed.texts[start:end], labels[start:end], threshold)
        if rare.meetings.count < totals[end]:
            yield from (
                (start + rare.texts[a], start + rare.texts[b]) for a, b in rare.meetings.pairs()
            )
        else:
            yield from ranges.chosen(ranges.ends == end).pairs()


def _unconnected(bucketed: _Bucketed, labels: Places) -> Ranges:
    """Each fresh text with all that follow it in its bucket, but for the run of its own component."""
    fresh, count = bucketed.fresh, len(bucketed.texts)
    changes = np.zeros(max(count - 1, 0), dtype=bool)
    for column in (bucketed.keys, labels, fresh):
        changes |= column[1:] != column[:-1]
    breaks = np.append(np.flatnonzero(changes) + 1, count)
    starts = breaks[np.searchsorted(breaks, np.arange(count), side="right")]
    ends = bucketed.ends
    left = np.flatnonzero(fresh & (starts < ends))
    return Ranges(left, starts[left], ends[left])
