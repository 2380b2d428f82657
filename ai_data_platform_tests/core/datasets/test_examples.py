"""Rows of every format as turns, and why a row cannot train."""

from typing import Any

import pytest

from ai_data_platform.core.datasets.examples import (
    Example,
    Fault,
    Format,
    Turn,
    detect_format,
    read_example,
)

ASKED = {"role": "user", "content": "Why is the sky blue?"}
SAID = {"role": "assistant", "content": "Short waves scatter more."}
OTHER = {"role": "assistant", "content": "Because."}
SPOKEN = (Turn("user", ASKED["content"]), Turn("assistant", SAID["content"]))


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"messages": [], "id": 1}, "messages"),
        ({"prompt": "", "chosen": "", "rejected": ""}, "prompt/chosen/rejected"),
        ({"chosen": [], "rejected": []}, "prompt/chosen/rejected"),
        ({"prompt": "", "completion": ""}, "prompt/completion"),
        ({"prompt": "", "completion": "", "label": False}, "prompt/completion/label"),
        ({"prompt": "", "completion": "", "label": "billing"}, "prompt/completion"),
        ({"instruction": "", "input": "", "output": ""}, "alpaca"),
        ({"conversations": []}, "sharegpt"),
        ({"text": "", "label": 1}, "text,label"),
        ({"question": "", "answer": ""}, None),
    ],
)
def test_a_format_is_known_by_its_columns(record: dict[str, Any], kind: Format | None) -> None:
    assert detect_format(record) == kind


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("messages", {"messages": [ASKED, SAID]}),
        ("prompt/completion", {"prompt": ASKED["content"], "completion": SAID["content"]}),
        ("prompt/completion", {"prompt": [ASKED], "completion": [SAID]}),
        ("alpaca", {"instruction": ASKED["content"], "input": "", "output": SAID["content"]}),
        (
            "sharegpt",
            {
                "conversations": [
                    {"from": "human", "value": ASKED["content"]},
                    {"from": "gpt", "value": SAID["content"]},
                ]
            },
        ),
    ],
)
def test_the_same_conversation_is_the_same_example_in_every_format(
    kind: Format, record: dict[str, Any]
) -> None:
    assert read_example(record, kind) == Example(SPOKEN)


def test_an_alpaca_row_joins_instruction_and_input_after_system_and_history() -> None:
    record = {
        "instruction": "Translate.",
        "input": "Guten Tag",
        "output": "Good day",
        "system": "Be brief.",
        "history": [["Hello", "Hi"]],
    }
    assert read_example(record, "alpaca") == Example(
        (
            Turn("system", "Be brief."),
            Turn("user", "Hello"),
            Turn("assistant", "Hi"),
            Turn("user", "Translate.\nGuten Tag"),
            Turn("assistant", "Good day"),
        )
    )


def test_several_results_of_one_tool_call_may_follow_each_other() -> None:
    called = {"role": "assistant", "content": None, "tool_calls": [{"name": "weather"}]}
    results = [{"role": "tool", "content": "12 °C"}, {"role": "tool", "content": "rain"}]
    example = read_example({"messages": [ASKED, called, *results, SAID]}, "messages")
    assert isinstance(example, Example)
    assert [turn.role for turn in example.turns] == [
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
    ]


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([], "no_messages"),
        ("[]", "wrong_type"),
        ([ASKED, "text"], "wrong_type"),
        ([ASKED, {"role": "assistant", "content": ["part"]}], "wrong_type"),
        ([ASKED, {"role": "narrator", "content": "x"}], "unknown_role"),
        ([SAID, ASKED], "first_turn_not_user"),
        ([{"role": "system", "content": "Be brief."}], "first_turn_not_user"),
        ([ASKED, ASKED, SAID], "roles_do_not_alternate"),
        ([ASKED, SAID, SAID], "roles_do_not_alternate"),
        ([ASKED, SAID, {"role": "system", "content": "x"}, SAID], "roles_do_not_alternate"),
        ([ASKED], "last_turn_not_assistant"),
        ([ASKED, {"role": "assistant", "content": " \n"}], "empty_content"),
        ([ASKED, {"role": "assistant", "content": "half an emoji \ud83d"}], "lone_surrogate"),
    ],
)
def test_a_row_that_a_trainer_would_drop_or_misread_says_why(messages: Any, reason: str) -> None:
    fault = read_example({"messages": messages}, "messages")
    assert isinstance(fault, Fault)
    assert fault.reason == reason


def test_a_row_of_another_shape_names_what_is_missing() -> None:
    assert read_example(["a"], "messages") == Fault("not_an_object", "saw list, wanted an object")
    missing = Fault("missing_column", "output is missing, wanted alpaca")
    assert read_example({"instruction": "x"}, "alpaca") == missing


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": [ASKED], "chosen": [SAID], "rejected": [OTHER]},
        {"prompt": ASKED["content"], "chosen": SAID["content"], "rejected": OTHER["content"]},
        {"chosen": [ASKED, SAID], "rejected": [ASKED, OTHER]},  # an implicit prompt
        {"prompt": ASKED["content"], "chosen": [ASKED, SAID], "rejected": [ASKED, OTHER]},
    ],
)
def test_a_pair_is_one_prompt_and_two_answers_however_it_is_written(record: dict[str, Any]) -> None:
    assert read_example(record, "prompt/chosen/rejected") == Example(
        SPOKEN[:1], SPOKEN[1:], (Turn("assistant", "Because."),)
    )


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"prompt": [ASKED], "chosen": [SAID], "rejected": [SAID]}, "equal_sides"),
        (
            {"prompt": "x?", "chosen": "The  SAME answer", "rejected": "the same answer"},
            "equal_sides",
        ),
        (
            {"chosen": [ASKED, SAID], "rejected": [{**ASKED, "content": "Why?"}, OTHER]},
            "prompts_differ",
        ),
        ({"chosen": [SAID], "rejected": [OTHER]}, "missing_column"),
        (
            {"prompt": [ASKED, SAID], "chosen": [OTHER], "rejected": [SAID]},
            "prompt_not_ending_with_the_user",
        ),
        ({"prompt": [ASKED], "chosen": [SAID], "rejected": ""}, "empty_content"),
    ],
)
def test_a_pair_that_teaches_nothing_says_why(record: dict[str, Any], reason: str) -> None:
    fault = read_example(record, "prompt/chosen/rejected")
    assert isinstance(fault, Fault)
    assert fault.reason == reason


def test_a_labelled_text_needs_both() -> None:
    assert read_example({"text": "good", "label": 0}, "text,label") == Example(
        (Turn("user", "good"),)
    )
    for record, reason in (
        ({"text": "good", "label": None}, "missing_label"),
        ({"text": 3, "label": 1}, "wrong_type"),
        ({"text": "", "label": 1}, "empty_content"),
    ):
        fault = read_example(record, "text,label")
        assert isinstance(fault, Fault)
        assert fault.reason == reason


def test_a_liked_answer_is_to_be_learnt_and_a_disliked_one_is_not() -> None:
    row = {"prompt": [ASKED], "completion": [SAID]}
    liked = read_example({**row, "label": True}, "prompt/completion/label")
    disliked = read_example({**row, "label": False}, "prompt/completion/label")
    assert liked == Example(SPOKEN, liked=True)
    assert isinstance(liked, Example)
    assert isinstance(disliked, Example)
    assert (liked.answers, disliked.answers) == ([SAID["content"]], [])


def test_a_label_that_is_no_boolean_is_a_fault() -> None:
    row = {"prompt": [ASKED], "completion": [SAID], "label": 1}
    found = read_example(row, "prompt/completion/label")
    assert found == Fault("label_not_boolean", "saw 1, wanted true or false")
