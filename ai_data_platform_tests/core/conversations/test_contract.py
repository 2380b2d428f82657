"""The contract of a chat log, on hand-made and on real records."""

import gzip
import json
import math
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.core.conversations import ChatExchange, parse_exchange
from ai_data_platform.core.records import CHAT_LOG, Rejected

RECORD: dict[str, Any] = {
    "conversation_id": "c1",
    "message_id": "m1",
    "parent_message_id": "p1",
    "thread": ["p1", "m1"],
    "turn_index": 0,
    "user_message": "How do I reset it?",
    "assistant_message": "Hold the button for five seconds.",
    "rating": 5,
    "model": "bot-1",
    "user_id": "u1",
    "created_at": "2024-03-01T12:00:00Z",
}


def parse(**changes: Any) -> ChatExchange:
    exchange = parse_exchange(RECORD | changes, "a.jsonl", 7)
    assert isinstance(exchange, ChatExchange), exchange
    return exchange


def rejected(**changes: Any) -> Rejected:
    found = parse_exchange(RECORD | changes, "a.jsonl", 7)
    assert isinstance(found, Rejected), found
    return found


def test_a_complete_record_becomes_an_exchange_with_the_columns_of_the_lake() -> None:
    exchange = parse(extra="ignored")

    assert asdict(exchange) == {
        **RECORD,
        "record_id": exchange.record_id,
        "created_at": datetime(2024, 3, 1, 12, tzinfo=UTC),
        "source_file": "a.jsonl",
        "source_line": 7,
    }
    assert exchange.day == "2024-03-01"
    assert pa.Table.from_pylist([asdict(exchange)], schema=CHAT_LOG).to_pylist() == [
        asdict(exchange)
    ]


def test_the_record_id_never_changes_and_names_place_and_content() -> None:
    assert parse().record_id == "f8523b209d308f78028c0c1cff0a5381"
    ids = {
        parse().record_id,
        parse(rating=4).record_id,
        parse(thread=None).record_id,
        parse(user_message="Other").record_id,
        getattr(parse_exchange(RECORD, "a.jsonl", 8), "record_id", None),
        getattr(parse_exchange(RECORD, "b.jsonl", 7), "record_id", None),
    }
    assert len(ids) == 6
    assert parse(extra="ignored").record_id == parse().record_id


def test_a_record_may_lack_everything_optional() -> None:
    optional = ("parent_message_id", "thread", "rating", "model", "user_id")
    bare = {key: value for key, value in RECORD.items() if key not in optional}

    exchange = parse_exchange(bare, "a.jsonl", 7)

    assert [getattr(exchange, key) for key in optional] == [None] * 5
    assert exchange == parse(**dict.fromkeys(optional))


@pytest.mark.parametrize(
    ("rating", "reason"),
    [
        (99, "rating_out_of_range"),
        (0, "rating_out_of_range"),
        (-3, "rating_out_of_range"),
        (6.0, "rating_out_of_range"),
        pytest.param(10**5000, "rating_out_of_range", id="5001 digits"),
        ("5", "rating_wrong_type"),
        (4.5, "rating_wrong_type"),
        (True, "rating_wrong_type"),
        (math.inf, "rating_wrong_type"),
        ([5], "rating_wrong_type"),
    ],
)
def test_a_rating_that_is_no_integer_from_1_to_5_is_rejected(rating: object, reason: str) -> None:
    assert rejected(rating=rating).reason == reason


def test_a_column_with_gaps_comes_as_floats_and_nan_and_is_read_all_the_same() -> None:
    assert (parse(rating=4.0).rating, parse(rating=math.nan).rating) == (4, None)
    assert parse(turn_index=3.0).turn_index == 3
    assert rejected(turn_index=math.nan).reason == "turn_index_missing"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"conversation_id": None}, "conversation_id_missing"),
        ({"conversation_id": ""}, "conversation_id_missing"),
        ({"conversation_id": " \x00"}, "conversation_id_missing"),
        ({"message_id": None}, "message_id_missing"),
        ({"message_id": ["m1"]}, "message_id_wrong_type"),
        ({"message_id": 1.5}, "message_id_wrong_type"),
        ({"message_id": True}, "message_id_wrong_type"),
        pytest.param({"message_id": 10**5000}, "message_id_wrong_type", id="5001 digits"),
        ({"user_message": None}, "user_message_missing"),
        ({"user_message": 5}, "user_message_wrong_type"),
        ({"assistant_message": None}, "assistant_message_missing"),
        ({"assistant_message": {"text": "a"}}, "assistant_message_wrong_type"),
        ({"parent_message_id": []}, "parent_message_id_wrong_type"),
        ({"model": 1.5}, "model_wrong_type"),
        ({"user_id": False}, "user_id_wrong_type"),
        ({"thread": "p1,m1"}, "thread_wrong_type"),
        ({"thread": ["p1", 2]}, "thread_wrong_type"),
        ({"turn_index": None}, "turn_index_missing"),
        ({"turn_index": "0"}, "turn_index_wrong_type"),
        ({"turn_index": 0.5}, "turn_index_wrong_type"),
        ({"turn_index": True}, "turn_index_wrong_type"),
        ({"turn_index": -1}, "turn_index_out_of_range"),
        ({"turn_index": 2**31}, "turn_index_out_of_range"),
        ({"created_at": None}, "created_at_missing"),
        ({"created_at": ""}, "created_at_missing"),
        ({"created_at": "yesterday"}, "created_at_unreadable"),
        ({"created_at": "1970-01-01T00:00:00Z"}, "created_at_unreadable"),
        ({"created_at": "2150-01-01T00:00:00Z"}, "created_at_unreadable"),
        ({"created_at": 1709294400000}, "created_at_unreadable"),
    ],
)
def test_every_other_breach_has_its_own_reason(changes: dict[str, Any], reason: str) -> None:
    assert rejected(**changes).reason == reason


def test_a_breach_says_what_was_seen_and_what_was_wanted() -> None:
    assert rejected(rating=99) == Rejected("rating_out_of_range", "rating is 99, wanted 1 to 5")
    assert rejected(model=["m" * 200]).detail == (
        "model is ['" + "m" * 75 + "..., wanted a string or null"
    )


def test_a_record_that_is_no_object_is_rejected() -> None:
    assert parse_exchange(["c1"], "a.jsonl", 1) == Rejected(
        "not_an_object", "saw list, wanted a JSON object"
    )


def test_an_empty_message_enters_the_lake_and_is_dropped_later_where_drops_are_counted() -> None:
    assert (parse(user_message="").user_message, parse(assistant_message=" ").day) == (
        "",
        "2024-03-01",
    )


def test_numeric_ids_are_ids_and_empty_optional_ones_are_none() -> None:
    exchange = parse(conversation_id=12, message_id=0, user_id=7, model="", parent_message_id="")
    assert (
        exchange.conversation_id,
        exchange.message_id,
        exchange.user_id,
        exchange.model,
        exchange.parent_message_id,
    ) == ("12", "0", "7", None, None)


def test_nul_control_characters_and_lone_surrogates_are_taken_out_of_text() -> None:
    exchange = parse(
        user_message="a\x00b\x1b", assistant_message="ok \ud83d\n\tyes", thread=["p\x00"]
    )
    assert (exchange.user_message, exchange.assistant_message, exchange.thread) == (
        "ab",
        "ok \n\tyes",
        ["p"],
    )


def test_an_exchange_belongs_to_the_utc_day_of_its_time() -> None:
    assert parse(created_at="2024-03-01T23:30:00-02:00").day == "2024-03-02"
    assert parse(created_at=1709294400).day == "2024-03-01"


STRANGE: list[Any] = [
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    math.nan,
    -math.inf,
    "",
    "\x00",
    "\ud800",
    "a",
    [],
    {},
]


@pytest.mark.parametrize("key", sorted(RECORD))
def test_no_value_of_any_field_ever_raises_and_what_is_read_fits_the_lake(key: str) -> None:
    for value in STRANGE:
        found = parse_exchange(RECORD | {key: value}, "a.jsonl", 1)
        if isinstance(found, ChatExchange):
            pa.Table.from_pylist([asdict(found)], schema=CHAT_LOG)
    without = {name: RECORD[name] for name in RECORD if name != key}
    assert parse_exchange(without, "a.jsonl", 1) == parse_exchange(
        without | {key: None}, "a.jsonl", 1
    )


def test_real_chat_logs_are_read_whole_but_for_two_without_a_place(shared_data: Path) -> None:
    seen = {}
    for path in sorted((shared_data / "chat_logs").glob("*.turns.jsonl.gz")):
        counts: Counter[str] = Counter()
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                found = parse_exchange(json.loads(line), path.name, number)
                counts[found.reason if isinstance(found, Rejected) else "exchange"] += 1
        seen[path.name] = dict(counts)
    assert seen == {
        "kdconv_zh.turns.jsonl.gz": {"exchange": 3316},
        "mtrag_un.turns.jsonl.gz": {"exchange": 913},
        "oasst1_en.turns.jsonl.gz": {"exchange": 686, "turn_index_out_of_range": 2},
        "oasst_model_eval.turns.jsonl.gz": {"exchange": 2345},
        "sgd.turns.jsonl.gz": {"exchange": 9667},
        "taskmaster4.turns.jsonl.gz": {"exchange": 3758},
        "topical_chat.turns.jsonl.gz": {"exchange": 6041},
    }
