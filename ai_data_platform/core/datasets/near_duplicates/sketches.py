"""Texts as arrays: all that is needed to compare them, and none of their words."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.shingles import read, shingle_sets
from ai_data_platform.core.datasets.near_duplicates.signatures import SIGNATURE_VERSION, band_keys
from ai_data_platform.core.fingerprints import fingerprint

__all__ = [
    "Places",
    "Sketches",
    "compact",
    "content_of",
    "sketch",
    "sketch_schema",
    "sketch_version",
]

Places = npt.NDArray[np.intp]
_BITS = 1024  # enough to tell unrelated texts of up to 700 shingles, or 400 words, apart
_WORDS = _BITS // 64


def sketch_schema(options: NearDuplicateOptions) -> pa.Schema:
    """The columns of a sketch, one row a text.

    `content` is the hash of the text as it came; `key_high` and `key_low` are equal for texts that say
    the same word for word; `bitmap` has one bit for each shingle modulo 1024; `shingles` are ascending,
    and none where a text is too short to be near any other.
    """
    bands = [pa.field(_band(i), pa.uint32(), nullable=False) for i in range(options.bands)]
    return pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("content", pa.binary(16), nullable=False),
            *(
                pa.field(name, pa.uint64(), nullable=False)
                for name in ("key_high", "key_low", "numbers", "mask")
            ),
            pa.field("bitmap", pa.list_(pa.uint64(), _WORDS), nullable=False),
            pa.field("shingles", pa.large_list(pa.uint64()), nullable=False),
            *bands,
        ]
    )


def sketch_version(options: NearDuplicateOptions) -> str:
    """Changes when a sketch of the same text would be another one, or would be compared otherwise."""
    return fingerprint([options.fingerprint, SIGNATURE_VERSION, unicodedata.unidata_version])


def content_of(text: str) -> bytes:
    """16 bytes that tell whether a text is the one that was sketched."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def sketch(
    ids: Sequence[str], texts: Sequence[str], options: NearDuplicateOptions
) -> pa.RecordBatch:
    """The sketch of each text (`sketch_schema`), of at most MAX_TEXTS texts at once."""
    readings = [read(text, options) for text in texts]
    offsets, shingles = shingle_sets([reading.words for reading in readings], options.shingle)
    keys = np.array([reading.key for reading in readings], dtype=np.uint64).reshape(-1, 2)
    bands = band_keys(offsets, shingles, options)
    contents = b"".join(content_of(text) for text in texts)
    columns = [
        pa.array(ids, pa.string()),
        pa.Array.from_buffers(pa.binary(16), len(ids), [None, pa.py_buffer(contents)]),
        _numbers(keys[:, 0]),
        _numbers(keys[:, 1]),
        pa.array([reading.numbers for reading in readings], pa.uint64()),
        pa.array([reading.mask for reading in readings], pa.uint64()),
        pa.FixedSizeListArray.from_arrays(_numbers(_bitmaps(offsets, shingles)), _WORDS),
        pa.LargeListArray.from_arrays(pa.array(offsets), _numbers(shingles)),
        *(_numbers(bands[:, i]) for i in range(options.bands)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=sketch_schema(options))


def compact(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows in buffers of their own, just as long as they need.

    What a slice or a taken batch drags along beside its rows depends on how it came about.
    """
    part = _Part.of(batch)
    first, last = part.offsets[[0, -1]]
    contents = b"".join(batch.column("content").to_pylist())
    by_name = {
        "id": pa.array(batch.column("id").to_pylist(), pa.string()),
        "content": pa.Array.from_buffers(pa.binary(16), len(batch), [None, pa.py_buffer(contents)]),
        "bitmap": pa.FixedSizeListArray.from_arrays(_numbers(part.bitmaps.ravel()), _WORDS),
        "shingles": pa.LargeListArray.from_arrays(
            _numbers(part.offsets - first), _numbers(part.shingles[first:last])
        ),
    }
    columns = [
        by_name[name] if name in by_name else _numbers(batch.column(name).to_numpy())
        for name in batch.schema.names
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _numbers(values: npt.NDArray[Any]) -> pa.Array:
    return pa.array(np.array(values, order="C"))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The arrays of one batch of sketches, not copied."""

    batch: pa.RecordBatch
    offsets: npt.NDArray[np.int64]
    shingles: npt.NDArray[np.uint64]
    bitmaps: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> "_Part":
        lists = batch.column("shingles")
        bitmaps = batch.column("bitmap").flatten().to_numpy(zero_copy_only=True)
        return cls(
            batch,
            lists.offsets.to_numpy(zero_copy_only=True),
            lists.values.to_numpy(zero_copy_only=True),
            bitmaps.reshape(-1, _WORDS),
        )


@dataclass(frozen=True, eq=False)
class Sketches:
    """n texts in the order of some batches of sketches, which may be files that are mapped, not read.

    keys (n, 2), numbers and masks (n,) are uint64, sizes (n,) counts shingles.
    """

    batches: tuple[pa.RecordBatch, ...]
    _parts: tuple[_Part, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_parts", tuple(_Part.of(batch) for batch in self.batches))

    def __len__(self) -> int:
        return int(self._starts[-1])

    @cached_property
    def keys(self) -> npt.NDArray[np.uint64]:
        return np.stack((self._column("key_high"), self._column("key_low")), axis=1)

    @cached_property
    def numbers(self) -> npt.NDArray[np.uint64]:
        numbers: npt.NDArray[np.uint64] = self._column("numbers")
        return numbers

    @cached_property
    def masks(self) -> npt.NDArray[np.uint64]:
        masks: npt.NDArray[np.uint64] = self._column("mask")
        return masks

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        return np.concatenate(
            [np.zeros(0, dtype=np.int64), *(np.diff(p.offsets) for p in self._parts)]
        )

    def band(self, number: int) -> npt.NDArray[np.uint32]:
        """The key of each text in this band."""
        keys: npt.NDArray[np.uint32] = self._column(_band(number), np.uint32)
        return keys

    def bitmaps(self, places: Places) -> npt.NDArray[np.uint64]:
        """The bitmaps of the texts at these places, shape (places, 16)."""
        order, inside, bounds = self._by_part(places)
        found = np.empty((len(places), _WORDS), dtype=np.uint64)
        for part, (first, last) in zip(self._parts, pairwise(bounds), strict=True):
            if first < last:
                found[order[first:last]] = part.bitmaps[inside[first:last]]
        return found

    def shingles(self, places: Places) -> tuple[Places, npt.NDArray[np.uint64]]:
        """The shingles of the texts at these places, one text after the other.

        In an order of their own, which comes first: that of the parts that hold them.
        """
        order, _, bounds = self._by_part(places)
        sizes = self.sizes[places[order]]
        sources = _ranges(self._offsets[places[order]], sizes)
        ends = np.concatenate(([0], np.cumsum(sizes)))[bounds].tolist()
        found = [
            part.shingles[sources[first:last]]
            for part, (first, last) in zip(self._parts, pairwise(ends), strict=True)
            if first < last
        ]
        return order, np.concatenate([np.zeros(0, dtype=np.uint64), *found])

    @cached_property
    def _starts(self) -> Places:
        return np.concatenate(([0], np.cumsum([len(batch) for batch in self.batches]))).astype(
            np.intp
        )

    def _column(self, name: str, kind: type[np.unsignedinteger[Any]] = np.uint64) -> Any:
        columns = (batch.column(name).to_numpy(zero_copy_only=True) for batch in self.batches)
        return np.concatenate([np.zeros(0, dtype=kind), *columns])

    @cached_property
    def _offsets(self) -> npt.NDArray[np.int64]:
        """Where the shingles of each text begin in its part."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *(p.offsets[:-1] for p in self._parts)])

    def _by_part(self, places: Places) -> tuple[Places, Places, list[int]]:
        """The order of the places by part, where in its part each one lies, and where parts begin."""
        owner = np.searchsorted(self._starts, places, side="right") - 1
        order = np.argsort(owner, kind="stable")
        owner = owner[order]
        bounds = np.searchsorted(owner, np.arange(len(self._parts) + 1)).tolist()
        return order, places[order] - self._starts[owner], bounds


def _band(number: int) -> str:
    return f"band_{number:03}"


def _ranges(starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Places:
    """start, start + 1, ... of each range, one after the other."""
    shift = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    places: Places = np.arange(len(shift)) + shift
    return places


def _bitmaps(
    offsets: npt.NDArray[np.int64], shingles: npt.NDArray[np.uint64]
) -> npt.NDArray[np.uint64]:
    """16 numbers for each text, flat."""
    texts = len(offsets) - 1
    bitmaps = np.zeros(texts * _WORDS, dtype=np.uint64)
    bit = shingles % np.uint64(_BITS)
    word = (bit >> np.uint64(6)).astype(int)
    place = np.repeat(np.arange(texts), np.diff(offsets)) * _WORDS + word
    np.bitwise_or.at(bitmaps, place, np.uint64(1) << (bit & np.uint64(63)))
    return bitmaps
