"""Answers as raters would have them, without personal data: placeholders are those of the conversation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.conversations.mend import mend
from ai_data_platform.core.conversations.redact import Redactor

__all__ = ["RedactedEdits", "edited_conversations", "redact_edits"]

_SAID = ("user_message", "assistant_message")


@dataclass(frozen=True, slots=True, eq=False)
class RedactedEdits:
    """The ratings with their edits redacted, how many edits there are, and what a second search finds."""

    ratings: pa.Table
    edits: int
    left: int


def edited_conversations(ratings: pa.Table) -> pa.Array:
    """The conversations in which somebody edited an answer."""
    edited = ratings.filter(pc.is_valid(ratings["edited_text"]))
    return pc.unique(edited["conversation_id"])


def redact_edits(ratings: pa.Table, logged: pa.Table, redactor: Redactor) -> RedactedEdits:
    """Mend and redact `edited_text`. `logged` are the exchanges of these conversations as they were said.

    An edit is redacted behind the whole conversation, so who has a placeholder there keeps it.
    """
    texts = [text and mend(text) for text in ratings["edited_text"].to_pylist()]
    conversations = _said(logged)
    left = 0
    for row in _suspected(texts, redactor):
        name = ratings["conversation_id"][row].as_py()
        redacted = redactor.redact([*conversations.get(name, ()), texts[row]]).texts[-1]
        left += sum(redactor.redact([redacted]).counts.values())
        texts[row] = redacted
    place = ratings.column_names.index("edited_text")
    edits = pa.array(texts, pa.string())
    named = ratings.set_column(place, ratings.schema.field(place), edits)
    return RedactedEdits(named, len(edits) - edits.null_count, left)


def _suspected(texts: Sequence[str | None], redactor: Redactor) -> list[int]:
    """The rows of edits that may hold personal data."""
    rows = [row for row, text in enumerate(texts) if text is not None]
    suspicious = redactor.suspects(pa.array([texts[row] for row in rows], pa.string()))
    return [row for row, flag in zip(rows, suspicious.to_pylist(), strict=True) if flag]


def _said(logged: pa.Table) -> Mapping[str, Sequence[str]]:
    """The mended messages of each conversation, in the order of the log."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    columns = (logged[name].to_pylist() for name in ("conversation_id", *_SAID))
    for name, *said in zip(*columns, strict=True):
        found[name] += map(mend, said)
    return found
