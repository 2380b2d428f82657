"""What one more label is worth, by hand-worked cases."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.annotation import Contest, chance_of_change

RATINGS = st.lists(st.integers(1, 5), max_size=6)
VOTES = st.tuples(*[st.integers(0, 6)] * 3)


@pytest.mark.parametrize(
    ("contest", "expected"),
    [
        # No ratings, no pair: any choice but a tie makes one.
        pytest.param(Contest([], []), 2 / 3, id="nobody rated either"),
        # One rated 5, the other not at all: 5 and 1 make a pair; 3 for a tie makes 4 to 3, a pair too;
        # 1 to 5 makes means of 3 and 5, the other way round.
        pytest.param(Contest([5], []), 1.0, id="one of the two is rated"),
        # One vote for the first, 5 to 1. Another: stays. Against: 3 to 3, no pair. A tie: 4 to 2 stays.
        pytest.param(Contest([5], [1], (1, 0, 0)), 0.5 / 2.5, id="one clear vote"),
        # 5 to 1 and 1 to 5: means 3 to 3. Either choice decides, a tie does not.
        pytest.param(Contest([5, 1], [1, 5], (1, 1, 0)), 3 / 3.5, id="one against one"),
        # 5 to 1 twice. Against: means 11/3 to 7/3, still a pair.
        pytest.param(Contest([5, 5], [1, 1], (2, 0, 0)), 0.0, id="two who agree"),
        # 4 to 3: just a pair. For: 4.5 to 2. Against: 2.5 to 4, the other way. A tie: 3.5 to 3, none.
        pytest.param(Contest([4], [3], (1, 0, 0)), 2 * 0.5 / 2.5, id="just at the margin"),
    ],
)
def test_the_chance_is_that_of_the_labels_that_would_change_the_outcome(
    contest: Contest, expected: float
) -> None:
    assert chance_of_change(contest, 1.0) == pytest.approx(expected, abs=1e-12)


def test_a_margin_of_thirds_is_decided_exactly() -> None:
    first, second = [4, 4, 5], [3, 4, 3]  # 13/3 and 10/3: exactly 1
    assert Contest(first, second).margin == pytest.approx(1.0)
    tie_after = chance_of_change(Contest(first, second, (0, 0, 999)), 1.0)
    assert tie_after == pytest.approx(1.0, abs=1e-3)  # 16/4 and 13/4: 0.75, no pair any more


@given(first=RATINGS, second=RATINGS, votes=VOTES)
def test_it_is_a_probability_and_the_same_whichever_answer_comes_first(
    first: list[int], second: list[int], votes: tuple[int, int, int]
) -> None:
    chance = chance_of_change(Contest(first, second, votes), 1.0)
    turned = Contest(second, first, (votes[1], votes[0], votes[2]))
    assert 0 <= chance <= 1 + 1e-12
    assert chance_of_change(turned, 1.0) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("contest", "expected"),
    [
        (Contest([], [3]), "unrated"),
        (Contest([5, 1], [1, 5], (1, 1, 0)), "disagreement"),
        (Contest([4], [3], (1, 0, 0)), "near_margin"),
        (Contest([5], [1], (1, 0, 0)), "few_raters"),
    ],
)
def test_each_item_says_why_it_is_asked(contest: Any, expected: str) -> None:
    assert contest.reason(1.0) == expected
