"""Rows of a preference dataset, paired or not: a table, with what decides over each row as columns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.datasets.funnel import Drop, Stage, drop_table
from ai_data_platform.core.datasets.near_duplicates import Text
from ai_data_platform.core.datasets.split import SPLITS, Shares, Split, hashed_sides

__all__ = ["PreferenceRows", "RowKind", "said_in"]

_ROWS_AT_ONCE = 4_096
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True, eq=False)
class RowKind:
    """What a row is made of.

    `id` names its column, `answers` are the columns of messages beside `prompt`. `said` gives for each row
    of a batch what it says, and what a row would say that contradicts it. Of rows that repeat each other
    the one with the highest `worth` stays: columns of numbers, the first of which decides.
    """

    id: str
    answers: tuple[str, ...]
    schema: pa.Schema
    said: Callable[[pa.RecordBatch], Iterable[tuple[str, str]]]
    worth: Callable[[pa.Table], Sequence[npt.NDArray[np.float64]]]

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns that hold messages."""
        return ("prompt", *self.answers)


class PreferenceRows:
    """A table of rows of one kind, with `began` beside the kind's columns: when the conversation began."""

    def __init__(self, table: pa.Table, kind: RowKind) -> None:
        self.table = table
        self.kind = kind

    @cached_property
    def ids(self) -> pa.Array:
        return self._column(self.kind.id)

    @cached_property
    def conversations(self) -> pa.Array:
        return self._column("conversation_id")

    @cached_property
    def records(self) -> pa.ListArray:
        """The ratings behind each row."""
        return self._column("rating_record_ids")

    @cached_property
    def owners(self) -> list[str | None]:
        """Whose the conversation of each row is, by hash; None where it is not known."""
        owners: list[str | None] = self._column("user_hash").to_pylist()
        return owners

    @cached_property
    def began(self) -> npt.NDArray[np.int64]:
        """Microseconds since 1970, UTC."""
        micros: npt.NDArray[np.int64] = self._column("began").cast(pa.int64()).to_numpy()
        return micros

    def hashed_sides(self, shares: Shares) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """The side of each row's user, UNDECIDED without one, and that of its conversation."""
        return hashed_sides(self.owners, self.conversations.to_pylist(), shares)

    def own_sides(self, shares: Shares) -> dict[str, Split]:
        """The side of each conversation: of its user, or else its own."""
        own, fallback = self.hashed_sides(shares)
        sides = np.where(own < 0, fallback, own).tolist()
        names = self.conversations.to_pylist()
        return {name: SPLITS[side] for name, side in zip(names, sides, strict=True)}

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, a bounded number at a time."""
        yield from self.table.to_batches(max_chunksize=_ROWS_AT_ONCE)

    def messages(self, *columns: str) -> Iterator[list[str]]:
        """The texts of the messages in these columns, row by row."""
        for batch in self.batches():
            yield from said_in(batch, *columns)

    def texts(self, stays: npt.NDArray[np.bool_], *columns: str) -> Iterator[Text]:
        """What is compared of the rows that stay; a segment is the day on which a conversation began."""
        days = np.datetime_as_string((self.began // _DAY).astype("datetime64[D]")).tolist()
        named = zip(stays, self.ids.to_pylist(), self.messages(*columns), days, strict=True)
        return (Text(name, "\n".join(said), day) for stay, name, said, day in named if stay)

    def drops(self, stage: Stage, drops: Sequence[Drop]) -> pa.Table:
        """Every rating behind these rows (DROPPED)."""
        return drop_table(stage, drops, self.records, self.conversations)

    def _column(self, name: str) -> pa.Array:
        chunks = self.table[name].chunks
        return pa.concat_arrays(chunks) if chunks else pa.array([], self.table[name].type)


def said_in(batch: pa.RecordBatch, *columns: str) -> Iterator[list[str]]:
    """The texts of the messages in these columns of a batch, row by row."""
    found = []
    for name in columns:
        lists = batch.column(name)
        contents = lists.flatten().field("content").to_pylist()
        ends = np.cumsum(lists.value_lengths().to_numpy(zero_copy_only=False)).tolist()
        found.append([contents[a:b] for a, b in zip([0, *ends], ends, strict=False)])
    for parts in zip(*found, strict=True):
        yield [text for part in parts for text in part]
