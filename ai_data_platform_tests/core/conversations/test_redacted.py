"""A whole log redacted: consistent within a conversation, incremental, and nothing lost."""

import re
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.core.conversations.redact import Redaction, RedactOptions, Redactor
from ai_data_platform.core.conversations.redacted import REDACTED, REDACTION_RULES, redact_log
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import judge
from ai_data_platform.core.records import CHAT_LOG

REDACTOR = Redactor(RedactOptions())


def exchange(conversation: str, turn: int, user: str, assistant: str) -> dict[str, Any]:
    return {
        "record_id": f"r-{conversation}-{turn}",
        "conversation_id": conversation,
        "message_id": f"m-{conversation}-{turn}",
        "turn_index": turn,
        "user_message": user,
        "assistant_message": assistant,
        "rating": 5,
        "user_id": "u1",
        "created_at": datetime(2025, 3, 1, turn, tzinfo=UTC),
        "source_file": "log.jsonl",
        "source_line": turn + 1,
    }


def log(*exchanges: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(exchanges), schema=CHAT_LOG)


LOG = log(
    exchange("a", 0, "Write to jo@acme-tools.de please.", "I wrote to Jo@acme-tools.de."),
    exchange("a", 1, "And to kim@acme-tools.de?", "Both got it, jo@acme-tools.de too."),
    exchange("b", 0, "My mail is kim@acme-tools.de", "Thanks, thatâ€™s noted."),
)


def test_one_person_has_one_placeholder_in_a_conversation_and_another_log_line_its_own() -> None:
    made = redact_log(LOG, None, REDACTOR)
    texts = [(row["user_message"], row["assistant_message"]) for row in made.table.to_pylist()]
    assert texts == [
        ("Write to [EMAIL_1] please.", "I wrote to [EMAIL_1]."),
        ("And to [EMAIL_2]?", "Both got it, [EMAIL_1] too."),
        ("My mail is [EMAIL_1]", "Thanks, that’s noted."),
    ]
    assert made.table.schema == REDACTED
    assert made.table["redactions"].to_pylist() == [4, 4, 1]
    assert made.figures == {
        "exchanges_unaccounted": 0,
        "mended_messages": 1,
        "personal_data_left": 0,
        "redacted_email": 5,
    }


def test_ids_ratings_and_times_stay_and_who_wrote_it_is_gone() -> None:
    made = redact_log(LOG, None, REDACTOR).table
    for name in ("record_id", "conversation_id", "message_id", "rating", "created_at"):
        assert made[name].to_pylist() == LOG[name].to_pylist()
    assert "user_id" not in made.column_names
    assert made["user_hash"].to_pylist() == [hash_text("u1")] * 3
    nobody = redact_log(log({**exchange("a", 0, "Hi", "Ho"), "user_id": None}), None, REDACTOR)
    assert nobody.table["user_hash"].to_pylist() == [None]


class Counting(Redactor):
    """Counts the messages that it looks at."""

    seen = 0

    def redact(self, texts):  # type: ignore[no-untyped-def]
        self.seen += len(texts)
        return super().redact(texts)


def test_only_conversations_that_changed_are_searched_again_and_the_rows_are_the_same() -> None:
    first = redact_log(LOG, None, REDACTOR).table
    changed = log(
        *LOG.slice(0, 2).to_pylist(), exchange("b", 0, "My mail is lee@acme-tools.de", "Thanks.")
    )
    counting = Counting(RedactOptions())
    made = redact_log(changed, first, counting)
    assert counting.seen == 2 * 2  # the messages of b, and the second look at what it became
    assert made.table == redact_log(changed, None, REDACTOR).table
    assert made.figures["taken_over"] == 2


def test_a_changed_rating_searches_nothing_again() -> None:
    first = redact_log(LOG, None, REDACTOR).table
    rated = log(*({**row, "rating": 1, "record_id": "new"} for row in LOG.to_pylist()))
    counting = Counting(RedactOptions())
    made = redact_log(rated, first, counting)
    assert counting.seen == 0
    assert made.table == redact_log(rated, None, REDACTOR).table


def test_what_cannot_hold_personal_data_is_not_searched() -> None:
    plain = log(exchange("0", 0, "How do I reset it?", "Hold the button."), *LOG.to_pylist())
    counting = Counting(RedactOptions())
    redact_log(plain, None, counting)
    assert counting.seen == 2 * 6  # the two conversations of LOG, twice


def test_conversations_of_equal_text_share_what_was_found_and_keep_their_own_ids() -> None:
    twins = [exchange(name, 0, "Mail jo@acme-tools.de", "Mailed.") for name in ("a", "b")]
    first = redact_log(log(twins[0]), None, REDACTOR).table
    made = redact_log(log(*twins), first, REDACTOR)
    assert made.table == redact_log(log(*twins), None, REDACTOR).table
    assert made.figures["taken_over"] == 2


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_the_rows_do_not_depend_on_how_the_log_is_cut(rows: int) -> None:
    cut = pa.Table.from_batches(LOG.to_batches(max_chunksize=rows))
    assert redact_log(cut, None, REDACTOR) == redact_log(LOG, None, REDACTOR)


def test_names_are_searched_for_everywhere() -> None:
    made = redact_log(
        log(exchange("a", 0, "I am Kim", "Hello Kim")), None, Redactor(RedactOptions(), Names())
    )
    assert made.table["assistant_message"].to_pylist() == ["Hello [NAME_1]"]


class Names:
    """Knows Kim."""

    fingerprint = "kim"

    def find(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer("Kim", text)]


class Leaky(Redactor):
    """Says that it replaced an address in each conversation, and leaves it there."""

    def redact(self, texts):  # type: ignore[no-untyped-def]
        return Redaction(tuple(texts), {"EMAIL": 1})


def test_what_a_second_search_finds_is_counted() -> None:
    made = redact_log(LOG, None, Leaky(RedactOptions()))
    assert made.figures["personal_data_left"] == 2  # one in each conversation


def test_another_rule_searches_everything_again() -> None:
    first = redact_log(LOG, None, REDACTOR).table
    other = Redactor(RedactOptions(kinds=("IP",)))
    made = redact_log(LOG, first, other)
    assert made.table == redact_log(LOG, None, other).table
    assert "kim@acme-tools.de" in made.table["user_message"].to_pylist()[2]


def test_the_gate_blocks_what_a_second_search_finds() -> None:
    made = redact_log(LOG, None, REDACTOR)
    good = judge(
        "redacted_chat_logs", "f", {"rows": 3, **made.figures}, REDACTION_RULES, code_version="1"
    )
    assert good.passed
    left = {"rows": 3, **made.figures, "personal_data_left": 1.0}
    bad = judge("redacted_chat_logs", "f", left, REDACTION_RULES, code_version="1")
    assert [reason.split()[0] for reason in bad.reasons] == ["personal_data_left"]


def test_an_empty_log_is_an_empty_table_that_its_gate_blocks() -> None:
    made = redact_log(log(), None, REDACTOR)
    assert (made.table.num_rows, made.table.schema) == (0, REDACTED)
    assert not judge(
        "x", "f", {"rows": 0, **made.figures}, REDACTION_RULES, code_version="1"
    ).passed
