"""Work over Arrow batches: where it runs is a setting, what comes out is not.

A function takes one batch and answers with one batch, and depends on nothing else. So the answers are
the same whether they come from this process, from worker processes or from a cluster.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["BatchFunction", "Compute", "InThisProcess", "conversation_batches"]

BatchFunction = Callable[[pa.RecordBatch], pa.RecordBatch]
"""Pure, and picklable: a small value such as a frozen dataclass of options, not a loaded model."""

_ROWS = 2048  # about 1 MB of chat: 0.2 s of redaction, so a lost worker costs little to do again
_CHARACTERS = 4_000_000


class Compute(Protocol):
    """Where batches are worked on."""

    def map(
        self, function: BatchFunction, batches: Iterable[pa.RecordBatch]
    ) -> Iterator[pa.RecordBatch]:
        """The answer to each batch, in the order of the batches, while later ones are still to come.

        Raises what the function raises, and ComputeFailed when workers keep dying.
        """
        ...


class InThisProcess:
    """One batch after the other, where the caller runs."""

    def map(
        self, function: BatchFunction, batches: Iterable[pa.RecordBatch]
    ) -> Iterator[pa.RecordBatch]:
        return map(function, batches)


def conversation_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    column: str = "conversation_id",
    rows: int = _ROWS,
    characters: int = _CHARACTERS,
) -> Iterator[pa.RecordBatch]:
    """The same rows in batches that end where a conversation ends.

    Rows of one conversation must stand together. A batch is full when it has so many rows or so many
    bytes of text; a longer conversation is a batch of its own. Where batches end depends on the rows
    alone, not on how they came.
    """
    waiting: list[pa.RecordBatch] = []
    room = _Room(rows, characters)
    for batch in filter(len, batches):
        start = 0
        for begin, end, size in _runs(batch, column):
            continued = begin == 0 and waiting and _last(waiting, column) == _first(batch, column)
            if room.is_full and not continued:
                yield _joined([*waiting, batch.slice(start, begin - start)])
                waiting, start, room = [], begin, _Room(rows, characters)
            room.take(end - begin, size)
        waiting.append(batch.slice(start))
    if waiting:
        yield _joined(waiting)


class _Room:
    """What a batch may still take."""

    def __init__(self, rows: int, characters: int) -> None:
        self._rows, self._characters = rows, characters

    @property
    def is_full(self) -> bool:
        return self._rows <= 0 or self._characters <= 0

    def take(self, rows: int, characters: int) -> None:
        self._rows -= rows
        self._characters -= characters


def _runs(batch: pa.RecordBatch, column: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and bytes of text of each run of equal values."""
    ids = batch.column(column)
    changes = pc.not_equal(ids.slice(1), ids.slice(0, len(ids) - 1))
    starts = np.concatenate(([0], np.flatnonzero(changes.to_numpy(zero_copy_only=False)) + 1))
    ends = np.concatenate((starts[1:], [len(batch)]))
    sizes = np.add.reduceat(_text_bytes(batch), starts)
    yield from zip(starts.tolist(), ends.tolist(), sizes.tolist(), strict=True)


def _text_bytes(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    total = np.zeros(len(batch), dtype=np.int64)
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            total += pc.fill_null(pc.binary_length(column), 0).to_numpy().astype(np.int64)
    return total


def _first(batch: pa.RecordBatch, column: str) -> object:
    return batch.column(column)[0].as_py()


def _last(batches: list[pa.RecordBatch], column: str) -> object:
    return batches[-1].column(column)[-1].as_py()


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    whole = [batch for batch in batches if len(batch)]
    return whole[0] if len(whole) == 1 else pa.concat_batches(whole)
