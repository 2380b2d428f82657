"""A whole log redacted: consistent within a conversation, incremental, and nothing lost."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ai_data_platform.core.conversations.redact import RedactOptions, Redactor
from ai_data_platform.core.conversations.redacted import REDACTED, REDACTION_RULES, redact_log
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
    assert counting.seen == 2 * 2  # the messages of b, and the second look at them
    assert made.table == redact_log(changed, None, REDACTOR).table
    assert made.figures["taken_over"] == 2


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
