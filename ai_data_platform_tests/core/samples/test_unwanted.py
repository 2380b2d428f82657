"""What is planted for the screening to find, found by the screening."""

from collections import Counter

from ai_data_platform.core.conversations.screen import Screener, ScreenOptions
from ai_data_platform.core.samples.questions import eval_questions
from ai_data_platform.core.samples.unwanted import unwanted_conversations

QUESTIONS = list(eval_questions(7, 40))
PLANTED = [
    (kind, exchange)
    for kind, conversation in unwanted_conversations(QUESTIONS)
    for exchange in conversation.exchanges
]
REASONS = {"refusals": "refusal", "boilerplate_answers": "boilerplate_answer"}


def test_every_kind_is_planted_and_each_exchange_has_ids_of_its_own() -> None:
    assert Counter(kind for kind, _ in PLANTED) == {
        "refusals": 6,
        "boilerplate_answers": 4,
        "other_languages": 5,
        "eval_questions_answered": 4,
    }
    assert len({exchange.message_id for _, exchange in PLANTED}) == len(PLANTED)


def test_evaluation_questions_stand_there_word_for_word_with_their_answers() -> None:
    wanted = {(q["question"], q["reference_answer"]) for q in QUESTIONS}
    planted = {
        (exchange.user_message, exchange.assistant_message)
        for kind, exchange in PLANTED
        if kind == "eval_questions_answered"
    }
    assert planted < wanted


def test_screening_gives_each_the_reason_that_it_was_planted_for() -> None:
    found = Screener(ScreenOptions()).screen(
        [exchange.user_message for _, exchange in PLANTED],
        [exchange.assistant_message for _, exchange in PLANTED],
    )
    assert found["drop_reason"] == [REASONS.get(kind) for kind, _ in PLANTED]
    languages = [
        language
        for language, (kind, _) in zip(found["language"], PLANTED, strict=True)
        if kind == "other_languages"
    ]
    assert languages == ["de", "fr", "es", "zh", "pt"]


def test_fewer_questions_than_are_planted_are_planted_all() -> None:
    kinds = Counter(kind for kind, _ in unwanted_conversations(QUESTIONS[:2]))
    assert kinds["eval_questions_answered"] == 2
