"""Texts as arrays: all that is needed to compare them, and none of their words."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.shingles import READING_VERSION, read
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

if TYPE_CHECKING:
    from ai_data_platform.core.datasets.near_duplicates.set_kernels import Sets

Places = npt.NDArray[np.intp]
_BITMAP = 8  # numbers
_NOTHING = np.zeros(0, dtype=np.int64)


def sketch_schema(options: NearDuplicateOptions) -> pa.Schema:
    """The columns of a sketch, one row a text.

    `content` is the hash of the text as it came; `key_high` and `key_low` are equal for texts that say
    the same word for word; `bitmap` has bit b set when an odd number of shingles is b modulo 512;
    `shingles` are ascending, and none where a text is too short to be near any other.
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
            pa.field("bitmap", pa.list_(pa.uint64(), _BITMAP), nullable=False),
            pa.field("shingles", pa.large_list(pa.uint64()), nullable=False),
            *bands,
        ]
    )


def sketch_version(options: NearDuplicateOptions) -> str:
    """Changes when a sketch of the same text would be another one, or would be compared otherwise."""
    parts = [options.fingerprint, READING_VERSION, SIGNATURE_VERSION, unicodedata.unidata_version]
    return fingerprint(parts)


def content_of(text: str) -> bytes:
    """16 bytes that tell whether a text is the one that was sketched."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def sketch(
    ids: Sequence[str], texts: Sequence[str], options: NearDuplicateOptions
) -> pa.RecordBatch:
    """The sketch of each text (`sketch_schema`)."""
    found = read(texts, options.shingle, options.min_words)
    contents = b"".join(content_of(text) for text in texts)
    columns = [
        pa.array(ids, pa.string()),
        _contents(contents),
        *(_numbers(column) for column in (*found.keys.T, found.numbers, found.masks)),
        pa.FixedSizeListArray.from_arrays(_numbers(found.bitmaps.ravel()), _BITMAP),
        pa.LargeListArray.from_arrays(pa.array(found.offsets), _numbers(found.shingles)),
        *map(_numbers, band_keys(found.offsets, found.shingles, options)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=sketch_schema(options))


def compact(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows in buffers of their own, just as long as they need.

    What a slice or a taken batch drags along beside its rows depends on how it came about.
    """
    lists = batch.column("shingles")
    offsets = lists.offsets.to_numpy()
    shingles = lists.values.to_numpy()[offsets[0] : offsets[-1]]
    by_name = {
        "id": pa.array(batch.column("id").to_pylist(), pa.string()),
        "content": _contents(b"".join(batch.column("content").to_pylist())),
        "bitmap": pa.FixedSizeListArray.from_arrays(
            _numbers(batch.column("bitmap").flatten().to_numpy()), _BITMAP
        ),
        "shingles": pa.LargeListArray.from_arrays(
            _numbers(offsets - offsets[0]), _numbers(shingles)
        ),
    }
    columns = [
        by_name[name] if name in by_name else _numbers(batch.column(name).to_numpy())
        for name in batch.schema.names
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _numbers(values: npt.NDArray[Any]) -> pa.Array:
    return pa.array(np.array(values, order="C"))


def _contents(values: bytes) -> pa.Array:
    return pa.Array.from_buffers(pa.binary(16), len(values) // 16, [None, pa.py_buffer(values)])


@dataclass(frozen=True, eq=False)
class Sketches:
    """n texts in the order of some batches of sketches, which may be files that are mapped, not read."""

    batches: tuple[pa.RecordBatch, ...]

    def __len__(self) -> int:
        return int(self.firsts[-1])

    @cached_property
    def firsts(self) -> Places:
        """The first text of each batch, and how many there are."""
        return np.cumsum([0, *map(len, self.batches)])

    @cached_property
    def keys(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
        """Both halves."""
        return self._column("key_high"), self._column("key_low")

    @cached_property
    def numbers(self) -> npt.NDArray[np.uint64]:
        """Equal for texts with the same numbers."""
        return self._column("numbers")

    @cached_property
    def sets(self) -> "Sets":
        """What decides whether texts are near."""
        from ai_data_platform.core.datasets.near_duplicates.set_kernels import Sets

        lists = [batch.column("shingles") for batch in self.batches]
        hashes, begins = _spanning([column.values for column in lists])
        offsets = [column.offsets.to_numpy() for column in lists]
        starts = [some[:-1] + begin for some, begin in zip(offsets, begins, strict=True)]
        # Copied: looked at here and there, they are three times as quick from one place.
        bitmaps = [batch.column("bitmap").flatten().to_numpy() for batch in self.batches]
        return Sets(
            hashes,
            np.concatenate([_NOTHING, *starts]),
            np.concatenate([_NOTHING, *map(np.diff, offsets)]),
            self._column("mask"),
            np.concatenate([np.zeros(0, dtype=np.uint64), *bitmaps]).reshape(-1, _BITMAP),
        )

    def band(self, number: int) -> tuple[npt.NDArray[np.uint32], Places]:
        """The keys of a band, and where in them those of each batch begin."""
        return _spanning([batch.column(_band(number)) for batch in self.batches], np.uint32)

    def shingles(self, places: Places) -> npt.NDArray[np.uint64]:
        """The shingles of the texts at these places, one text after the other."""
        many = self.sets.sizes[places]
        shift = np.repeat(self.sets.starts[places] - (np.cumsum(many) - many), many)
        found: npt.NDArray[np.uint64] = self.sets.hashes[np.arange(len(shift)) + shift]
        return found

    def _column(self, name: str) -> npt.NDArray[np.uint64]:
        columns = (batch.column(name).to_numpy() for batch in self.batches)
        return np.concatenate([np.zeros(0, dtype=np.uint64), *columns])


def _band(number: int) -> str:
    return f"band_{number:03}"


def _spanning(
    columns: Sequence[pa.Array], kind: type[Any] = np.uint64
) -> tuple[npt.NDArray[Any], Places]:
    """All columns as one array without a copy, and where in it each one begins.

    The array begins with the column that lies lowest in memory, and what lies between the columns is never
    asked for. The batches must be kept.
    """
    held = [column for column in columns if len(column)]
    if not held:
        return pa.array(np.zeros(1, dtype=kind)).to_numpy(), np.zeros(len(columns), dtype=np.intp)
    size = np.dtype(kind).itemsize
    places = [column.buffers()[1].address // size + column.offset for column in held]
    lowest = min(range(len(held)), key=places.__getitem__)
    highest = max(place + len(column) for place, column in zip(places, held, strict=True))
    whole = np.lib.stride_tricks.as_strided(
        held[lowest].to_numpy(), (highest - places[lowest],), (size,), writeable=False
    )
    begins = np.zeros(len(columns), dtype=np.intp)
    begins[[i for i, column in enumerate(columns) if len(column)]] = places
    return whole, begins - places[lowest]
