from datetime import UTC, datetime, timedelta

import pyarrow as pa

from ai_data_platform.core.datasets.assemble import (
    ASSEMBLED,
    TEXT_COLUMNS,
    assembled,
    messages_in,
    texts_in,
)
from ai_data_platform.core.datasets.near_duplicates import Text
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform_tests.sft_building import exchange_batch

START = datetime(2024, 3, 1, 23, 59, tzinfo=UTC)


def exchange(conversation_id: str, turn: int, rating: int | None) -> Exchange:
    name = f"{conversation_id}.{turn}"
    return Exchange(
        message_id=name,
        conversation_id=conversation_id,
        turn_index=turn,
        user_message=f"asked {name}",
        assistant_message=f"said {name}",
        created_at=START + timedelta(minutes=turn),
        rating=rating,
        record_id=f"r{name}",
    )


LOGGED = [exchange("a", 0, 5), exchange("a", 1, 4), exchange("a", 2, None), exchange("b", 0, 3)]


def test_a_conversation_carries_what_decides_over_it() -> None:
    made = assembled(exchange_batch(LOGGED, {"ra.0", "ra.1"}, {"a": "u1"}))
    assert made.schema == ASSEMBLED
    assert made.to_pylist() == [
        {
            "conversation_id": "a",
            "messages": [
                {"role": role, "content": f"{verb} a.{turn}"}
                for turn in range(2)
                for role, verb in (("user", "asked"), ("assistant", "said"))
            ],
            "ratings": [5, 4],
            "record_ids": ["ra.0", "ra.1"],
            "user_hash": "u1",
            "began": START,
            "mean_rating": 4.5,
            "characters": 2 * len("asked a.0said a.0"),
            "left_out": [],
        },
        {
            "conversation_id": "b",
            "messages": [],
            "ratings": [],
            "record_ids": [],
            "user_hash": None,
            "began": START,
            "mean_rating": 0.0,
            "characters": 0,
            "left_out": [],
        },
    ]


def test_filters_move_neither_beginning_nor_user() -> None:
    whole = assembled(exchange_batch(LOGGED, None, {"a": "u1"}))
    later = assembled(exchange_batch(LOGGED, {"ra.1"}, {"a": "u1"}))
    for name in ("began", "user_hash"):
        assert whole.column(name) == later.column(name)
    assert later.column("left_out").to_pylist()[0] == [
        {"record_id": "ra.1", "drop_reason": "follows_a_dropped_turn"}
    ]


def test_what_becomes_of_a_conversation_does_not_depend_on_its_batch() -> None:
    together = assembled(exchange_batch(LOGGED))
    apart = [assembled(exchange_batch(some)) for some in (LOGGED[:3], LOGGED[3:])]
    assert together == pa.concat_batches(apart)
    assert assembled(exchange_batch([])).to_pylist() == []


def test_texts_are_named_by_the_day_on_which_they_began_and_empty_ones_are_left_out() -> None:
    made = assembled(exchange_batch(LOGGED, {"rb.0"})).select(list(TEXT_COLUMNS))
    assert list(texts_in([made])) == [Text("b", "asked b.0\nsaid b.0", "2024-03-01")]
    assert list(messages_in([made.slice(1)])) == [("b", ["asked b.0", "said b.0"])]
