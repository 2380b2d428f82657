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

from ai_data_platform.core.datasets.near_duplicates.jaccard import Places, jaccards_from
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.prefixes import rare_shingles
from ai_data_platform.core.datasets.near_duplicates.ranges import Ranges
from ai_data_platform.core.datasets.near_duplicates.sketches import Sketches

__all__ = ["connect"]

Labels = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.unsignedinteger]
_LARGE = 1 << 12
"""Pairs of a bucket from which on it pays to sort its shingles first."""


def connect(
    sketches: Sketches, labels: Labels, fresh: Flags, options: NearDuplicateOptions
) -> Labels:
    """For each text the first place of its component: equal labels, one component.

    `labels` are the components so far; only pairs with a fresh text are compared. Two texts that are
    equal but for their numbers are connected whatever their Jaccard index.
    """
    if not fresh.any():
        return labels
    comparable = np.flatnonzero(sketches.sizes)
    if options.numbers_are_variants:
        members = _shared_keys(sketches.masks[comparable], fresh[comparable])
        texts, keys = comparable[members], sketches.masks[comparable[members]]
        by_key = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[by_key][1:] == keys[by_key][:-1])
        labels = _joined(labels, texts[by_key[same]], texts[by_key[same + 1]])
    for band in range(options.bands):
        keys = sketches.bands[comparable, band]
        members = _shared_keys(keys, fresh[comparable])
        labels = _connect_bucketed(
            sketches,
            labels,
            fresh,
            _Bucketed(comparable[members], keys[members]),
            options.threshold,
        )
    return labels


def _shared_keys(keys: Keys, fresh: Flags) -> Places:
    """Places of the keys that a fresh place and another one share."""
    if not fresh.all():
        wanted = np.flatnonzero(np.isin(keys, keys[fresh]))
        return wanted[_shared_keys(keys[wanted], np.ones(len(wanted), dtype=bool))]
    order = np.argsort(keys)
    again = keys[order][1:] == keys[order][:-1]
    shared = np.zeros(len(keys), dtype=bool)
    shared[order[1:][again]] = shared[order[:-1][again]] = True
    return np.flatnonzero(shared)


def _connect_bucketed(
    sketches: Sketches,
    labels: Labels,
    fresh: Flags,
    bucketed: "_Bucketed",
    threshold: float,
) -> Labels:
    """Labels after every pair of a bucket was connected, compared or spared."""
    for pairs in (_neighbours, _rest):
        bucketed = bucketed.ordered(labels, fresh)
        for a, b in pairs(sketches, bucketed, labels, fresh, threshold):
            apart = (labels[a] != labels[b]) & (fresh[a] | fresh[b])
            a, b = a[apart], b[apart]
            near = jaccards_from(sketches, a, b, threshold) > 0
            labels = _joined(labels, a[near], b[near])
    return labels


@dataclass(frozen=True, slots=True, eq=False)
class _Bucketed:
    """Texts by bucket: those with equal keys. A text is in one bucket."""

    texts: Places
    keys: Keys

    def ordered(self, labels: Labels, fresh: Flags) -> "_Bucketed":
        """Each bucket in one run, its fresh texts first, each component's together."""
        order = np.lexsort((labels[self.texts], ~fresh[self.texts], self.keys))
        return _Bucketed(self.texts[order], self.keys[order])

    @property
    def starts(self) -> Places:
        return np.searchsorted(self.keys, self.keys, side="left")

    @property
    def ends(self) -> Places:
        return np.searchsorted(self.keys, self.keys, side="right")


def _neighbours(_: Sketches, bucketed: _Bucketed, *__: object) -> Iterator[tuple[Places, Places]]:
    """Each text with the next and with the first of its bucket: enough where all are near."""
    texts = bucketed.texts
    inside = np.flatnonzero(np.arange(len(texts)) + 1 < bucketed.ends)
    yield texts[inside], texts[inside + 1]
    yield texts[bucketed.starts], texts


def _rest(
    sketches: Sketches, bucketed: _Bucketed, labels: Labels, fresh: Flags, threshold: float
) -> Iterator[tuple[Places, Places]]:
    """All other pairs, in a large bucket only those that share a rare shingle where they are fewer."""
    ranges = _unconnected(bucketed, labels, fresh)
    totals = np.bincount(ranges.ends, weights=ranges.ends - ranges.starts)
    large = np.flatnonzero(totals > _LARGE)
    small = ranges.chosen(~np.isin(ranges.ends, large))
    yield from ((bucketed.texts[a], bucketed.texts[b]) for a, b in small.pairs())
    for end in large:
        start = bucketed.starts[end - 1]
        texts = bucketed.texts[start:end]
        rare = rare_shingles(sketches, texts, labels, threshold)
        if rare.meetings.count < totals[end]:
            yield from (
                (texts[rare.texts[a]], texts[rare.texts[b]]) for a, b in rare.meetings.pairs()
            )
        else:
            each = ranges.chosen(ranges.ends == end)
            yield from ((bucketed.texts[a], bucketed.texts[b]) for a, b in each.pairs())


def _unconnected(bucketed: _Bucketed, labels: Labels, fresh: Flags) -> Ranges:
    """Each fresh text with all that follow it in its bucket, but for the run of its own component."""
    texts, keys = bucketed.texts, bucketed.keys
    run = np.stack((keys, labels[texts], fresh[texts]))
    breaks = np.append(np.flatnonzero((run[:, 1:] != run[:, :-1]).any(axis=0)) + 1, len(texts))
    starts = breaks[np.searchsorted(breaks, np.arange(len(texts)), side="right")]
    left = np.flatnonzero(fresh[texts] & (starts < bucketed.ends))
    return Ranges(left, starts[left], bucketed.ends[left])


def _joined(labels: Labels, left: Places, right: Places) -> Labels:
    """The labels with these pairs connected; each label is the first place of its component."""
    if len(left):
        labels = labels.copy()
    while len(left):
        roots = labels[left], labels[right]
        lower = np.minimum(*roots)
        np.minimum.at(labels, roots[0], lower)
        np.minimum.at(labels, roots[1], lower)
        while not np.array_equal(labels[labels], labels):
            labels = labels[labels]
        apart = labels[left] != labels[right]
        left, right = left[apart], right[apart]
    return labels
