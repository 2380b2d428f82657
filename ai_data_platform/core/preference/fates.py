"""Where each rating ends: behind a pair, behind an unpaired row, or left out; in one place only."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.preference.codes import Codes, Flags
from ai_data_platform.core.preference.reasons import DROP_REASONS
from ai_data_platform.core.preference.schemas import DROPPED_RATINGS

__all__ = ["Details", "Fates"]

_OPEN, _USED = -1, -2
_REASONS = list(DROP_REASONS)
Details: TypeAlias = str | Sequence[str] | pa.Array


class Fates:
    """One fate for each rating of a part; a second one is refused with ValueError."""

    def __init__(self, ratings: pa.RecordBatch) -> None:
        self._ratings = ratings
        self._fates: npt.NDArray[np.int16] = np.full(len(ratings), _OPEN, np.int16)
        self._drops: list[pa.Table] = []

    @property
    def open(self) -> Flags:
        """Which ratings have not ended yet."""
        flags: Flags = self._fates == _OPEN
        return flags

    def use(self, ratings: Codes) -> None:
        """These stand behind a row."""
        self._end(ratings, _USED)

    def drop(
        self,
        ratings: Codes,
        reason: str,
        detail: Details,
        matched: pa.Array | None = None,
        kind: str | None = None,
    ) -> None:
        """These stand behind none; `detail` and `matched` are of each rating, or one text for all."""
        if not len(ratings):
            return
        self._end(ratings, _REASONS.index(reason))
        places, size = pa.array(ratings), len(ratings)
        columns = {
            "record_id": self._ratings.column("record_id").take(places),
            "conversation_id": self._ratings.column("conversation_id").take(places),
            "stage": pa.repeat(pa.scalar("pairs"), size),
            "drop_reason": pa.repeat(pa.scalar(reason), size),
            "matched_id": pa.nulls(size, pa.string()) if matched is None else matched,
            "matched_kind": pa.repeat(pa.scalar(kind, pa.string()), size),
            "detail": _each(detail, size),
        }
        self._drops.append(pa.table(columns, schema=DROPPED_RATINGS))

    def dropped(self) -> pa.Table:
        """The ratings that were left out, by record id. Raises AssertionError when one has no fate."""
        lost = int(np.count_nonzero(self.open))
        if lost:
            raise AssertionError(f"{lost} of {len(self._fates)} ratings ended nowhere, wanted none")
        return pa.concat_tables([DROPPED_RATINGS.empty_table(), *self._drops]).sort_by("record_id")

    def _end(self, ratings: Codes, fate: int) -> None:
        if (self._fates[ratings] != _OPEN).any():
            raise ValueError("a rating ends in one place only, and some of these have ended")
        self._fates[ratings] = fate


def _each(detail: Details, size: int) -> pa.Array:
    if isinstance(detail, str):
        return pa.repeat(pa.scalar(detail), size)
    return detail if isinstance(detail, pa.Array) else pa.array(detail, pa.string())
