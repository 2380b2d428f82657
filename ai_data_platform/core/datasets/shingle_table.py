"""Many texts as sets of shingle hashes, with what an exact join needs of them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.shingles import (
    MAX_TEXTS,
    places_of,
    shingle_sets,
    tagged_hashes,
)
from ai_data_platform.core.text import normalise, words

__all__ = ["ShingleTable", "shingle_table", "shingle_table_of"]

Places = npt.NDArray[np.intp]
_BITS = 512
_WORDS = _BITS // 64
_MAX_CHARACTERS = 4_000_000
_PAIRS_AT_ONCE = 1 << 18
_HASH_MASK = (1 << 51) - 1


@dataclass(frozen=True, eq=False)
class ShingleTable:
    """n sets: the set of text i is `hashes[offsets[i]:offsets[i + 1]]`, ascending 51-bit hashes."""

    offsets: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        return np.diff(self.offsets)

    @cached_property
    def _bitmaps(self) -> npt.NDArray[np.uint64]:
        """(n, 8) uint64: bit b is the parity of the set's hashes that are b modulo 512."""
        flat = np.zeros(len(self) * _WORDS, dtype=np.uint64)
        bit = self.hashes % np.uint64(_BITS)
        owner = np.repeat(np.arange(len(self)), self.sizes)
        place = owner * _WORDS + (bit >> np.uint64(6)).astype(np.intp)
        np.bitwise_xor.at(flat, place, np.uint64(1) << (bit & np.uint64(63)))
        return flat.reshape(len(self), _WORDS)

    def bits_apart(self, mine: Places, other: "ShingleTable", theirs: Places) -> Places:
        """For each pair of places a lower bound of the shingles that stand in one set only."""
        apart = np.zeros(len(mine), dtype=np.intp)
        for first in range(0, len(mine), _PAIRS_AT_ONCE):
            some = slice(first, first + _PAIRS_AT_ONCE)
            differing = self._bitmaps[mine[some]] ^ other._bitmaps[theirs[some]]
            apart[some] = np.bitwise_count(differing).sum(axis=1, dtype=np.int64)
        return apart

    def shared(self, mine: Places, other: "ShingleTable", theirs: Places) -> Places:
        """For each pair of places the number of shingles that both sets hold."""
        found = np.zeros(len(mine), dtype=np.intp)
        for first in range(0, len(mine), MAX_TEXTS):
            some = slice(first, first + MAX_TEXTS)
            pairs = np.arange(len(mine[some]), dtype=np.uint64)
            tagged = np.sort(
                np.concatenate(
                    [self._tagged(pairs, mine[some]), other._tagged(pairs, theirs[some])]
                )
            )
            twice = tagged[1:][tagged[1:] == tagged[:-1]]
            found[some] = np.bincount(places_of(twice), minlength=len(pairs))
        return found

    def _tagged(self, tags: npt.NDArray[np.uint64], chosen: Places) -> npt.NDArray[np.uint64]:
        sizes = self.sizes[chosen]
        shift = np.repeat(self.offsets[chosen] - (np.cumsum(sizes) - sizes), sizes)
        return tagged_hashes(np.repeat(tags, sizes), self.hashes[np.arange(len(shift)) + shift])


def shingle_table(texts: Iterable[str], shingle: int = 2, min_words: int = 8) -> ShingleTable:
    """The shingle sets of the texts in turn: words and runs of `shingle` words.

    A text of fewer than `min_words` words has one shingle, the whole of it.
    """
    parts: list[ShingleTable] = []
    for some in _batches(texts):
        found = [_read(text, min_words) for text in some]
        table = shingle_table_of([tokens for tokens, _ in found], shingle)
        wholes = np.array([whole for _, whole in found], dtype=np.uint64)
        short = table.sizes == 0
        sizes = np.where(short, 1, table.sizes)
        hashes = np.insert(table.hashes, table.offsets[:-1][short], wholes[short])
        parts.append(ShingleTable(np.cumsum(np.concatenate(([0], sizes))), hashes))
    return _joined(parts)


def shingle_table_of(texts: Sequence[Sequence[str]], shingle: int = 2) -> ShingleTable:
    """The shingle sets of texts that were cut into words; that of a text without words is empty."""
    parts = [texts[i : i + MAX_TEXTS] for i in range(0, len(texts), MAX_TEXTS)]
    return _joined([ShingleTable(*shingle_sets(part, shingle)) for part in parts])


def _joined(parts: Sequence[ShingleTable]) -> ShingleTable:
    sizes = np.concatenate([np.zeros(1, dtype=np.int64), *(part.sizes for part in parts)])
    hashes = np.concatenate([np.zeros(0, dtype=np.uint64), *(part.hashes for part in parts)])
    return ShingleTable(np.cumsum(sizes), hashes)


def _read(text: str, min_words: int) -> tuple[list[str], int]:
    """The words of a text that is long enough, or none and the hash of the whole."""
    plain = normalise(text)
    found = words(plain)
    if found and len(found) >= min_words:
        return found, 0
    whole = " ".join(found) or plain
    data = f"whole {whole}".encode("utf-8", "surrogatepass")
    return [], int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") & _HASH_MASK


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    some: list[str] = []
    characters = 0
    for text in texts:
        some.append(text)
        characters += len(text)
        if len(some) == MAX_TEXTS or characters >= _MAX_CHARACTERS:
            yield some
            some, characters = [], 0
    if some:
        yield some
