"""Texts as sorted sets of 51-bit shingle hashes, many texts at a time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.variants import masked_words, numbers
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.text import normalise, words

__all__ = ["MAX_TEXTS", "Reading", "places_of", "read", "shingle_sets", "tagged_hashes"]

MAX_TEXTS = 8192
"""Texts that `shingle_sets` takes at once: their place fills the 13 bits above a hash."""

_HASH_BITS = np.uint64(51)  # two texts of 100 shingles share one by chance in 10^11 pairs
_HASH_MASK = np.uint64((1 << 51) - 1)
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is compared of a text.

    `key`, 128 bits, is equal for texts that say the same word for word; `numbers` and `mask` are 64-bit
    hashes of the numbers alone and of the text without them. `words` is empty for a text too short to
    compare, and its mask is that of its words.
    """

    key: tuple[int, int]
    words: list[str]
    numbers: int
    mask: int


def read(text: str, options: NearDuplicateOptions) -> Reading:
    """Case, punctuation and white space do not count; a text without any word is compared as it stands."""
    plain = normalise(text)
    found = words(plain)
    if not found:
        key = hash_text(plain)
        return Reading(_halves(key), [], 0, _number(key))
    figures = " ".join(numbers(plain))
    masked = " ".join(masked_words(plain)) if figures else ""
    key = hash_text(" ".join(found), figures, masked)
    if len(found) < options.min_words:
        return Reading(_halves(key), [], 0, _number(hash_text("short", " ".join(found))))
    if not figures:
        return Reading(_halves(key), found, 0, _number(key))
    return Reading(_halves(key), found, _number(hash_text(figures)), _number(hash_text(masked)))


def shingle_sets(
    texts: Sequence[Sequence[str]], size: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """Offsets (n + 1) and hashes: the set of text i is `hashes[offsets[i]:offsets[i + 1]]`, ascending."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    place = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    single = _word_hashes(texts)
    runs, packed = single, [tagged_hashes(place, single)]
    for width in range(2, size + 1):
        runs = _mixed(runs[:-1] * _ODD + single[width - 1 :])
        inside = place[: len(runs)] == place[width - 1 :]
        if width == size:
            packed.append(tagged_hashes(place[: len(runs)][inside], runs[inside]))
    ordered = np.sort(np.concatenate(packed))  # np.unique hashes first, ten times as slow here
    unique = ordered[np.diff(ordered, prepend=ordered[:1] + np.uint64(1)) != 0]
    sizes = np.bincount(places_of(unique), minlength=len(texts))
    return np.concatenate(([0], np.cumsum(sizes))), unique & _HASH_MASK


def _word_hashes(texts: Sequence[Sequence[str]]) -> npt.NDArray[np.uint64]:
    every = list(chain.from_iterable(texts))
    known = {word: _word_hash(word) for word in dict.fromkeys(every)}
    return np.fromiter(map(known.__getitem__, every), dtype=np.uint64, count=len(every))


@lru_cache(maxsize=1 << 16)  # most words of a batch were in the one before
def _word_hash(word: str) -> int:
    data = word.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def tagged_hashes(
    places: npt.NDArray[np.uint64], hashes: npt.NDArray[np.uint64]
) -> npt.NDArray[np.uint64]:
    """Place (below MAX_TEXTS) above hash in one number, so that one plain sort orders both."""
    return (places << _HASH_BITS) | (hashes & _HASH_MASK)


def places_of(tagged: npt.NDArray[np.uint64]) -> npt.NDArray[np.intp]:
    """The places of tagged hashes."""
    return (tagged >> _HASH_BITS).astype(np.intp)


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64: every bit of the input moves half of the output's."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: npt.NDArray[np.uint64] = values ^ (values >> np.uint64(31))
    return mixed


def _halves(digest: str) -> tuple[int, int]:
    return int(digest[:16], 16), int(digest[16:], 16)


def _number(digest: str) -> int:
    return int(digest[:16], 16)
