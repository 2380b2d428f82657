from dataclasses import replace

import pytest

from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.evaluation.stored_answers import (
    StoredAnswer,
    answer_clusters,
    answer_set_fingerprint,
    parse_answer,
    questions_of,
)
from ai_data_platform.core.records import Rejected

RECORD = {
    "question_id": "q1",
    "question": " How fast? ",
    "answer": "Very fast.",
    "contexts": ["It runs very fast."],
    "faithfulness": 1,
    "generator": "product-7",
    "latency": "unknown keys do not matter",
}
QUESTIONS = [
    Question("q1", "How fast?", ("d2", "d1"), None, None, "team"),
    Question("q2", "How slow?", ("d3",), None, None, "team"),
]


def parsed(**changes: object) -> StoredAnswer:
    found = parse_answer({**RECORD, **changes})
    assert isinstance(found, StoredAnswer)
    return found


def test_a_full_record_becomes_an_answer() -> None:
    answer = parsed()
    assert answer == StoredAnswer(
        answer_id=answer.answer_id,
        question="How fast?",
        answer="Very fast.",
        question_id="q1",
        contexts=("It runs very fast.",),
        faithfulness=1.0,
        generator="product-7",
    )


def test_question_and_answer_are_enough() -> None:
    answer = parse_answer({"question": "How fast?", "answer": "Very."})
    assert isinstance(answer, StoredAnswer)
    assert answer == StoredAnswer(answer.answer_id, "How fast?", "Very.")


def test_an_empty_answer_is_one_that_failed_and_is_kept() -> None:
    assert parsed(answer=" ").answer == ""


def test_a_generator_that_saw_nothing_is_not_one_whose_contexts_are_unknown() -> None:
    assert parsed(contexts=[]).contexts == ()
    assert parsed(contexts=None).contexts is None


def test_the_id_follows_all_but_the_label() -> None:
    changes = [
        {"question": "Other?"},
        {"answer": "Other."},
        {"question_id": None},
        {"contexts": None},
        {"contexts": []},
        {"generator": None},
    ]
    ids = {parsed(**change).answer_id for change in changes} | {parsed().answer_id}
    assert len(ids) == 7
    assert parsed(faithfulness=0.5).answer_id == parsed().answer_id


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (["How fast?"], "record_not_an_object"),
        ({"answer": "Very."}, "question_missing"),
        ({"question": " ", "answer": "Very."}, "question_missing"),
        ({"question": "How fast?"}, "answer_missing"),
        ({"question": "How fast?", "answer": None}, "answer_missing"),
        ({**RECORD, "answer": ["Very."]}, "field_not_text"),
        ({**RECORD, "generator": 1.5}, "field_not_text"),
        ({**RECORD, "question_id": True}, "field_not_text"),
        ({**RECORD, "contexts": "one text"}, "contexts_not_texts"),
        ({**RECORD, "contexts": [{"text": "t"}]}, "contexts_not_texts"),
        ({**RECORD, "faithfulness": "1"}, "label_not_a_number"),
        ({**RECORD, "faithfulness": True}, "label_not_a_number"),
        ({**RECORD, "faithfulness": 4}, "label_out_of_range"),
        ({**RECORD, "faithfulness": -0.1}, "label_out_of_range"),
        ({**RECORD, "faithfulness": float("nan")}, "label_out_of_range"),
        ({**RECORD, "faithfulness": 10**400}, "label_out_of_range"),
    ],
)
def test_a_record_that_is_no_answer_says_why(record: object, reason: str) -> None:
    found = parse_answer(record)
    assert isinstance(found, Rejected)
    assert found.reason == reason
    assert found.detail


def test_an_answer_belongs_to_a_question_by_its_id_or_else_by_its_words() -> None:
    answers = [
        parsed(),
        parsed(question_id=None, question="how  SLOW?"),
        parsed(question_id=None, question="How long?"),
        parsed(question_id="unknown"),
    ]
    known = questions_of(answers, QUESTIONS)
    assert known == {answers[0].answer_id: QUESTIONS[0], answers[1].answer_id: QUESTIONS[1]}
    clusters = answer_clusters(answers, QUESTIONS)
    assert [clusters[answer.answer_id] for answer in answers[:2]] == ["d1", "d3"]
    assert len(set(clusters.values())) == 4


def test_answers_to_one_unknown_question_stand_and_fall_together() -> None:
    first = parsed(question_id=None, question="How long?")
    second = parsed(question_id=None, question=" how long?", generator="product-8")
    assert len(set(answer_clusters([first, second], QUESTIONS).values())) == 1


def test_the_fingerprint_of_a_set_follows_its_content_and_not_its_order() -> None:
    first, second = parsed(), parsed(generator="product-8")
    together = answer_set_fingerprint([first, second])
    assert answer_set_fingerprint([second, first]) == together
    changed = [
        answer_set_fingerprint([first]),
        answer_set_fingerprint([first, replace(second, faithfulness=0.5)]),
        answer_set_fingerprint([first, parsed(generator="product-9")]),
    ]
    assert len({together, *changed}) == 4
