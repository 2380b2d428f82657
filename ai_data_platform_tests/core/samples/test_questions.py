"""Evaluation questions."""

import pytest

from ai_data_platform.core.samples.pages import pages
from ai_data_platform.core.samples.questions import eval_questions
from ai_data_platform.core.text import normalise

PAGES = {page.uri: page for page in pages(7, 40)}
QUESTIONS = list(eval_questions(7, 40))


@pytest.mark.parametrize(("documents", "count"), [(1, 3), (40, 120), (133, 399), (500, 400)])
def test_there_are_three_a_page_and_400_at_most(documents: int, count: int) -> None:
    questions = list(eval_questions(7, documents))
    assert len(questions) == count
    assert len({question["question_id"] for question in questions}) == count
    assert len({question["gold_uris"][0] for question in questions}) == min(documents, 400)


def test_the_gold_page_states_the_answer() -> None:
    for question in QUESTIONS:
        (uri,) = question["gold_uris"]
        facts = [f for f in PAGES[uri].facts if question["question"] in f.asks]
        assert len(facts) == 1
        assert question["reference_answer"] == facts[0].answers[0]


def test_a_question_is_no_sentence_of_any_page() -> None:
    texts = [
        normalise(" ".join(" ".join(section.paragraphs) for section in page.sections))
        for page in PAGES.values()
    ]
    for question in QUESTIONS:
        assert question["question"].endswith("?")
        assert not any(normalise(question["question"]) in text for text in texts)


def test_no_question_is_asked_twice() -> None:
    assert len({question["question"] for question in QUESTIONS}) == len(QUESTIONS)
