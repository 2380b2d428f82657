"""What is measured on preference rows, and what each fault does to the verdict."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.core.gates import judge
from ai_data_platform.core.preference.gate import (
    PreferenceMeasures,
    PreferenceThresholds,
    preference_rules,
    unpaired_rules,
)
from ai_data_platform.core.preference.kinds import PAIRS, UNPAIRED
from ai_data_platform.core.preference.row_faults import (
    equal_after_truncation,
    near_equal_sides,
)
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer
from ai_data_platform_tests.preference_building import pair, says, single

LENIENT = PreferenceThresholds(max_length_bias=1, min_label_rows=1)
LIMIT = 400


def figures(rows: Sequence[Mapping[str, Any]], kind: Any = PAIRS) -> dict[str, float | None]:
    looked = [near_equal_sides(0.95), equal_after_truncation(WordTokenizer(), LIMIT)]
    measures = PreferenceMeasures(kind, looked if kind is PAIRS else ())
    batches = pa.Table.from_pylist(list(rows), kind.schema).to_batches(max_chunksize=2)
    assert list(measures.passing("train", batches)) == batches
    sizes = {"rows": len(rows), "train_rows": len(rows), "ratings_unaccounted": 0}
    return {**sizes, **measures.figures()}


def broken(
    rows: Sequence[Mapping[str, Any]],
    kind: Any = PAIRS,
    thresholds: PreferenceThresholds = LENIENT,
) -> list[str]:
    rules = preference_rules(thresholds) if kind is PAIRS else unpaired_rules(thresholds)
    verdict = judge("d", "f", figures(rows, kind), rules, code_version="1")
    return [reason.split()[0] for reason in verdict.reasons]


def test_good_rows_pass_and_none_never_do() -> None:
    assert broken([pair(n) for n in range(6)]) == []
    assert broken([single(n) for n in range(6)], UNPAIRED) == []
    assert broken([]) == ["rows", "train_rows", "duplicate_rate", "length_bias_auc"]
    nothing = ["rows", "train_rows", "duplicate_rate", "rows_of_the_rarer_label", "label_imbalance"]
    assert broken([], UNPAIRED) == nothing


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"chosen": says("assistant", " \n")}, ["empty_sides"]),
        ({"rejected": []}, ["empty_sides"]),
        ({"rejected": says("assistant", "TURN  it clockwise until the hissing stops.")}, ["equal"]),
        ({"rejected": says("assistant", "Turn it clockwise until the hissing stops!")}, ["near"]),
        ({"prompt": says("assistant", "Hello")}, ["prompt_mismatches"]),
        ({"prompt": []}, ["prompt_mismatches"]),
        ({"chosen": [*says("user", "Why?"), *says("assistant", "So.")]}, ["prompt_mismatches"]),
        ({"prompt": [*says("user", "Why?"), *says("user", "How?")]}, ["prompt_mismatches"]),
        ({"chosen_rating": 1.0}, ["inverted_ratings"]),
        ({"chosen_rating": None, "origin": "edit"}, []),
    ],
)
def test_one_bad_pair_blocks(changes: dict[str, Any], wanted: list[str]) -> None:
    named = {"equal": ["contradictions", "equal_sides"], "near": ["near_equal_sides"]}
    whole = [name for one in wanted for name in named.get(one, [one])]
    found = broken([pair(0, **changes), *(pair(n) for n in range(1, 6))])
    assert sorted(found) == sorted(whole)


def test_an_edit_may_differ_in_one_sign() -> None:
    small = {"rejected": says("assistant", "Turn it clockwise until the hissing stops!")}
    assert broken([pair(0, origin="edit", chosen_rating=None, **small), pair(1)]) == []


def test_sides_that_differ_behind_the_limit_alone_block() -> None:
    words = " ".join(f"w{n}" for n in range(LIMIT))
    late = {"chosen": says("assistant", f"{words} yes"), "rejected": says("assistant", words)}
    early = {"chosen": says("assistant", f"yes {words}"), "rejected": says("assistant", words)}
    assert figures([pair(0, **late), pair(1)])["equal_after_truncation"] == 1
    assert figures([pair(0, **early), pair(1)])["equal_after_truncation"] == 0


def test_pairs_that_say_the_opposite_of_each_other_block() -> None:
    against = pair(7, prompt=pair(1)["prompt"])
    against |= {"chosen": pair(1)["rejected"], "rejected": pair(1)["chosen"]}
    assert broken([pair(1), against, pair(2)]) == ["contradictions"]
    liked, disliked = single(2), single(8, prompt=single(2)["prompt"], label=False)
    disliked["completion"] = liked["completion"]
    assert broken([liked, disliked], UNPAIRED) == ["contradictions"]


def test_repeated_rows_block_above_the_share_that_is_allowed() -> None:
    rows = [pair(n, rejected=says("assistant", f"No idea, says {n}.")) for n in range(10)]
    assert broken([*rows, rows[0] | {"pair_id": "p77"}]) == ["duplicate_rate"]
    assert broken(rows * 1) == []


def test_answers_that_win_by_their_length_block_pairs_and_are_shown_of_single_answers() -> None:
    long = says("assistant", "Well, it depends on quite a few things, all of them small.")
    short = says("assistant", "No.")
    pairs = [pair(n, chosen=long, rejected=short) for n in range(5)]
    assert broken(pairs, thresholds=PreferenceThresholds()) == ["length_bias_auc"]
    singles = [
        single(n, completion=long if n % 2 == 0 else short, prompt=says("user", f"Why {n}?"))
        for n in range(20)
    ]
    assert broken(singles, UNPAIRED, PreferenceThresholds()) == []
    assert figures(singles, UNPAIRED)["length_bias_auc"] == 1


def test_too_few_disliked_answers_block() -> None:
    rows = [single(n, label=n > 0, rating=5.0) for n in range(8)]
    found = figures(rows, UNPAIRED)
    assert (found["rows_of_the_rarer_label"], found["label_imbalance"]) == (1, 7)
    assert broken(rows, UNPAIRED, PreferenceThresholds()) == ["rows_of_the_rarer_label"]
    imbalanced = PreferenceThresholds(max_label_imbalance=6, min_label_rows=1)
    assert broken(rows, UNPAIRED, imbalanced) == ["label_imbalance"]


def test_the_figures_are_measured_on_the_rows() -> None:
    rows = [single(0), single(1), single(2, user_hash="v0"), single(3, prompt=single(0)["prompt"])]
    assert figures(rows, UNPAIRED) == {
        "rows": 4,
        "train_rows": 4,
        "ratings_unaccounted": 0,
        "empty_sides": 0,
        "prompt_mismatches": 0,
        "contradictions": 0,
        "response_words_p5": 7.0,
        "duplicate_rate": 0.0,
        "length_bias_auc": 0.75,
        "largest_user_share": 0.5,
        "largest_prompt_share": 0.5,
        "label_imbalance": 1.0,
        "rows_of_the_rarer_label": 2,
    }


def test_the_place_of_the_winner_is_told_from_thirty_pairs_on() -> None:
    rows = [
        pair(n, chosen_position=1.0 + (n < 6), rejected_position=2.0 - (n < 6)) for n in range(30)
    ]
    assert figures(rows)["position_bias"] == 0.8
    assert figures(rows[:29])["position_bias"] is None
