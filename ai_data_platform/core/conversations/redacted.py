"""Chat logs as datasets may hold them: encodings mended, personal data replaced, nobody's row lost."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa

from ai_data_platform.core.conversations.mend import MEND_VERSION, mend
from ai_data_platform.core.conversations.redact import Redactor
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.records import CHAT_LOG

__all__ = ["REDACTED", "REDACTION_RULES", "RedactedLog", "redact_log"]

_TEXTS = ("user_message", "assistant_message")
_OTHERS = {"model", "user_id", "source_file", "source_line"}  # no dataset needs to know them

REDACTED = pa.schema(
    [
        *(field for field in CHAT_LOG if field.name not in _OTHERS),
        pa.field("redactions", pa.int32(), nullable=False),  # in the whole conversation
        pa.field(
            "conversation_hash", pa.string(), nullable=False
        ),  # what it was made from, and how
    ]
)
"""One exchange with its texts mended and redacted; `record_id` leads to the raw record."""

REDACTION_RULES = (
    Rule("rows", ">", 0, "no exchanges, no datasets"),
    Rule("exchanges_unaccounted", "==", 0, "redaction drops nothing"),
    Rule("personal_data_left", "==", 0, "a second search finds nothing"),
)


@dataclass(frozen=True, slots=True)
class RedactedLog:
    """The rows in the order of the log, and what the gate judges."""

    table: pa.Table
    figures: dict[str, float | None]


def redact_log(logged: pa.Table, earlier: pa.Table | None, redactor: Redactor) -> RedactedLog:
    """Every exchange of a log that is grouped by conversation, its texts mended and redacted.

    A conversation that stands in `earlier` as it is logged now, under the same rules, is taken over.
    The figures count placeholders by kind (`redacted_email`), mended messages and what is left.
    """
    known = _by_conversation(earlier)
    rows: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    for conversation_id, group in groupby(_rows(logged), key=lambda row: row["conversation_id"]):
        exchanges = list(group)
        wanted = _hash(exchanges, redactor.fingerprint)
        held = known.get(conversation_id, [])
        if held and held[0]["conversation_hash"] == wanted:
            rows += held
            counts["taken_over"] += len(held)
        else:
            rows += _redacted(exchanges, redactor, wanted, counts)
    table = pa.Table.from_pylist(rows, schema=REDACTED)
    figures: dict[str, float | None] = {
        **counts,
        "exchanges_unaccounted": logged.num_rows - table.num_rows,
        "personal_data_left": counts["personal_data_left"],
    }
    return RedactedLog(table, dict(sorted(figures.items())))


def _redacted(
    exchanges: Sequence[dict[str, Any]], redactor: Redactor, wanted: str, counts: Counter[str]
) -> Iterator[dict[str, Any]]:
    logged = [row[name] for row in exchanges for name in _TEXTS]
    mended = [mend(text) for text in logged]
    found = redactor.redact(mended)
    counts["mended_messages"] += sum(new != old for new, old in zip(mended, logged, strict=True))
    counts["personal_data_left"] += sum(redactor.redact(found.texts).counts.values())
    counts.update({f"redacted_{kind.lower()}": n for kind, n in found.counts.items()})
    for place, row in enumerate(exchanges):
        yield {
            **row,
            "user_message": found.texts[2 * place],
            "assistant_message": found.texts[2 * place + 1],
            "redactions": sum(found.counts.values()),
            "conversation_hash": wanted,
        }


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    names = [name for name in REDACTED.names if name in table.column_names]
    for batch in table.select(names).to_batches():
        yield from batch.to_pylist()


def _by_conversation(table: pa.Table | None) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(table) if table is not None else ():
        found.setdefault(row["conversation_id"], []).append(row)
    return found


def _hash(exchanges: Sequence[Mapping[str, Any]], rules: str) -> str:
    """Changes with any value of the conversation's exchanges and with the rules."""
    values = (str(value) for row in exchanges for value in row.values())
    return hash_text(MEND_VERSION, rules, *values)
