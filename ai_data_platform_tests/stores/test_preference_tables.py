"""Ratings to judged tables: one build, every rating in one place, nothing personal in an edit."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.core.conversations.redact import RedactOptions, Redactor
from ai_data_platform.core.conversations.redacted import REDACTED
from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.preference import PairOptions
from ai_data_platform.core.records import FEEDBACK
from ai_data_platform.stores.audit import Audited
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.preference_tables import PREFERENCE_TABLES, preference_tables
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer
from ai_data_platform_tests.preference_building import passed

DAY = "2024-03-01"
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
REDACTOR = Redactor(RedactOptions(keep_reserved=False))


def answer(name: str, text: str, conversation: str = "c1") -> dict[str, Any]:
    return {
        "record_id": f"x-{name}",
        "conversation_id": conversation,
        "message_id": name,
        "parent_message_id": f"q-{conversation}",
        "turn_index": 0,
        "user_message": "Who helps me with the valve?",
        "assistant_message": text,
        "created_at": NOON,
        "user_hash": "someone",
        "redactions": 0,
        "conversation_hash": "hash",
    }


def rated(name: str, stars: int, conversation: str = "c1", **others: Any) -> dict[str, Any]:
    return {
        "record_id": f"r-{name}",
        "event_id": f"e-{name}",
        "conversation_id": conversation,
        "message_id": name,
        "rating": stars,
        "user_id": "rater",
        "created_at": NOON,
        "source_file": "f",
        "source_line": 1,
        "kind": "stars",
        **others,
    }


LOG = [
    answer("good", "Turn it clockwise until the hissing stops, then wait."),
    answer("bad", "Nobody knows."),
    answer("alone", "It is closed on Sundays.", "c2"),
    answer("asked", "Please write to ann@example.com.", "c3"),
]
RATINGS = [
    rated("good", 5),
    rated("bad", 1),
    rated("alone", 5, "c2"),
    rated("lost", 2, "c9"),
    rated("asked", 2, "c3", edited_text="Please write to bob@example.com or ann@example.com."),
]


def built(
    home: Home,
    ratings: Sequence[Mapping[str, Any]] = RATINGS,
    options: PairOptions | None = None,
    tokenizer: WordTokenizer | None = None,
) -> dict[str, Audited]:
    days = pa.Table.from_pylist(list(ratings), FEEDBACK)
    passed(home, "redacted_chat_logs", pa.Table.from_pylist(_redacted(), REDACTED))
    passed(home, "stg_chat_logs", pa.Table.from_pylist(LOG))
    home.lake.write(f"raw_feedback/{DAY}", days, inputs="t")
    _pass_day(home, days)
    return preference_tables(
        home,
        options or PairOptions(reliability="none"),
        tokenizer or WordTokenizer(),
        REDACTOR,
        code_version="1",
    )


def _redacted() -> list[dict[str, Any]]:
    hidden = "Please write to [EMAIL_1]."
    return [
        row | ({"assistant_message": hidden} if row["message_id"] == "asked" else {}) for row in LOG
    ]


def _pass_day(home: Home, rows: pa.Table) -> None:
    from ai_data_platform.core.gates import Rule, judge
    from ai_data_platform.stores.lake import table_fingerprint

    rules = [Rule("rows", ">=", 0, "any will do")]
    content = table_fingerprint(rows)
    figures = {"rows": len(rows)}
    home.ledger.record(
        judge("raw_feedback", content, figures, rules, code_version="1", partition=DAY)
    )


def test_each_rating_is_in_one_table_with_the_same_verdict_on_all(home: Home) -> None:
    made = built(home)
    assert list(made) == list(PREFERENCE_TABLES)
    assert {audited.verdict.outcome for audited in made.values()} == {"PASSED"}
    (pair, edit) = sorted(home.verified.read("preference_pairs").to_pylist(), key=_origin)[::-1]
    assert (pair["origin"], sorted(pair["rating_record_ids"])) == ("ratings", ["r-bad", "r-good"])
    assert (edit["origin"], edit["rating_record_ids"]) == ("edit", ["r-asked"])
    (single,) = home.verified.read("unpaired_answers").to_pylist()
    assert (single["message_id"], single["label"]) == ("alone", True)
    (left,) = home.verified.read("dropped_ratings").to_pylist()
    assert (left["record_id"], left["drop_reason"]) == ("r-lost", "waiting_for_message")
    figures = made["preference_pairs"].verdict.figures
    assert [figures[name] for name in ("ratings", "ratings_used", "ratings_unaccounted")] == [
        5,
        4,
        0,
    ]


def _origin(row: Mapping[str, Any]) -> str:
    return str(row["origin"])


def test_an_edit_is_redacted_with_the_placeholders_of_its_conversation(home: Home) -> None:
    figures = built(home)["preference_pairs"].verdict.figures
    rows = home.verified.read("preference_pairs").to_pylist()
    (edit,) = (row for row in rows if row["origin"] == "edit")
    assert edit["chosen"][0]["content"] == "Please write to [EMAIL_2] or [EMAIL_1]."
    assert edit["rejected"][0]["content"] == "Please write to [EMAIL_1]."
    assert (figures["edits"], figures["personal_data_left"]) == (1, 0)


def test_nothing_is_made_again_until_ratings_options_limit_or_tokenizer_change(home: Home) -> None:
    class Other(WordTokenizer):
        fingerprint = "words-2"

    assert [audited.reused for audited in built(home).values()] == [False] * 4
    assert [audited.reused for audited in built(home).values()] == [True] * 4
    assert not built(home, options=PairOptions(reliability="none", max_tokens=99))[
        "preference_pairs"
    ].reused
    assert not built(home, tokenizer=Other())["preference_pairs"].reused
    assert not built(home, RATINGS[:-1])["preference_pairs"].reused


def test_without_a_day_that_passed_there_is_nothing_to_pair(home: Home) -> None:
    with pytest.raises(GateBlocked, match="no day of raw_feedback has passed its gate"):
        preference_tables(home, PairOptions(), WordTokenizer(), REDACTOR, code_version="1")


def test_no_ratings_block(home: Home) -> None:
    verdict = built(home, [])["preference_pairs"].verdict
    assert verdict.reasons == ("ratings is 0, wanted > 0 (no ratings, nothing to learn from)",)
