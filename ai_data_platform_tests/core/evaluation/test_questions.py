from dataclasses import replace

import pytest

from ai_data_platform.core.evaluation.questions import (
    Question,
    parse_question,
    question_set_fingerprint,
)
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import Rejected

QUESTION = Question("q1", "How fast?", ("d1",), None, "Very.", "team")


def test_a_full_record_becomes_a_question() -> None:
    record = {
        "question_id": "q1",
        "question": " How fast? ",
        "gold_doc_ids": ["d1", "d2", "d1"],
        "gold_text": "It runs very fast.",
        "reference_answer": "Very.",
        "domain": "unknown keys do not matter",
    }
    assert parse_question(record) == Question(
        "q1", "How fast?", ("d1", "d2"), "It runs very fast.", "Very.", "team"
    )


@pytest.mark.parametrize(
    "key",
    [
        "gold_doc_id",
        "gold_uri",
        "gold_uris",
        "gold_passage_id",
        "gold_passage_ids",
        "gold_document",
    ],
)
def test_gold_ids_go_by_many_names_and_one_id_needs_no_list(key: str) -> None:
    parsed = parse_question(
        {"question_id": 1, "question": "How fast?", key: "d1", "answer": "Very."}
    )
    assert parsed == replace(QUESTION, question_id="1")


def test_the_first_gold_key_with_a_value_counts() -> None:
    record = {"question": "?a", "gold_doc_ids": [], "gold_uris": ["u"], "gold_passage_ids": ["p"]}
    parsed = parse_question(record)
    assert isinstance(parsed, Question)
    assert parsed.gold_doc_ids == ("u",)


def test_a_question_without_an_id_gets_one_from_what_it_asks() -> None:
    record = {"question": "How fast?", "gold_doc_ids": ["d1"]}
    parsed = [parse_question(record), parse_question(dict(reversed(record.items())))]
    assert parsed[0] == parsed[1]
    assert parsed[0] == Question(
        hash_text("team", "How fast?", "d1"), "How fast?", ("d1",), None, None, "team"
    )


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (["How fast?"], "record_not_an_object"),
        (None, "record_not_an_object"),
        ({"gold_doc_ids": ["d1"]}, "question_missing"),
        ({"question": " \x00", "gold_doc_ids": ["d1"]}, "question_missing"),
        ({"question": "How fast?"}, "gold_missing"),
        ({"question": "How fast?", "gold_passage_ids": []}, "gold_missing"),
        ({"question": "How fast?", "gold_doc_ids": ["", None]}, "field_not_text"),
        ({"question": ["How fast?"], "gold_doc_ids": ["d1"]}, "field_not_text"),
        ({"question": "How fast?", "gold_doc_ids": {"id": "d1"}}, "field_not_text"),
        ({"question": "How fast?", "gold_doc_ids": ["d1"], "answer": 1.5}, "field_not_text"),
        ({"question": "How fast?", "gold_doc_ids": ["d1"], "question_id": True}, "field_not_text"),
    ],
)
def test_a_record_that_is_no_question_says_why(record: object, reason: str) -> None:
    parsed = parse_question(record)
    assert isinstance(parsed, Rejected)
    assert parsed.reason == reason
    assert parsed.detail


def test_a_question_without_gold_cannot_exist() -> None:
    with pytest.raises(ValueError, match="q1 has no gold document"):
        replace(QUESTION, gold_doc_ids=())


def test_the_reference_is_the_answer_or_else_the_gold_text() -> None:
    assert replace(QUESTION, gold_text="Passage.").reference == "Very."
    assert replace(QUESTION, gold_text="Passage.", reference_answer=None).reference == "Passage."
    assert replace(QUESTION, reference_answer=None).reference is None


def test_the_fingerprint_of_a_set_follows_its_content_and_not_its_order() -> None:
    other = replace(QUESTION, question_id="q2")
    together = question_set_fingerprint([QUESTION, other])
    assert question_set_fingerprint([other, QUESTION]) == together
    changed = [
        question_set_fingerprint([QUESTION]),
        question_set_fingerprint([QUESTION, other, other]),
        question_set_fingerprint([QUESTION, replace(other, gold_doc_ids=("d2",))]),
        question_set_fingerprint([QUESTION, replace(other, reference_answer="Slow.")]),
    ]
    assert len({together, *changed}) == 5
