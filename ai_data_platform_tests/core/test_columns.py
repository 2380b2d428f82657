"""Column maps: fields of the contract under the names that a source has for them."""

import re
from typing import Any

import pytest

from ai_data_platform.core.columns import (
    CHAT_LOG_FIELDS,
    FEEDBACK_FIELDS,
    ColumnMap,
    SourceSpec,
    parse_column_map,
)
from ai_data_platform.core.conversations import ChatExchange
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.core.records import Rejected

OURS = {"record_id", "source_file", "source_line"}


def test_the_fields_are_those_of_the_contracts() -> None:
    assert set(CHAT_LOG_FIELDS) == {*ChatExchange.__slots__} - OURS
    assert set(FEEDBACK_FIELDS) == {*FeedbackEvent.__slots__} - OURS


def test_a_record_gets_the_names_of_the_contract() -> None:
    columns = ColumnMap({"user_message": "prompt", "conversation_id": "thread"})
    record = {"prompt": "Hi", "user_message": "another column", "thread": 7, "model": "m"}
    assert columns.record(record) == {
        "model": "m",
        "user_message": "Hi",
        "conversation_id": 7,
    }


def test_a_column_that_a_record_lacks_gives_no_field_of_that_name() -> None:
    assert ColumnMap({"model": "engine"}).record({"model": "not this one"}) == {}


def test_one_column_may_hold_two_fields() -> None:
    columns = ColumnMap({"message_id": "id", "parent_message_id": "id"})
    assert columns.header(["id", "message_id", "text"]) == [
        ["message_id", "parent_message_id"],
        [],
        ["text"],
    ]


def test_a_missing_column_is_named_with_what_is_there_and_the_closest() -> None:
    columns = ColumnMap({"user_message": "prompt", "model": "engine"})
    assert columns.missing("logs.csv", ["promt", "engine", "day"]) == Rejected(
        "column_missing",
        "logs.csv has no column 'prompt', which is to hold user_message; there are: promt, engine, day; "
        "is it 'promt'?",
    )
    assert columns.missing("logs.csv", ["prompt", "engine"]) is None


def test_a_table_of_a_thousand_columns_is_not_listed_whole() -> None:
    found = ColumnMap({"model": "zzz"}).missing("t", [f"c{n}" for n in range(1_000)])
    assert found is not None
    assert found.detail.endswith("c28, c29 and 970 more")


def test_another_map_makes_another_identity_and_no_map_none() -> None:
    first, second = ColumnMap({"model": "a"}), ColumnMap({"model": "b"})
    assert ColumnMap().stamped("content") == "content"
    assert len({"content", first.stamped("content"), second.stamped("content")}) == 3
    assert first.stamped("content") == ColumnMap({"model": "a"}).stamped("content")


def test_a_map_is_written_as_pairs() -> None:
    read = parse_column_map(" user_message = prompt,, model=engine ,", CHAT_LOG_FIELDS)
    assert read == {"user_message": "prompt", "model": "engine"}
    assert parse_column_map("", CHAT_LOG_FIELDS) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user_message", "'user_message' is no field=column"),
        ("model=", "'model=' is no field=column"),
        ("model=a,model=b", "model is named twice"),
        ("user_mesage=prompt", "there is no field 'user_mesage'; is it user_message?"),
        ("zzz=prompt", "there is no field 'zzz'; there are: " + ", ".join(CHAT_LOG_FIELDS)),
    ],
)
def test_a_map_that_is_none_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        parse_column_map(text, CHAT_LOG_FIELDS)


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        (None, "files"),
        ("/data/logs", "files"),
        ("s3://bucket/logs", "s3"),
        ("postgresql://h/d", "postgresql"),
        ("postgres://h/d", "postgresql"),
        ("postgres", "files"),
    ],
)
def test_the_location_says_what_kind_of_source_it_is(location: str | None, kind: str) -> None:
    assert SourceSpec(location).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:se%20cret@host/db",
        "postgresql://me:se%20cret@host:99/db failed",
        "postgresql://host/db?user=me&password=se%20cret&x=1",
        "host=h password=se%20cret user=u",
    ],
)
def test_no_text_of_a_source_holds_its_password(text: str) -> None:
    assert "se%20cret" not in repr(SourceSpec(text))
    assert "cret" not in SourceSpec.without_password(f"it said: {text}")


@pytest.mark.parametrize(
    ("spec", "key", "required"),
    [
        (
            SourceSpec("x", ColumnMap({"user_message": "prompt", "model": "engine"})),
            "message_id",
            {
                "conversation_id": "conversation_id",
                "message_id": "message_id",
                "turn_index": "turn_index",
                "user_message": "prompt",
                "assistant_message": "assistant_message",
                "created_at": "created_at",
                "model": "engine",
            },
        ),
        (
            SourceSpec("x", fields=FEEDBACK_FIELDS),
            "event_id",
            {
                "conversation_id": "conversation_id",
                "rating": "rating",
                "created_at": "created_at",
            },
        ),
    ],
)
def test_a_table_must_have_what_no_row_can_be_without(
    spec: SourceSpec, key: str, required: dict[str, Any]
) -> None:
    assert (spec.key, dict(spec.required.columns)) == (key, required)
