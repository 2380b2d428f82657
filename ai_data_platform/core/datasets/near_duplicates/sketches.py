"""Distinct texts as arrays: all that is needed to compare them, and none of their words."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.shingles import (
    MAX_TEXTS,
    Reading,
    read,
    shingle_sets,
)
from ai_data_platform.core.datasets.near_duplicates.signatures import band_keys, digest_version
from ai_data_platform.core.fingerprints import fingerprint

__all__ = ["KEY", "Sketches", "merge", "sketch", "sketch_version"]

KEY = np.dtype("S32")
_BITS = 1024  # enough to tell unrelated texts of up to 700 shingles, or 400 words, apart
_WORDS = _BITS // 64
_MAX_CHARACTERS = 4_000_000
_ROWS_AT_ONCE = 65_536  # the places of all shingles at once would double the memory


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """n distinct texts in the order of their keys.

    keys (n,) S32; numbers and masks (n,) uint64; bands (n, bands) uint32; bitmaps (n, 16) uint64, one bit
    for each shingle modulo 1024; offsets (n + 1,) int64 into shingles, ascending within a text. A text
    without shingles is too short to be near any other.
    """

    keys: npt.NDArray[np.bytes_]
    numbers: npt.NDArray[np.uint64]
    masks: npt.NDArray[np.uint64]
    bands: npt.NDArray[np.uint32]
    bitmaps: npt.NDArray[np.uint64]
    offsets: npt.NDArray[np.int64]
    shingles: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Shingles of each text."""
        return np.diff(self.offsets)

    def sizes_of(self, places: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        """Shingles of the texts at these places."""
        sizes: npt.NDArray[np.int64] = self.offsets[places + 1] - self.offsets[places]
        return sizes

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Every array by the name of its field."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, chosen: npt.NDArray[np.intp]) -> "Sketches":
        """The texts at these places, in this order."""
        taken = _blank(self.keys[chosen], self.sizes_of(chosen), self.bands.shape[1])
        taken.put(np.arange(len(chosen)), self, chosen)
        return taken

    def put(
        self, places: npt.NDArray[np.intp], other: "Sketches", chosen: npt.NDArray[np.intp]
    ) -> None:
        """Fill these places of a blank with the chosen texts of another."""
        for mine, theirs in zip(self._beside, other._beside, strict=True):
            mine[places] = theirs[chosen]
        for first in range(0, len(chosen), _ROWS_AT_ONCE):
            some = slice(first, first + _ROWS_AT_ONCE)
            self.shingles[self._shingle_places(places[some])] = other.shingles[
                other._shingle_places(chosen[some])
            ]

    @property
    def _beside(self) -> tuple[npt.NDArray[Any], ...]:
        return self.keys, self.numbers, self.masks, self.bands, self.bitmaps

    def _shingle_places(self, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        sizes = self.sizes_of(chosen)
        shift = np.repeat(self.offsets[chosen] - (np.cumsum(sizes) - sizes), sizes)
        places: npt.NDArray[np.intp] = np.arange(len(shift)) + shift
        return places

    def take_shingles(
        self, chosen: npt.NDArray[np.intp]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        """The sizes of the texts at these places, and their shingles one text after the other."""
        return self.sizes_of(chosen), self.shingles[self._shingle_places(chosen)]


def sketch_version(options: NearDuplicateOptions) -> str:
    """Changes when a sketch of the same text would be another one, or would be compared otherwise."""
    return fingerprint([options.fingerprint, digest_version(), unicodedata.unidata_version])


def sketch(
    texts: Iterable[str], options: NearDuplicateOptions
) -> tuple[npt.NDArray[np.bytes_], Sketches]:
    """The key of each text in turn, and the sketches of the distinct ones."""
    keys: list[str] = []
    parts = [_sketched([], options)]
    for some in _batches(texts):
        readings = [read(text, options) for text in some]
        keys += [reading.key for reading in readings]
        parts.append(_sketched(list({r.key: r for r in readings}.values()), options))
    return np.array(keys, dtype=KEY), merge(parts)


def merge(parts: Sequence[Sketches]) -> Sketches:
    """All distinct texts of the parts; the same whatever the parts and their order."""
    keys, first = np.unique(np.concatenate([part.keys for part in parts]), return_index=True)
    sizes = np.concatenate([part.sizes for part in parts])[first]
    merged = _blank(keys, sizes, parts[0].bands.shape[1])
    start = 0
    for part in parts:
        places = np.flatnonzero((first >= start) & (first < start + len(part)))
        merged.put(places, part, first[places] - start)
        start += len(part)
    return merged


def _blank(keys: npt.NDArray[np.bytes_], sizes: npt.NDArray[np.int64], bands: int) -> Sketches:
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    return Sketches(
        keys.copy(),
        np.zeros(len(keys), dtype=np.uint64),
        np.zeros(len(keys), dtype=np.uint64),
        np.zeros((len(keys), bands), dtype=np.uint32),
        np.zeros((len(keys), _WORDS), dtype=np.uint64),
        offsets,
        np.zeros(offsets[-1], dtype=np.uint64),
    )


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


def _sketched(readings: Sequence[Reading], options: NearDuplicateOptions) -> Sketches:
    offsets, shingles = shingle_sets([reading.words for reading in readings], options.shingle)
    return Sketches(
        np.array([reading.key for reading in readings], dtype=KEY),
        np.array([reading.numbers for reading in readings], dtype=np.uint64),
        np.array([reading.mask for reading in readings], dtype=np.uint64),
        band_keys(offsets, shingles, options),
        _bitmaps(offsets, shingles),
        offsets,
        shingles,
    )


def _bitmaps(
    offsets: npt.NDArray[np.int64], shingles: npt.NDArray[np.uint64]
) -> npt.NDArray[np.uint64]:
    texts = len(offsets) - 1
    bitmaps = np.zeros(texts * _WORDS, dtype=np.uint64)
    bit = shingles % np.uint64(_BITS)
    place = np.repeat(np.arange(texts), np.diff(offsets)) * _WORDS + (bit >> np.uint64(6)).astype(
        int
    )
    np.bitwise_or.at(bitmaps, place, np.uint64(1) << (bit & np.uint64(63)))
    return bitmaps.reshape(texts, _WORDS)
