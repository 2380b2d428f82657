"""What tells chosen from rejected without reading them."""

import numpy as np
import pytest

from ai_data_platform.core.preference import PREFERENCE_SCHEMA, bias_figures
from ai_data_platform.core.preference.bias import gini
from ai_data_platform_tests.core.preference.rating_tables import Row, answer, build, rated


def test_length_place_and_owner_of_four_pairs() -> None:
    exchanges, ratings = [], []
    sides = [("Long answer.", "No.", 1, 2), ("Yes, yes.", "No.", 1, 2), ("No.", "No, sir.", 2, 1)]
    for number, (chosen, rejected, first, second) in enumerate([*sides, ("Ye", "No", 1, 1)]):
        told: Row = {"conversation_id": f"c{number}"}
        owner: Row = {**told, "user_hash": "one" if number < 3 else None, "user_message": "Well?"}
        exchanges.append(answer("a0", assistant_message=chosen, **owner))
        exchanges.append(answer("b0", assistant_message=rejected, **owner))
        ratings += rated("a0", 5, record_id=f"a{number}", shown_position=first, **told)
        ratings += rated("b0", 1, record_id=f"b{number}", shown_position=second, **told)

    assert bias_figures(build(exchanges, ratings).pairs) == {
        "chosen_longer_share": 2.5 / 4,
        "length_ratio_median": (3 / 1 + 1) / 2,
        "length_auc": (4 + 4 + 2 + 0.5) / 16,
        "pairs_with_positions": 3,
        "chosen_first_share": 2 / 3,
        "chosen_first_low": pytest.approx(0.0943, abs=5e-5),  # R: binom.test(2, 3)
        "chosen_first_high": pytest.approx(0.9916, abs=5e-5),
        "largest_user_share": 0.75,
        "user_gini": 0.25,
        "largest_prompt_share": 1.0,
        "prompt_gini": 0.0,
        "largest_conversation_share": 0.25,
        "conversation_gini": 0.0,
    }


def test_nothing_can_be_told_of_no_pair() -> None:
    figures = bias_figures(PREFERENCE_SCHEMA.empty_table())
    assert {name for name, value in figures.items() if value is not None} == {
        "pairs_with_positions"
    }


@pytest.mark.parametrize(
    ("counts", "expected"), [([3, 3, 3], 0.0), ([0, 0, 4], 2 / 3), ([1, 2, 3, 4], 0.25), ([], None)]
)
def test_gini_is_zero_for_equals_and_near_one_when_one_has_all(
    counts: list[int], expected: float | None
) -> None:
    assert gini(np.array(counts, np.int64)) == expected
