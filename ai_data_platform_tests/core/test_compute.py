from itertools import groupby

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.compute import InThisProcess, conversation_batches

_SCHEMA = pa.schema([("conversation_id", pa.string()), ("text", pa.string()), ("n", pa.int64())])


def _table(lengths: list[int], text: str = "some text") -> pa.Table:
    """Conversations of so many exchanges, one after the other."""
    ids = [f"c{place}" for place, length in enumerate(lengths) for _ in range(length)]
    columns = [ids, [text] * len(ids), range(len(ids))]
    return pa.table([pa.array(column) for column in columns], schema=_SCHEMA)


def _cut(table: pa.Table, arriving: int, **room: int) -> list[list[str]]:
    """The conversation ids of each batch, the rows arriving so many at a time."""
    batches = table.to_batches(max_chunksize=arriving)
    return [batch["conversation_id"].to_pylist() for batch in conversation_batches(batches, **room)]


def test_a_batch_ends_with_the_conversation_that_fills_it() -> None:
    assert _cut(_table([2, 2, 5, 1, 1]), 100, rows=3) == [
        ["c0", "c0", "c1", "c1"],
        ["c2"] * 5,
        ["c3", "c4"],
    ]


def test_a_batch_ends_when_its_texts_are_long_too() -> None:
    long = _table([1, 1, 1], text="x" * 60)
    assert _cut(long, 100, characters=100) == [["c0", "c1"], ["c2"]]
    assert _cut(_table([1, 1, 1], text="ß" * 30), 100, characters=100) == [["c0", "c1"], ["c2"]]


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 12), st.integers(1, 12))
def test_no_conversation_is_torn_and_no_row_lost_however_the_rows_arrive(
    lengths: list[int], arriving: int, rows: int
) -> None:
    table = _table(lengths)
    batches = list(conversation_batches(table.to_batches(max_chunksize=arriving), rows=rows))
    assert pa.Table.from_batches(batches, _SCHEMA) == table
    firsts = [key for batch in batches for key, _ in groupby(batch["conversation_id"].to_pylist())]
    assert len(firsts) == len(set(firsts)) == len(lengths)
    whole = list(conversation_batches(table.to_batches(), rows=rows))
    assert [len(batch) for batch in batches] == [len(batch) for batch in whole]


def test_empty_batches_on_the_way_change_nothing() -> None:
    table = _table([2, 2])
    first, second = table.slice(0, 3).to_batches()[0], table.slice(3).to_batches()[0]
    empty = first.slice(0, 0)
    found = list(conversation_batches([empty, first, empty, second, empty], rows=1))
    assert [batch["conversation_id"].to_pylist() for batch in found] == [["c0"] * 2, ["c1"] * 2]
    assert list(conversation_batches([empty])) == []


def test_this_process_answers_while_batches_are_still_to_come() -> None:
    batches = _table([1, 1]).to_batches()
    assert list(InThisProcess().map(lambda batch: batch.slice(1), batches)) == [batches[0].slice(1)]
