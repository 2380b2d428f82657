"""Small logs and ratings as the tables that preferences are built of."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ai_data_platform.core.conversations.redacted import REDACTED
from ai_data_platform.core.preference import PairOptions, Preferences, build_preferences
from ai_data_platform.core.preference.reasons import DROP_REASONS
from ai_data_platform.core.records import FEEDBACK

__all__ = [
    "NOON",
    "PLAIN",
    "Row",
    "answer",
    "build",
    "drops",
    "exchange_table",
    "rated",
    "rating_table",
    "records_behind",
    "sides",
]

Row = dict[str, Any]
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
PLAIN = PairOptions(reliability="none")
"""Everybody's rating counts the same."""


def answer(message_id: str, turn_index: int = 0, **changes: Any) -> Row:
    """An exchange of conversation c1."""
    row: Row = {
        "record_id": f"x-{message_id}",
        "conversation_id": "c1",
        "message_id": message_id,
        "parent_message_id": None,
        "thread": None,
        "turn_index": turn_index,
        "user_message": f"Question {turn_index}?",
        "assistant_message": f"Answer {message_id}.",
        "rating": None,
        "created_at": NOON,
        "user_hash": "someone",
        "redactions": 0,
        "conversation_hash": "hash",
    }
    return row | changes


def rated(message_id: str | None, *ratings: int, **changes: Any) -> list[Row]:
    """Ratings of one message by raters u0, u1, ... in this order."""
    return [
        {
            "record_id": f"r-{message_id}-{number}",
            "event_id": f"e-{message_id}-{number}",
            "conversation_id": "c1",
            "message_id": message_id,
            "rating": rating,
            "feedback_text": None,
            "user_id": f"u{number}",
            "created_at": NOON,
            "source_file": "ratings.jsonl",
            "source_line": number + 1,
            "kind": "stars",
            "edited_text": None,
            "shown_position": None,
        }
        | changes
        for number, rating in enumerate(ratings)
    ]


def exchange_table(exchanges: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(exchanges, REDACTED)


def rating_table(ratings: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(ratings, FEEDBACK)


def build(
    exchanges: list[Row], ratings: list[Row], options: PairOptions | None = None, **more: Any
) -> Preferences:
    """What these ratings become, and that each of them is in one place."""
    made = build_preferences(exchange_table(exchanges), rating_table(ratings), options, **more)
    assert records_behind(made) == sorted(row["record_id"] for row in ratings)
    assert set(made.dropped["drop_reason"].to_pylist()) <= DROP_REASONS.keys()
    return made


def records_behind(made: Preferences) -> list[str]:
    """The record ids of ratings in pairs, unpaired rows and drops, each as often as it is there."""
    used = [table["rating_record_ids"].to_pylist() for table in (made.pairs, made.unpaired)]
    found = [one for lists in used for records in lists for one in records]
    return sorted(found + made.dropped["record_id"].to_pylist())


def drops(made: Preferences) -> dict[str, int]:
    """Dropped ratings by reason."""
    return dict(Counter(made.dropped["drop_reason"].to_pylist()))


def sides(made: Preferences) -> list[tuple[str | None, str]]:
    """Message ids of chosen and rejected answer of each pair."""
    columns = [made.pairs[f"{side}_message_id"].to_pylist() for side in ("chosen", "rejected")]
    return list(zip(*columns, strict=True))
