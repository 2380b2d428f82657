"""Tables are cut into ranges of conversations that are bounded and whole."""

import random

import pyarrow as pa

from ai_data_platform.core.preference.parts import ByConversation, conversation_parts


def table(*ids: str) -> pa.Table:
    return pa.table({"conversation_id": pa.array(ids, pa.string())})


def parts(*tables: pa.Table, rows: int) -> list[tuple[list[str], ...]]:
    found = conversation_parts(*map(ByConversation, tables), rows=rows)
    return [tuple(one["conversation_id"].to_pylist() for one in part) for part in found]


def test_conversations_stay_whole_and_come_in_the_order_of_their_ids() -> None:
    left, right = table("d", "a", "a", "b", "a"), table("c", "b", "a", "e")
    assert parts(left, right, rows=2) == [
        (["a", "a", "a", "b"], ["a", "b"]),
        ([], ["c"]),
        (["d"], ["e"]),
    ]


def test_a_table_in_order_is_sliced_and_one_out_of_order_is_taken_apart_alike() -> None:
    dice = random.Random(1)
    ids = [f"c{dice.randint(0, 40):02}" for _ in range(300)]
    ordered = parts(table(*sorted(ids)), rows=30)
    assert parts(table(*ids), rows=30) == ordered
    assert [name for (part,) in ordered for name in part] == sorted(ids)
    assert max(len(part) for (part,) in ordered) < 30 + 2 * 20


def test_nothing_gives_no_part() -> None:
    assert parts(table(), table(), rows=3) == []
