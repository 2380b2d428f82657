"""Assembled conversations as columns: what decides over them in memory, their texts in a stream."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.datasets.assemble import ASSEMBLED
from ai_data_platform.core.datasets.funnel import DROPPED, Drop, Stage, drop_table

__all__ = ["Batches", "Conversations"]

Places = npt.NDArray[np.intp]
_SMALL = (
    "conversation_id",
    "record_ids",
    "user_hash",
    "began",
    "mean_rating",
    "characters",
    "left_out",
)


Batches = Callable[[Sequence[str]], Iterator[pa.RecordBatch]]
"""Some columns of the same rows, each time from the first row on."""


class Conversations:
    """Rows of ASSEMBLED that can be read again and again; texts are read in passing only."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches
        small = batches(_SMALL)
        self._columns = pa.Table.from_batches(
            small, pa.schema([ASSEMBLED.field(n) for n in _SMALL])
        )

    @cached_property
    def ids(self) -> pa.Array:
        return self._column("conversation_id")

    @cached_property
    def record_ids(self) -> pa.Array:
        return self._column("record_ids")

    @cached_property
    def exchanges(self) -> npt.NDArray[np.int64]:
        """Exchanges of each that train: 0 where none does."""
        return self._numbers(self.record_ids.value_lengths())

    @cached_property
    def owners(self) -> list[str | None]:
        """The user of each, by hash; None where it is not known."""
        owners: list[str | None] = self._column("user_hash").to_pylist()
        return owners

    @cached_property
    def began(self) -> npt.NDArray[np.int64]:
        """Microseconds since 1970, UTC."""
        return self._numbers(self._column("began").cast(pa.int64()))

    @cached_property
    def ratings(self) -> npt.NDArray[np.float64]:
        """The mean rating of each, 0 where nobody rated."""
        ratings: npt.NDArray[np.float64] = self._column("mean_rating").to_numpy()
        return ratings

    @cached_property
    def characters(self) -> npt.NDArray[np.int64]:
        return self._numbers(self._column("characters"))

    def left_out(self) -> pa.Table:
        """The exchanges that are in no row although they passed every filter (DROPPED)."""
        lists = self._column("left_out")
        found = lists.flatten()
        owners = np.repeat(np.arange(len(lists)), self._numbers(lists.value_lengths()))
        return _table(
            "assemble",
            found.field("record_id"),
            self.ids.take(pa.array(owners)),
            found.field("drop_reason"),
        )

    def drops(self, stage: Stage, drops: Sequence[Drop]) -> pa.Table:
        """Every exchange of these conversations (DROPPED)."""
        return drop_table(stage, drops, self.record_ids, self.ids)

    def _column(self, name: str) -> pa.Array:
        chunks = self._columns[name].chunks
        return pa.concat_arrays(chunks) if chunks else pa.array([], ASSEMBLED.field(name).type)

    @staticmethod
    def _numbers(column: pa.Array) -> npt.NDArray[np.int64]:
        numbers: npt.NDArray[np.int64] = column.to_numpy().astype(np.int64)
        return numbers


def _table(stage: Stage, records: pa.Array, conversations: pa.Array, *rest: pa.Array) -> pa.Table:
    nothing = pa.nulls(len(records), pa.string())
    columns = [records, conversations, pa.repeat(pa.scalar(stage), len(records)), *rest]
    columns += [nothing] * (len(DROPPED) - len(columns))
    return pa.Table.from_arrays(columns, schema=DROPPED)
