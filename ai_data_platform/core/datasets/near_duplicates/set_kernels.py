"""Sets of hashes compared and connected, compiled (see `compiled`). `above` leads from each place
to an earlier one of its component, or to itself.
"""

from math import ceil
from typing import Any, NamedTuple

import numpy as np

from ai_data_platform.core.datasets.near_duplicates.compiled import compiled

__all__ = [
    "Sets",
    "band_keys",
    "first_equal",
    "follow",
    "jaccards",
    "join_all",
    "join_buckets",
    "join_near",
    "meeting",
    "resemble",
    "roots",
    "shared_counts",
    "upper_bits",
]

_ROUNDING = 1e-9
_ODD = np.uint64(0x9E3779B97F4A7C15)
_TO_32_BITS = np.uint64(19)  # of the 51 bits of a shingle the upper ones
_HALF = np.uint64(32)
_TO_WORD, _TO_BIT, _SIXTY_THREE = np.uint32(18), np.uint32(12), np.uint32(63)
_LOWER = np.uint64((1 << 32) - 1)
_ONE, _TWO, _FOUR, _TOP = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)
_PAIRS, _QUADS = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_BYTES, _EACH = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)

Array = Any  # of NumPy; Numba finds its types out by itself


class Sets(NamedTuple):
    """Of n texts: the set of text i is the `sizes[i]` hashes from `starts[i]` on, ascending.

    Bit b of `bitmaps[i]`, 8 numbers, is the parity of the hashes that are b modulo 512.
    """

    hashes: Array
    starts: Array
    sizes: Array
    masks: Array
    bitmaps: Array


@compiled
def band_keys(offsets: Array, hashes: Array, factors: Array, shifts: Array, rows: int) -> Array:
    """A 32-bit key for each band and text: the lowest hashes under `rows` permutations x -> ax + b."""
    texts, bands = len(offsets) - 1, len(factors) // rows
    keys = np.zeros((bands, texts), np.uint32)
    lowest = np.empty(len(factors), np.uint32)
    for text in range(texts):
        lowest[:] = 0xFFFFFFFF
        for place in range(offsets[text], offsets[text + 1]):
            value = np.uint32(hashes[place] >> _TO_32_BITS)
            for i in range(len(factors)):
                lowest[i] = min(lowest[i], np.uint32(value * factors[i] + shifts[i]))
        for band in range(bands):
            key = np.uint64(0)
            for i in range(band * rows, (band + 1) * rows):
                key = (key ^ np.uint64(lowest[i])) * _ODD
                key ^= key >> _HALF
            keys[band, text] = np.uint32(key & _LOWER)
    return keys


@compiled
def _shared(left: Array, a: Any, many: Any, right: Array, b: Any, others: Any, least: int) -> int:
    """How many hashes two ascending runs share; fewer than `least` once they cannot share so many."""
    a_end, b_end, count = a + many, b + others, 0
    while a < a_end and b < b_end and count + min(a_end - a, b_end - b) >= least:
        x, y = left[a], right[b]
        count += x == y
        a += x <= y
        b += y <= x
    return count


@compiled
def shared_counts(
    hashes: Array, offsets: Array, mine: Array, others: Array, bounds: Array, theirs: Array
) -> Array:
    """For each pair of places in two tables the number of hashes that both sets hold."""
    found = np.zeros(len(mine), np.int64)
    for pair in range(len(mine)):
        a, b = mine[pair], theirs[pair]
        start, first = offsets[a], bounds[b]
        many, most = offsets[a + 1] - start, bounds[b + 1] - first
        found[pair] = _shared(hashes, start, many, others, first, most, 0)
    return found


@compiled
def _bits(value: np.uint64) -> np.uint64:
    """How many bits are set; one instruction in the end."""
    value = value - ((value >> _ONE) & _PAIRS)
    value = (value & _QUADS) + ((value >> _TWO) & _QUADS)
    return (((value + (value >> _FOUR)) & _BYTES) * _EACH) >> _TOP


@compiled
def _jaccard(sets: Sets, a: Any, b: Any, threshold: float) -> float:
    """The Jaccard index of two texts if it reaches the threshold, else 0."""
    size, other = sets.sizes[a], sets.sizes[b]
    total = size + other
    least = ceil(threshold / (1 + threshold) * total - _ROUNDING)
    if min(size, other) < max(least, 1):
        return 0.0
    hashes = sets.hashes
    count = _shared(hashes, sets.starts[a], size, hashes, sets.starts[b], other, least)
    index = count / (total - count)
    return index if index >= threshold else 0.0


@compiled
def jaccards(sets: Sets, left: Array, right: Array, threshold: float) -> Array:
    """The Jaccard index of each pair that reaches the threshold, 0 for the others."""
    found = np.zeros(len(left))
    for pair in range(len(left)):
        found[pair] = _jaccard(sets, left[pair], right[pair], threshold)
    return found


@compiled
def _alike(sets: Sets, a: int, b: int, masks_count: bool) -> bool:
    """Whether two texts are equal but for their numbers; without `masks_count`, two short ones only."""
    short = sets.sizes[a] == 0 and sets.sizes[b] == 0
    return bool(sets.masks[a] == sets.masks[b] and (masks_count or short))


@compiled
def resemble(sets: Sets, left: Array, right: Array, threshold: float, masks_count: bool) -> Array:
    """For each pair whether it is near."""
    found = np.zeros(len(left), np.bool_)
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        found[pair] = _alike(sets, a, b, masks_count) or _jaccard(sets, a, b, threshold) > 0
    return found


@compiled
def _root(above: Array, place: int) -> int:
    while above[place] != place:
        above[place] = above[above[place]]
        place = above[place]
    return place


@compiled
def _join(above: Array, a: int, b: int) -> None:
    a, b = _root(above, a), _root(above, b)
    above[max(a, b)] = min(a, b)


@compiled
def roots(above: Array, places: Array) -> Array:
    """The first place of each place's component."""
    found = np.empty(len(places), np.int64)
    for i in range(len(places)):
        found[i] = _root(above, places[i])
    return found


@compiled
def join_all(above: Array, left: Array, right: Array) -> None:
    """Put both places of each pair into one component."""
    for pair in range(len(left)):
        _join(above, left[pair], right[pair])


@compiled
def _far(sets: Sets, a: Any, b: Any, threshold: float) -> bool:
    """Whether two sets differ too much: in size, or in at least as many hashes as their bitmaps in bits.

    Most pairs of a bucket do, and are spared the look at their hashes.
    """
    size, other = sets.sizes[a], sets.sizes[b]
    if min(size, other) < threshold * max(size, other) - _ROUNDING:
        return True
    apart = np.uint64(0)
    for i in range(8):
        apart += _bits(sets.bitmaps[a, i] ^ sets.bitmaps[b, i])
    total, differing = size + other, np.float64(apart)
    return bool(total - differing < threshold * (total + differing) - _ROUNDING)


@compiled
def _compare(above: Array, a: Any, b: Any, sets: Sets, threshold: float) -> None:
    if (
        not _far(sets, a, b, threshold)
        and _root(above, a) != _root(above, b)
        and _jaccard(sets, a, b, threshold) > 0
    ):
        _join(above, a, b)


@compiled
def join_near(
    above: Array, left: Array, right: Array, fresh: Array, sets: Sets, threshold: float
) -> None:
    """Connect pairs that are near, of those with a fresh text that are not connected yet."""
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        if fresh[a] or fresh[b]:
            _compare(above, a, b, sets, threshold)


@compiled
def upper_bits(keys: Array) -> Array:
    """A million bits, 64 in a number: for each of the keys the one that its upper 20 bits count to."""
    found = np.zeros(1 << 14, np.uint64)
    for key in keys:
        found[key >> _TO_WORD] |= _ONE << np.uint64((key >> _TO_BIT) & _SIXTY_THREE)
    return found


@compiled
def meeting(keys: Array, starts: Array, firsts: Array, hopeful: Array, compared: Array) -> Array:
    """Key and place, packed in one number each, of the texts to compare whose keys are hopeful.

    Of a hopeful key the bit for its upper 20 bits is set (`upper_bits`). Keys have 32 bits and lie in
    parts: text `firsts[i]` is the first of part i and has the key at `starts[i]`. Sorted, equal keys stand
    together.
    """
    packed, many = np.empty(firsts[-1], np.uint64), 0
    for part in range(len(starts)):
        shifted = starts[part] - firsts[part]
        for place in range(firsts[part], firsts[part + 1]):
            key = keys[shifted + place]
            word = hopeful[key >> _TO_WORD]
            if (word >> np.uint64((key >> _TO_BIT) & _SIXTY_THREE)) & _ONE and compared[place]:
                packed[many] = (np.uint64(key) << _HALF) | np.uint64(place)
                many += 1
    return packed[:many].copy()


@compiled
def join_buckets(
    above: Array, packed: Array, most: int, fresh: Array, sets: Sets, threshold: float
) -> Array:
    """Connect near texts of one bucket: places with equal keys, the key in the upper half of `packed`.

    `packed` is ascending. Only pairs with a fresh text count. Start and end of each bucket with more than
    `most` of them, which are left.
    """
    large = np.empty((len(packed), 2), np.int64)
    many, start = 0, 0
    while start < len(packed):
        end, new = start, 0
        while end < len(packed) and packed[end] >> _HALF == packed[start] >> _HALF:
            new += fresh[np.int64(packed[end] & _LOWER)]
            end += 1
        if new * (end - start - 1) > most:
            large[many, 0], large[many, 1] = start, end
            many += 1
        elif new > 0 and end > start + 1:
            for i in range(start, end):
                a = np.int64(packed[i] & _LOWER)
                if fresh[a]:
                    for j in range(start, end):
                        b = np.int64(packed[j] & _LOWER)
                        if j < i or not fresh[b]:
                            _compare(above, a, b, sets, threshold)
        start = end
    return large[:many].copy()


@compiled
def first_equal(high: Array, low: Array, packed: Array, places: Array, firsts: Array) -> None:
    """Lead each of the places in `firsts` to the first among them with the same high and low.

    `packed` is ascending: the upper half of high above where the place stands among the places.
    """
    start = 0
    for i in range(len(packed)):
        if packed[i] >> _HALF != packed[start] >> _HALF:
            start = i
        place = places[np.int64(packed[i] & _LOWER)]
        for j in range(start, i):
            other = places[np.int64(packed[j] & _LOWER)]
            if high[place] == high[other] and low[place] == low[other]:
                firsts[place] = firsts[other]
                break


@compiled
def follow(
    sets: Sets,
    texts: Array,
    packed: Array,
    labels: Array,
    numbers: Array,
    threshold: float,
    masks_count: bool,
) -> Any:
    """For each of the texts the place among them of the one that it follows, or -1, and how near it is.

    Followed are texts of the same label and numbers. `packed` is ascending: a hash of these two above
    where the text stands among the texts, which are the best first.
    """
    leaders, found = np.full(len(texts), -1, np.int64), np.zeros(len(texts))
    leading = np.empty(len(texts), np.int64)
    count = 0
    for k in range(len(packed)):
        if k > 0 and packed[k] >> _HALF != packed[k - 1] >> _HALF:
            count = 0
        i = np.int64(packed[k] & _LOWER)
        for other in leading[:count]:
            if labels[i] != labels[other] or numbers[i] != numbers[other]:
                continue
            a, b = texts[other], texts[i]
            index = _jaccard(sets, a, b, threshold)
            near = index > 0
            if not near and masks_count and _alike(sets, a, b, True):
                near, index = True, _jaccard(sets, a, b, 0.0)
            if near and (leaders[i] < 0 or index > found[i]):
                leaders[i], found[i] = other, index
        if leaders[i] < 0:
            leading[count] = i
            count += 1
    return leaders, found
