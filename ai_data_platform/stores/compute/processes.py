"""Worker processes on this machine, where the work is worth starting them."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context

import pyarrow as pa

from ai_data_platform.core.compute import BatchFunction
from ai_data_platform.core.errors import ComputeFailed
from ai_data_platform.stores.compute.wire import answered, in_order

__all__ = ["LocalProcesses"]

_PAYS = 32_000_000
"""Bytes of batches from which on workers pay: about 3 CPU seconds of redaction; two cost 2 to start."""

_DEATHS = 3  # of workers, while one batch is waited for


class LocalProcesses:
    """Up to `workers` processes; small work, and all work of a single worker, is done in this one."""

    def __init__(self, workers: int, pays: int = _PAYS) -> None:
        self.workers = workers
        self._pays = pays

    def map(
        self, function: BatchFunction, batches: Iterable[pa.RecordBatch]
    ) -> Iterator[pa.RecordBatch]:
        rest = iter(batches)
        first = list(_worth(rest, self._pays)) if self.workers > 1 else []
        if self.workers == 1 or sum(batch.nbytes for batch in first) < self._pays:
            return map(function, chain(first, rest))
        return self._spread(function, chain(first, rest))

    def _spread(
        self, function: BatchFunction, batches: Iterable[pa.RecordBatch]
    ) -> Iterator[pa.RecordBatch]:
        pool = _Pool(self.workers, function)
        try:
            yield from in_order(
                batches, pool.submit, pool.result, window=2 * self.workers, cancel=_Task.cancel
            )
        finally:
            pool.close()


@dataclass(slots=True, eq=False)
class _Task:
    """A batch that a worker has, or had when it died."""

    data: bytes
    future: Future[bytes]

    def cancel(self) -> None:
        self.future.cancel()


class _Pool:
    """Processes that are replaced when one dies; what they had at hand is done again."""

    def __init__(self, workers: int, function: BatchFunction) -> None:
        self._workers, self._function = workers, function
        self._executor = self._started()

    def submit(self, data: bytes) -> _Task:
        return _Task(data, self._submitted(data))

    def result(self, task: _Task) -> bytes:
        for _ in range(_DEATHS):
            try:
                return task.future.result()
            except BrokenProcessPool:  # takes every task along that was under way: each asks again
                task.future = self._submitted(task.data)
        raise ComputeFailed(
            f"a worker process died {_DEATHS} times over one batch of {len(task.data):,} bytes, as when "
            "memory runs out: set AIDP_COMPUTE_WORKERS lower, 1 works in this process"
        )

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _submitted(self, data: bytes) -> Future[bytes]:
        try:
            return self._executor.submit(answered, self._function, data)
        except BrokenProcessPool:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = self._started()
            return self._executor.submit(answered, self._function, data)

    def _started(self) -> ProcessPoolExecutor:
        # Not fork: this process may hold threads, of torch or Arrow, that a forked child would miss.
        return ProcessPoolExecutor(self._workers, mp_context=get_context("forkserver"))


def _worth(batches: Iterator[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """As many batches as make up the size."""
    for batch in batches:
        yield batch
        size -= batch.nbytes
        if size <= 0:
            return
