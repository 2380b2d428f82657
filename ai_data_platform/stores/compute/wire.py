"""Batches as bytes between processes, and how many are under way at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

import pyarrow as pa

from ai_data_platform.core.compute import BatchFunction

__all__ = ["answered", "in_order", "packed", "unpacked"]

Pending = TypeVar("Pending")


def packed(batch: pa.RecordBatch) -> bytes:
    """The batch as an Arrow IPC stream. Only its own rows: a slice does not drag its parent along."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpacked(data: bytes) -> pa.RecordBatch:
    """The batch of `packed`."""
    return pa.ipc.open_stream(data).read_next_batch()


def answered(function: BatchFunction, data: bytes) -> bytes:
    """What a worker does."""
    return packed(function(unpacked(data)))


def in_order(
    batches: Iterable[pa.RecordBatch],
    submit: Callable[[bytes], Pending],
    result: Callable[[Pending], bytes],
    *,
    window: int,
    cancel: Callable[[Pending], Any],
) -> Iterator[pa.RecordBatch]:
    """Answers in the order of the batches, with `window` of them under way at most.

    Whoever stops asking early leaves nothing running: what is under way is cancelled.
    """
    under_way: deque[Pending] = deque()
    waiting = iter(batches)
    try:
        while True:
            with suppress(StopIteration):
                while len(under_way) < window:
                    under_way.append(submit(packed(next(waiting))))
            if not under_way:
                return
            yield unpacked(result(under_way.popleft()))
    finally:
        for pending in under_way:
            cancel(pending)
