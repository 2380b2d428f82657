"""Texts as hashes: words, numbers, and what is left without numbers; compiled (see `compiled`).

Texts are normalised UTF-8 (`core.text.normalise`, white space apart). A word is what `core.text.words`
finds. A number is the longest match, from the left, of one of

    (?<!\\w)[-+−](?=[$€£¥]?\\d)     the sign of a number, not the dash of a list or a range
    [$€£¥%°]
    (?<=[a-z])(?:\\+\\+|#)          C++ and C#: a word holds the letter only
    (?<![a-z])[a-z]*+\\d[a-z0-9]*   42, b2b, iso9001: a4 and a5 differ
"""

from typing import Any

import numpy as np

from ai_data_platform.core.datasets.near_duplicates.compiled import compiled

__all__ = [
    "APOSTROPHE",
    "CURRENCY",
    "DIGIT",
    "LETTER",
    "MINUS",
    "SIGN",
    "SPACE",
    "UNSPACED_WORD",
    "WORD",
    "WORD_LIKE",
    "read_texts",
]

WORD, UNSPACED_WORD, WORD_LIKE, APOSTROPHE, SPACE, LETTER, DIGIT, CURRENCY, MINUS, SIGN = (
    1 << bit for bit in range(10)
)
"""Kinds of characters; `characters.kinds` has those of each code point."""

# Numba makes a float of an unsigned and a signed 64-bit number: every constant has its type.
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HASH_MASK = np.uint64(
    (1 << 51) - 1
)  # two texts of 100 shingles share one by chance in 10^11 pairs
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_FNV, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a, 64 bits
_SHORT, _MARKS = np.uint64(1), np.uint64(2)  # keep kinds of keys apart
_PLUS, _HASH, _PERCENT, _DEGREE = map(ord, "+#%°")
_BLANK, _MASK = ord(" "), ord("0")  # a word "0" is a mask: every other one was masked

Array = Any  # of NumPy; Numba finds its types out by itself


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64: every bit of the input moves half of the output's."""
    value = (value ^ (value >> _SHIFTS[0])) * _FACTORS[0]
    value = (value ^ (value >> _SHIFTS[1])) * _FACTORS[1]
    return value ^ (value >> _SHIFTS[2])


@compiled
def read_texts(
    data: Array, offsets: Array, kinds: Array, size: int, min_words: int, keep_whole: bool
) -> Any:
    """Of n texts, text i being `data[offsets[i]:offsets[i + 1]]`, in uint64 arrays:

    - keys (n, 2), equal for texts that say the same word for word; a text without any word is compared
      as it stands
    - numbers (n,) and masks (n,): of the numbers alone, 0 if there is none, and of the text without them
    - ends (n + 1) and shingles: words and runs of `size` words, ascending. A text of fewer than
      `min_words` words has none, or one for the whole where `keep_whole`
    - bitmaps (n, 8): bit b is the parity of the shingles that are b modulo 512
    """
    texts = len(offsets) - 1
    keys, numbers = np.empty((texts, 2), np.uint64), np.zeros(texts, np.uint64)
    masks, ends = np.empty(texts, np.uint64), np.zeros(texts + 1, np.int64)
    bitmaps = np.zeros((texts, 8), np.uint64)
    longest = 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    words, masked = np.empty(2 * longest + 2, np.uint64), np.empty(3 * longest, np.uint8)
    shingles = np.empty(len(data) + texts, np.uint64)
    for text in range(texts):
        start, end = offsets[text], offsets[text + 1]
        count, seen = _words(data, start, end, kinds, words)
        high, low = _sequence(words, count)
        whole = mask = high
        if seen & SIGN:
            length, numbers[text] = _masked(data, start, end, kinds, masked)
            if numbers[text] != 0:
                masked_words, _ = _words(masked, 0, length, kinds, shingles[ends[text] :])
                mask = _masked_sequence(shingles[ends[text] :], masked_words)
                high, low = _mixed(high * _ODD + numbers[text]), _mixed(low * _ODD + mask)
        if count == 0:
            numbers[text] = 0
            whole = mask = high = _mixed(_marks(data, start, end, kinds) + _MARKS)
            low = _mixed(high * _ODD)
        elif count < min_words:
            numbers[text], mask = 0, _mixed(whole * _ODD + _SHORT)
        keys[text, 0], keys[text, 1], masks[text] = high, low, mask
        ends[text + 1] = ends[text]
        if count >= min_words:
            ends[text + 1] += _shingles(words, count, size, shingles[ends[text] :])
        elif keep_whole:
            shingles[ends[text]] = whole & _HASH_MASK
            ends[text + 1] += 1
        for shingle in shingles[ends[text] : ends[text + 1]]:
            bit = shingle & np.uint64(63)
            bitmaps[text, (shingle >> np.uint64(6)) & np.uint64(7)] ^= np.uint64(1) << bit
    return keys, numbers, masks, ends, shingles[: ends[texts]].copy(), bitmaps


@compiled
def _point(data: Array, place: int) -> Any:
    """The code point at this place, and the place behind it."""
    first = data[place]
    if first < 0x80:
        return np.int64(first), place + 1
    if first < 0xE0:
        return ((first & 0x1F) << 6) | (data[place + 1] & 0x3F), place + 2
    if first < 0xF0:
        high = ((first & 0x0F) << 12) | ((data[place + 1] & 0x3F) << 6)
        return high | (data[place + 2] & 0x3F), place + 3
    high = ((first & 0x07) << 18) | ((data[place + 1] & 0x3F) << 12)
    return high | ((data[place + 2] & 0x3F) << 6) | (data[place + 3] & 0x3F), place + 4


@compiled
def _bytes_into(value: np.uint64, data: Array, start: int, end: int) -> np.uint64:
    for place in range(start, end):
        value = (value ^ np.uint64(data[place])) * _PRIME
    return value


@compiled
def _words(data: Array, start: int, end: int, kinds: Array, found: Array) -> Any:
    """The hashes of the words go to `found`; how many, and the kinds of all characters together."""
    count, seen, place = 0, 0, start
    while place < end:
        point, after = _point(data, place)
        kind = kinds[point]
        seen |= kind
        if kind & UNSPACED_WORD:
            found[count] = _mixed(_bytes_into(_FNV, data, place, after))
            count += 1
        elif kind & WORD:
            value = _FNV
            inside = True
            while inside:
                value = _bytes_into(value, data, place, after)
                place, inside = after, False
                if place < end:
                    point, after = _point(data, place)
                    kind = kinds[point]
                    inside = kind & WORD != 0
                    if kind & APOSTROPHE and after < end:
                        inside = kinds[_point(data, after)[0]] & WORD != 0
                    if inside:
                        seen |= kind
            found[count] = _mixed(value)
            count += 1
            continue
        place = after
    return count, seen


@compiled
def _sequence(words: Array, count: int) -> Any:
    """128 bits for the words in their order."""
    high, low = _FNV, _ODD
    for i in range(count):
        high, low = _mixed(high * _ODD + words[i]), _mixed((low ^ words[i]) * _PRIME)
    return high, low


@compiled
def _masked_sequence(words: Array, count: int) -> np.uint64:
    """64 bits for the words in their order, a run of masks as one."""
    mask = _mixed((_FNV ^ np.uint64(_MASK)) * _PRIME)
    value, before = _FNV, _ODD
    for i in range(count):
        if words[i] != mask or before != mask:
            value = _mixed(value * _ODD + words[i])
        before = words[i]
    return value


@compiled
def _marks(data: Array, start: int, end: int, kinds: Array) -> np.uint64:
    """The text as it stands, but for the amount of white space."""
    value, place = _FNV, start
    begun = gap = False
    while place < end:
        point, after = _point(data, place)
        if kinds[point] & SPACE:
            gap = begun
        else:
            if gap:
                value = (value ^ np.uint64(_BLANK)) * _PRIME
            value = _bytes_into(value, data, place, after)
            begun, gap = True, False
        place = after
    return value


@compiled
def _shingles(words: Array, count: int, size: int, found: Array) -> int:
    """Words and runs of words, ascending and each once; how many."""
    many = 0
    for i in range(count):
        found[many] = words[i] & _HASH_MASK
        many += 1
    if size > 1:
        for i in range(count - size + 1):
            run = words[i]
            for k in range(1, size):
                run = _mixed(run * _ODD + words[i + k])
            found[many] = run & _HASH_MASK
            many += 1
    found[:many].sort()
    last = 0
    for i in range(1, many):
        if found[i] != found[last]:
            last += 1
            found[last] = found[i]
    return min(last + 1, many)


@compiled
def _masked(data: Array, start: int, end: int, kinds: Array, masked: Array) -> Any:
    """The text with ` 0 ` for each number goes to `masked`: its length, and a hash of the numbers."""
    place, length, before, numbers = start, 0, 0, np.uint64(0)
    while place < end:
        point, after = _point(data, place)
        kind, stop = kinds[point], place
        if kind & (SIGN | MINUS) or (kind & LETTER and not before & LETTER):
            stop = _number_end(data, point, after, end, kinds, before)
        if stop > place:
            numbers = _mixed(numbers * _ODD + _bytes_into(_FNV, data, place, stop))
            masked[length], masked[length + 1], masked[length + 2] = _BLANK, _MASK, _BLANK
            length += 3
            after, last = stop, stop - 1
            while data[last] & 0xC0 == 0x80:
                last -= 1
            kind = kinds[_point(data, last)[0]]
        else:
            for i in range(place, after):
                masked[length] = data[i]
                length += 1
        place, before = after, kind
    return length, numbers


@compiled
def _number_end(data: Array, point: int, after: int, end: int, kinds: Array, before: int) -> int:
    """Where the number ends that starts with this code point, which ends at `after`; 0 if there is none.

    `before` is the kind of the character before it.
    """
    kind = kinds[point]
    if kind & CURRENCY or point in (_PERCENT, _DEGREE):
        return after
    signs = (kind & MINUS or point == _PLUS) and not before & WORD_LIKE
    if signs and _digit_follows(data, after, end, kinds):
        return after
    if before & LETTER:
        if point == _PLUS and after < end and data[after] == _PLUS:
            return after + 1
        return after if point == _HASH else 0
    while kind & LETTER and after < end:
        point, after = _point(data, after)
        kind = kinds[point]
    if not kind & DIGIT:
        return 0
    while after < end and data[after] < 0x80 and kinds[data[after]] & (LETTER | DIGIT):
        after += 1
    return after


@compiled
def _digit_follows(data: Array, place: int, end: int, kinds: Array) -> Any:
    """Whether a digit stands here, or one behind a currency."""
    if place < end:
        point, after = _point(data, place)
        if kinds[point] & CURRENCY and after < end:
            point, after = _point(data, after)
        return kinds[point] & DIGIT != 0
    return False
