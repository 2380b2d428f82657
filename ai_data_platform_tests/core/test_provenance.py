from collections.abc import Callable

import pytest

from ai_data_platform.core.provenance import (
    Fate,
    Place,
    decide,
    first_words,
    place_of,
    placeholders,
)

ROW = Fate("sft", None, "row", "split", rows=("c1",), split="train")
DROP = Fate("sft", None, "dropped", "duplicates", "near_duplicate")
CLEAN = Fate("sft", None, "dropped", "clean", "unrated")


def never() -> bool:
    raise AssertionError("asked though it decides nothing")


def test_what_one_side_says_alone_is_the_fate_and_costs_no_comparison() -> None:
    found = [
        decide("sft", "v1", own, before, built_since=never)
        for own, before in (([ROW], []), ([DROP], []), ([], [CLEAN]))
    ]
    assert [(fate.state, fate.version) for fate in found] == [
        ("row", "v1"),
        ("dropped", "v1"),
        ("dropped", "v1"),
    ]


def test_the_same_said_by_version_and_lake_counts_once_as_the_version_says_it() -> None:
    detailed = Fate("sft", None, "dropped", "clean", "unrated", "seen by the version")
    fate = decide("sft", "v1", [detailed], [CLEAN], built_since=never)
    assert fate.detail == "seen by the version"


@pytest.mark.parametrize(
    ("own", "before", "since", "state", "reason"),
    [
        ([ROW], [CLEAN], False, "row", None),  # the rules changed after the version was made
        ([ROW], [CLEAN], True, "unaccounted", "said_to_go_two_ways"),
        ([ROW, DROP], [], True, "unaccounted", "said_to_go_two_ways"),
        ([ROW, DROP], [], False, "unaccounted", "said_to_go_two_ways"),
        ([], [], False, "waiting", "not_built_since"),
        ([], [], True, "unaccounted", "in_no_table"),
    ],
)
def test_two_ways_or_none_are_a_defect_unless_the_lake_moved_on(
    own: list[Fate], before: list[Fate], since: bool, state: str, reason: str | None
) -> None:
    fate = decide("sft", "v1", own, before, built_since=lambda: since)
    assert (fate.state, fate.reason) == (state, reason)


def test_before_the_first_candidate_every_record_waits() -> None:
    assert decide("sft", None, [], [], built_since=never).state == "waiting"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("logs/2025-03-03.jsonl:17", Place("logs/2025-03-03.jsonl", 17)),
        ("s3://bucket/a.jsonl:0", Place("s3://bucket/a.jsonl", 0)),
        ("odd:name.csv:2", Place("odd:name.csv", 2)),
        ("2025-03-03.jsonl", None),
        ("file:line", None),
        (":3", None),
    ],
)
def test_a_place_is_a_file_and_a_line(text: str, place: Place | None) -> None:
    assert place_of(text) == place
    assert place is None or str(place) == text


def test_placeholders_are_counted_by_kind_and_nothing_else_in_brackets_is() -> None:
    texts = (
        "Write to [EMAIL_1] or [EMAIL_2], call [PHONE_1].",
        "[EMAIL_1] [1] [note_1] [URL_CREDENTIALS_3]",
    )
    assert placeholders(*texts) == {"EMAIL": 3, "PHONE": 1, "URL_CREDENTIALS": 1}


@pytest.mark.parametrize(
    ("cut", "text", "expected"),
    [
        (first_words, "one\n two", "one two"),
        (lambda text: first_words(text, 8), "a longer text", "a longe…"),
        (lambda text: first_words(text, 8), "short   " + " " * 100 + "tail", "short…"),
    ],
)
def test_first_words_stand_on_one_line(cut: Callable[[str], str], text: str, expected: str) -> None:
    assert cut(text) == expected
