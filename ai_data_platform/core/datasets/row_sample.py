"""A fixed sample of rows that come one by one: the same whatever their order."""

from heapq import heappop, heappush
from typing import Generic, TypeVar

from ai_data_platform.core.fingerprints import hash_text

__all__ = ["RowSample"]

_T = TypeVar("_T")


class RowSample(Generic[_T]):
    """The rows whose keys have the smallest hashes, so every row has the same chance.

    At most `rows` of them and `characters` in all, so that a few huge rows do not fill the memory.
    """

    def __init__(self, rows: int = 20_000, characters: int = 64_000_000) -> None:
        self._most, self._room = rows, characters
        self._heap: list[tuple[int, int, int, _T]] = []  # minus the hash, arrival, size, row
        self._limit = 16**16  # every row from the smallest hash that was put out is refused
        self._held = 0
        self.offered = 0

    def offer(self, key: str, row: _T, characters: int) -> None:
        """Take the row in when it belongs to the sample; another may leave for it."""
        self.offered += 1
        place = int(hash_text(key)[:16], 16)
        if place >= self._limit:
            return
        heappush(self._heap, (-place, self.offered, characters, row))
        self._held += characters
        while len(self._heap) > self._most or self._held > self._room:
            highest, _, size, _ = heappop(self._heap)
            self._limit = min(self._limit, -highest)
            self._held -= size

    @property
    def rows(self) -> list[_T]:
        """The sample in the order of arrival."""
        return [row for _, _, _, row in sorted(self._heap, key=lambda entry: entry[1])]
