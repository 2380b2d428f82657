"""Edits of answers hold no personal data, and who is who stays as in the conversation."""

from typing import Any

import pyarrow as pa

from ai_data_platform.core.conversations.redact import RedactOptions, Redactor
from ai_data_platform.core.conversations.redacted_edits import (
    edited_conversations,
    redact_edits,
)

REDACTOR = Redactor(RedactOptions(keep_reserved=False))
LOGGED = pa.table(
    {
        "conversation_id": ["c1", "c1", "c2"],
        "user_message": ["I am ann@example.com.", "And bob@example.com?", "Hello"],
        "assistant_message": ["Hello.", "Write to carol@example.com.", "Hello."],
    }
)


def ratings(*rows: tuple[str, str | None]) -> pa.Table:
    columns: dict[str, Any] = {
        "conversation_id": pa.array([name for name, _ in rows], pa.string()),
        "edited_text": pa.array([text for _, text in rows], pa.string()),
        "rating": pa.array([1] * len(rows), pa.int8()),
    }
    return pa.table(columns)


def edits(*rows: tuple[str, str | None]) -> list[str | None]:
    found: list[str | None] = (
        redact_edits(ratings(*rows), LOGGED, REDACTOR).ratings["edited_text"].to_pylist()
    )
    return found


def test_a_value_of_the_conversation_keeps_its_placeholder() -> None:
    said = "Bob is bob@example.com, Dan is dan@example.com."
    assert edits(("c1", said)) == ["Bob is [EMAIL_2], Dan is [EMAIL_4]."]


def test_another_conversation_has_placeholders_of_its_own() -> None:
    assert edits(("c2", "Ask bob@example.com."), ("c9", "Or bob@example.com.")) == [
        "Ask [EMAIL_1].",
        "Or [EMAIL_1].",
    ]


def test_encodings_are_mended_and_what_nobody_edited_stays_null() -> None:
    assert edits(("c1", "It\u00e2\u0080\u0099s\r\nfine"), ("c1", None)) == ["It\u2019s\nfine", None]


def test_every_other_column_stays_and_edits_are_counted() -> None:
    table = ratings(("c1", "Write to eve@example.com."), ("c1", None), ("c2", "Fine."))
    found = redact_edits(table, LOGGED, REDACTOR)
    assert found.ratings.drop_columns("edited_text").equals(table.drop_columns("edited_text"))
    assert (found.edits, found.left) == (2, 0)
    assert edited_conversations(table).to_pylist() == ["c1", "c2"]
