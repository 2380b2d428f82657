"""Which rows repeat an earlier one, at 24 bytes a row."""

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ai_data_platform.core.fingerprints import hash_text

__all__ = ["RowKeys"]

_LINES = 1 << 40  # lines of a source; the source's number stands above them


class RowKeys:
    """The rows of a dataset as 64-bit hashes: two different rows of 10 million are equal with odds 3e-6."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._places = array("Q")
        self._splits = array("Q")
        self._sources: dict[str, int] = {}
        self._split_names: dict[str | None, int] = {}

    def add(self, texts: Sequence[str], source: str, line: int, split: str | None) -> str:
        """Take a row in; returns the hash of its texts."""
        key = hash_text(*texts)
        self._keys.append(int(key[:16], 16))
        self._places.append(self._sources.setdefault(source, len(self._sources)) * _LINES + line)
        self._splits.append(self._split_names.setdefault(split, len(self._split_names)))
        return key

    @property
    def repeat_rate(self) -> float | None:
        """The share of rows that repeat an earlier row; None when there are no rows."""
        keys = np.asarray(self._keys)
        return (len(keys) - len(np.unique(keys))) / len(keys) if len(keys) else None

    @property
    def in_two_splits(self) -> int:
        """Rows that repeat an earlier row of another split."""
        return len(self._repeated(across_splits=True)[0])

    def repeats(self, most: int, *, across_splits: bool = False) -> list[tuple[str, str]]:
        """The first rows that repeat an earlier one, with the earliest, each as `source:line`."""
        rows, firsts = self._repeated(across_splits=across_splits)
        earliest = np.argsort(rows)[:most]
        return [(self._place(rows[i]), self._place(firsts[i])) for i in earliest]

    def _repeated(self, *, across_splits: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows that are not the first of their kind, and the first of each."""
        keys, splits = np.asarray(self._keys), np.asarray(self._splits)
        _, first, kind = np.unique(keys, return_index=True, return_inverse=True)
        firsts = first[kind]
        rows = np.arange(len(keys))
        repeated = firsts != rows
        if across_splits:
            repeated &= splits != splits[firsts]
        return rows[repeated], firsts[repeated]

    def _place(self, row: int) -> str:
        source, line = divmod(self._places[row], _LINES)
        return f"{list(self._sources)[source]}:{line}"
