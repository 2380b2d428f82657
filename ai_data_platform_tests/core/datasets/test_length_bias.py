"""How well lengths alone tell what people liked."""

import numpy as np
import pytest

from ai_data_platform.core.datasets.length_bias import LengthBias, separation


def area(liked: list[int], other: list[int]) -> float | None:
    return separation(np.array(liked), np.array(other))


@pytest.mark.parametrize(
    ("liked", "other", "wanted"),
    [
        ([5, 6], [1, 2], 1.0),
        ([1, 2], [5, 6], 1.0),  # that the short ones win is as easy to learn
        ([1, 2], [1, 2], 0.5),
        ([2, 3, 5], [1, 3], 4.5 / 6),
        ([], [1], None),
        ([1], [], None),
    ],
)
def test_the_area_is_the_share_of_couples_in_the_right_order_and_half_of_equal_ones(
    liked: list[int], other: list[int], wanted: float | None
) -> None:
    assert area(liked, other) == (None if wanted is None else pytest.approx(wanted))


def test_the_area_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    chance = np.random.default_rng(7)
    liked, other = chance.integers(5, 60, 200), chance.integers(0, 50, 150)
    labels = np.repeat([1, 0], [200, 150])
    wanted = metrics.roc_auc_score(labels, np.concatenate([liked, other]))
    assert separation(liked, other) == pytest.approx(wanted)


def test_the_sides_of_a_pair_are_compared_with_each_other_alone() -> None:
    bias = LengthBias()
    for chosen, rejected in ((9, 8), (90, 80), (1, 2), (4, 4)):
        bias.add_pair(chosen, rejected)
    assert (bias.longer_share, bias.auc) == (0.625, 0.625)


def test_that_shorter_answers_win_is_a_bias_too() -> None:
    bias = LengthBias()
    for _ in range(4):
        bias.add_pair(3, 9)
    assert (bias.longer_share, bias.auc) == (0, 1)


def test_single_answers_are_compared_across_prompts() -> None:
    bias = LengthBias()
    for length, liked in ((5, True), (6, True), (1, False), (5, False)):
        bias.add(length, liked=liked)
    assert bias.auc == 0.875
    assert bias.longer_share is None
    assert LengthBias().auc is None
