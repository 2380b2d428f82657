"""Drift by PSI: worked by hand, blind to what chance gives, and told by variable."""

import math
import random
from collections import Counter

import pytest
from scipy.stats import chi2

from ai_data_platform.core.datasets.drift import Drift, drift_between, largest_drift, psi
from ai_data_platform.core.datasets.examples import Example, Turn
from ai_data_platform.core.datasets.lengths import measure_tokens
from ai_data_platform.core.datasets.profile import Profile, Profiler
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer


def profile(answers: list[int], ratings: list[int], split: str = "train") -> Profile:
    counted = Profiler()
    for words, rating in zip(answers, ratings, strict=True):
        turns = (Turn("user", "Why so?"), Turn("assistant", "word " * words))
        counted.add(Example(turns), {"rating": [rating], "split": [split]})
    return counted.profile()


def test_psi_is_the_sum_over_categories_worked_by_hand() -> None:
    # Half a row is added to each of two bins: 30.5, 70.5 of 101 against 50.5, 50.5 of 101.
    p, q = (30.5 / 101, 70.5 / 101), (50.5 / 101, 50.5 / 101)
    wanted = sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True))
    value, chance = psi({"4": 50, "5": 50}, {"4": 30, "5": 70}, numeric=False)
    assert value == pytest.approx(wanted)
    assert chance == pytest.approx(chi2.ppf(0.95, 1) * (1 / 100 + 1 / 100), rel=0.03)


def test_numbers_are_binned_by_the_deciles_of_the_reference() -> None:
    reference = dict.fromkeys(range(1, 101), 10)
    moved = {number + 30: rows for number, rows in reference.items()}
    value, chance = psi(reference, reference, numeric=True)
    assert value == 0
    assert chance == pytest.approx(chi2.ppf(0.95, 9) * 2 / 1_000, rel=0.01)
    value, chance = psi(reference, moved, numeric=True)  # what is above all is an eleventh bin
    assert value > 1
    assert chance == pytest.approx(chi2.ppf(0.95, 10) * 2 / 1_000, rel=0.01)


def test_other_values_than_the_only_one_so_far_are_drift() -> None:
    for moved in ({11: 500}, {9: 500}, {10: 400, 30: 100}):
        assert psi({10: 500}, moved, numeric=True)[0] > 0.25
    assert psi({10: 500}, {10: 80}, numeric=True) == (0, 0)


def test_a_value_that_was_never_seen_before_is_drift_and_not_infinite() -> None:
    value, _ = psi({"en": 1_000}, {"en": 500, "de": 500}, numeric=False)
    assert 1 < value < 10


def test_samples_of_one_distribution_stay_below_chance_nineteen_times_in_twenty() -> None:
    random_numbers = random.Random(5)
    draws = [Counter(random_numbers.choices(range(20), k=300)) for _ in range(400)]
    pairs = zip(draws[::2], draws[1::2], strict=True)
    above = sum(value > chance for value, chance in (psi(a, b, numeric=True) for a, b in pairs))
    assert above <= 20


def test_drift_is_told_by_variable_the_largest_first_and_splits_are_no_variable() -> None:
    old = profile([20] * 200 + [30] * 200, [4, 5] * 200)
    new = profile([20] * 400, [4, 5, 5, 5] * 100, split="test")
    found = drift_between(old, new)
    assert [drift.variable for drift in found] == [
        "words of assistant",
        "rating",
        "messages",
        "words of user",
    ]
    assert [drift.band for drift in found] == ["large", "large", "none", "none"]
    assert largest_drift(found) == found[0].psi


def test_what_chance_gives_is_no_drift() -> None:
    assert Drift("words", psi=0.4, chance=0.5).band == "none"
    assert largest_drift((Drift("words", psi=0.4, chance=0.5),)) == 0
    assert Drift("words", psi=0.2, chance=0.1).band == "moderate"
    assert largest_drift(()) == 0


def test_lengths_by_two_tokenizers_are_not_compared() -> None:
    class Other(WordTokenizer):
        name = "others"

    row = Example((Turn("user", "Why?"), Turn("assistant", "Because.")))
    plain = profile([1], [5])
    mine, yours = (
        plain.with_tokens(measure_tokens([("1", row)], t)) for t in (WordTokenizer(), Other())
    )
    assert "tokens of a row" in {drift.variable for drift in drift_between(mine, mine)}
    assert "tokens of a row" not in {drift.variable for drift in drift_between(mine, yours)}
