"""What of an evaluation record no training row may hold."""

import pytest

from ai_data_platform.core.datasets.leakage.records import ItemText, LeftOut, evaluation_texts
from ai_data_platform.core.records import Rejected

LONG = "It blinks for sixty seconds and then goes out, unless the reset has failed."


def test_a_question_counts_whatever_its_length_and_an_answer_when_it_is_long() -> None:
    assert evaluation_texts({"question": "Why?", "answer": LONG, "id": 7}) == [
        ItemText("question", "Why?"),
        ItemText("answer", LONG),
    ]
    assert evaluation_texts({"prompt": "Why?", "answer": "Because."}) == [
        ItemText("prompt", "Why?"),
        LeftOut("answer", "short_answer"),
    ]


def test_columns_are_found_in_any_case_and_under_the_names_that_are_given() -> None:
    assert evaluation_texts({"QUESTION": "Why?"}) == [ItemText("question", "Why?")]
    assert evaluation_texts({"Query": "Why?", "text": "T"}, {"question": "query"}) == [
        ItemText("question", "Why?"),
        ItemText("text", "T"),
    ]


def test_of_messages_count_what_the_user_asks_and_the_last_answer() -> None:
    messages = [
        {"role": "system", "content": "You are a helpful assistant of a maker of lamps."},
        {"role": "user", "content": "How long does the blue lamp blink after a reset?"},
        {"role": "assistant", "content": LONG},
        {"role": "user", "content": "Thanks a lot"},
        {"role": "assistant", "content": LONG.upper()},
    ]
    assert evaluation_texts({"messages": messages}) == [
        ItemText("messages.1", messages[1]["content"]),
        LeftOut("messages.3", "short_turn"),
        ItemText("messages.4", LONG.upper()),
    ]
    assert evaluation_texts({"messages": messages[3:4]}) == [ItemText("messages.0", "Thanks a lot")]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("why?", "record_not_an_object"),
        ({"id": 1, "answer": LONG}, "text_missing"),
        ({"question": ""}, "text_missing"),
        ({"question": 5}, "field_not_text"),
        ({"messages": [{"role": "user"}]}, "field_not_text"),
        ({"messages": [3]}, "field_not_text"),
        ({"question": "?!"}, "no_words"),
    ],
)
def test_a_record_that_gives_no_text_says_why(record: object, reason: str) -> None:
    found = evaluation_texts(record)
    assert isinstance(found, Rejected)
    assert found.reason == reason
