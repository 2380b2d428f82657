"""What many requests bring at the same moment is stored by one commit."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from ai_data_platform.stores.feedback import Added, Conflict

__all__ = ["GroupWriter", "Stored"]

Stored = Added | Conflict

_T = TypeVar("_T")
_MAX_GROUP = 1_000
"""Items of one transaction: at 20,000 a second, what arrives in 50 ms."""


class GroupWriter(Generic[_T]):
    """Hands items to a store's blocking `add_each`, one group at a time, while the next one gathers.

    `add` returns when its items are on the disk. One thread writes: more would wait for each other.
    """

    def __init__(self, add_each: Callable[[Sequence[_T]], list[Stored]]) -> None:
        self._add_each = add_each
        self._thread = ThreadPoolExecutor(1, "store-writer")
        self._waiting: list[tuple[Sequence[_T], asyncio.Future[list[Stored]]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, items: Sequence[_T]) -> list[Stored]:
        """Where each item stands, or the Conflict that kept it out. Raises StoreUnavailable."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[Stored]] = loop.create_future()
        self._waiting.append((items, done))
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        return await done

    def close(self) -> None:
        """Wait for the group that is being written."""
        self._thread.shutdown()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group = self._next_group()
            items = [item for some, _ in group for item in some]
            work = loop.run_in_executor(self._thread, self._add_each, items)
            await asyncio.wait([work])
            _hand_out(group, work)
        self._writing = None

    def _next_group(self) -> list[tuple[Sequence[_T], asyncio.Future[list[Stored]]]]:
        size = place = 0
        while place < len(self._waiting) and (place == 0 or size < _MAX_GROUP):
            size += len(self._waiting[place][0])
            place += 1
        group, self._waiting = self._waiting[:place], self._waiting[place:]
        return group


def _hand_out(
    group: Sequence[tuple[Sequence[_T], asyncio.Future[list[Stored]]]],
    work: asyncio.Future[list[Stored]],
) -> None:
    error, place = work.exception(), 0
    for items, done in group:
        if done.cancelled():
            pass
        elif error is not None:
            done.set_exception(error)
        else:
            done.set_result(work.result()[place : place + len(items)])
        place += len(items)
