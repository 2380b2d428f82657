"""The rules of a training dataset on rows of any format: figures, first offenders, and what is asked."""

from typing import Any

import pytest

from ai_data_platform.core.datasets.checks import CheckedRows, DatasetCheck, Finding, file_rules
from ai_data_platform.core.datasets.examples import Fault, Format
from ai_data_platform.core.datasets.sft_gate import SftThresholds
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.gates import judge
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer


def chat(
    number: int, answer: str = "Hold the button until it blinks.", **more: Any
) -> dict[str, Any]:
    asked = {"role": "user", "content": f"How is part {number} reset?"}
    return {"messages": [asked, {"role": "assistant", "content": f"{answer} {number}"}], **more}


def checked(
    rows: list[Any], kind: Format = "messages", *, split: str | None = None, **options: Any
) -> CheckedRows:
    check = DatasetCheck(kind, **options)
    for line, row in enumerate(rows, start=1):
        check.add("f.jsonl", line, row, split=split)
    return check.result(WordTokenizer(), 40)


def broken(rows: CheckedRows) -> list[str]:
    rules = file_rules(rows, SftThresholds())
    verdict = judge("f", "", rows.figures, rules, code_version="1")
    return [rule.figure for rule in rules if rule.failure(verdict.figures)]


def test_a_sound_file_passes_every_rule() -> None:
    found = checked([chat(n, rating=4 + n % 2) for n in range(20)])
    assert broken(found) == []
    assert (found.figures["rows"], found.figures["lines"], found.label) == (20, 20, "rating")
    assert found.labels == {"4": 10, "5": 10}
    assert found.findings == {}
    assert [rule.figure for rule in file_rules(found, SftThresholds())] == [
        "rows",
        "unreadable_lines",
        "malformed_rows",
        "response_words_p5",
        "untrainable_share",
        "duplicate_rate",
        "label_imbalance",
    ]


def test_an_empty_file_passes_none() -> None:
    assert broken(checked([])) == [
        "rows",
        "response_words_p5",
        "untrainable_share",
        "duplicate_rate",
    ]


def test_lines_that_cannot_be_read_and_rows_that_cannot_train_are_counted_apart() -> None:
    check = DatasetCheck("messages")
    check.unreadable("f.jsonl", 1, Fault("not_json", "unexpected character"), "{bad")
    check.add("f.jsonl", 2, {"messages": []})
    check.add("f.jsonl", 3, chat(1))
    found = check.result(WordTokenizer())
    assert found.faults == {"no_messages": 1, "not_json": 1}
    assert (found.figures["rows"], found.figures["lines"]) == (1, 3)
    assert broken(found) == ["unreadable_lines", "malformed_rows"]
    assert found.findings["unreadable_lines"] == (
        Finding("f.jsonl:1", "not_json: unexpected character", "{bad"),
    )
    assert found.findings["malformed_rows"][0].place == "f.jsonl:2"


def test_short_answers_are_named_by_line_and_break_the_rule_from_one_in_twenty_on() -> None:
    rows = [chat(n) for n in range(39)]
    assert broken(checked([*rows, chat(39, "Yes")])) == []
    found = checked([*rows, chat(39, "Yes"), chat(40, "No"), chat(41, "Ok")])
    assert broken(found) == ["response_words_p5"]
    assert found.findings["response_words_p5"][0] == Finding(
        "f.jsonl:40", "short_answer: 2 words, fewer than 5", "Yes 39"
    )


def test_a_repeated_row_names_the_line_that_it_repeats_whatever_its_case_and_spaces() -> None:
    shouted = chat(3, "HOLD  the button until it blinks.")
    found = checked([*(chat(n) for n in range(18)), shouted])
    assert found.figures["duplicate_rate"] == 1 / 19
    assert broken(found) == ["duplicate_rate"]
    assert found.findings["duplicate_rate"] == (Finding("f.jsonl:19", "repeats f.jsonl:4"),)


def test_a_row_in_two_splits_is_found() -> None:
    check = DatasetCheck("messages")
    for split, numbers in (("train", range(40)), ("test", range(39, 44))):
        for line, number in enumerate(numbers, start=1):
            check.add(f"{split}.jsonl", line, chat(number), split=split)
    found = check.result(WordTokenizer())
    assert broken(found) == ["rows_in_two_splits"]
    assert found.findings["rows_in_two_splits"] == (
        Finding("test.jsonl:1", "stands in another split too: train.jsonl:40"),
    )


@pytest.mark.parametrize(("rare", "holds"), [(4, True), (3, False)])
def test_the_commonest_label_may_be_ten_times_the_rarest(rare: int, *, holds: bool) -> None:
    rows = [{"text": f"text {n}", "label": "good" if n >= rare else "bad"} for n in range(44)]
    found = checked(rows, "text,label")
    assert found.labels == {"bad": rare, "good": 44 - rare}
    assert broken(found) == ([] if holds else ["label_imbalance"])


def test_a_column_of_labels_may_be_named_and_must_hold_labels() -> None:
    rows = [chat(n, topic=["a", "b"][n % 2]) for n in range(10)]
    assert checked(rows).label is None
    assert checked(rows, label="topic").labels == {"a": 5, "b": 5}
    with pytest.raises(ConfigurationError, match="more than 1,000 different values"):
        checked([chat(n, topic=n) for n in range(1_001)], label="topic")


def test_equal_and_differing_sides_of_pairs_have_rules_of_their_own() -> None:
    asked = {"role": "user", "content": "Which is it?"}
    good = {"role": "assistant", "content": "The first of the two, I think."}
    bad = {"role": "assistant", "content": "No idea."}
    rows = [
        {"prompt": [asked], "chosen": [good], "rejected": [bad]},
        {"prompt": [asked], "chosen": [good], "rejected": [good]},
        {"chosen": [asked, good], "rejected": [{**asked, "content": "What?"}, bad]},
    ]
    found = checked(rows, "prompt/chosen/rejected")
    assert broken(found) == ["equal_sides", "prompts_that_differ"]
    assert found.figures["malformed_rows"] == 0


def test_a_row_whose_answer_begins_behind_the_limit_is_named() -> None:
    long = chat(1)
    long["messages"][0]["content"] = "why " * 60
    found = checked([long, *(chat(n) for n in range(2, 12))])
    assert found.figures["untrainable_share"] == 1 / 11
    assert found.findings["untrainable_share"] == (
        Finding("f.jsonl:1", "no token to learn from within 40"),
    )


def test_the_sample_for_tokens_is_bounded_and_the_other_figures_are_not() -> None:
    found = checked([chat(n) for n in range(50)], sample=10)
    assert found.profile.tokens is not None
    assert found.profile.tokens.sampled == 10
    assert found.profile.rows == 50


def judged(number: int, words: int, *, liked: bool) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": f"Question {number}?"}],
        "completion": [{"role": "assistant", "content": f"Answer {number}" + " so" * words}],
        "label": liked,
    }


def test_of_labelled_answers_only_liked_ones_may_not_be_short() -> None:
    rows = [judged(n, 9 * (n % 2), liked=n % 2 == 1) for n in range(20)]
    found = checked(rows, "prompt/completion/label")
    assert broken(found) == []
    assert found.figures["length_bias_auc"] == 1
    assert found.labels == {"False": 10, "True": 10}
    assert set(found.profile.words) == {"disliked", "liked", "user"}


def test_pairs_that_their_lengths_give_away_are_told_from_thirty_on() -> None:
    asked = {"role": "user", "content": "Which is it?"}
    rows = [
        {
            "prompt": [asked],
            "chosen": [{"role": "assistant", "content": f"The first of {n}, I am quite sure."}],
            "rejected": [{"role": "assistant", "content": f"No idea, {n}."}],
            "chosen_position": 1,
            "rejected_position": 2,
        }
        for n in range(30)
    ]
    assert broken(checked(rows[:29], "prompt/chosen/rejected")) == []
    found = checked(rows, "prompt/chosen/rejected")
    assert broken(found) == ["length_bias_auc"]
    assert found.profile.categories["longer_answer"] == {"chosen": 30}
    assert found.profile.categories["shown_first"] == {"chosen": 30}
