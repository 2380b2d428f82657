"""Where sketches lie while more of them are made: in memory, or on a disk that the caller brings."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import pyarrow as pa

__all__ = ["InMemory", "Lookup", "Shelf"]

Lookup = Callable[[], pa.RecordBatch]


class Shelf(Protocol):
    """Takes batches, so that no more than about `room` bytes of them are held at once."""

    room: int

    def put(self, batches: Sequence[pa.RecordBatch]) -> Sequence[Lookup]:
        """How to get each of these batches again, until the shelf is gone."""
        ...

    def keep(self, segment: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The same rows, to be held from now on: a finished segment."""
        ...


class InMemory:
    """Everything stays where it is."""

    room = sys.maxsize

    def put(self, batches: Sequence[pa.RecordBatch]) -> Sequence[Lookup]:
        return [partial(_same, batch) for batch in batches]

    def keep(self, segment: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch


def _same(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch
