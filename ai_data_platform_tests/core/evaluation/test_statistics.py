import itertools
import math
import random
from statistics import NormalDist, stdev

import numpy as np
import pytest

from ai_data_platform.core.evaluation import statistics
from ai_data_platform.core.evaluation.statistics import (
    Interval,
    detectable_drop,
    error_of_mean,
    lower_bounds,
    mean_lower_bound,
)

VALUES = [0.0, -0.1, 0.3, 0.2, -0.4, 0.1, 0.0, 0.25]
CLUSTERS = ["a", "a", "b", "c", "c", "c", "d", "e"]


def exact_means(values: list[float], clusters: list[str]) -> list[float]:
    """The mean of every possible draw of as many clusters as there are, each equally likely."""
    own = [
        [value for value, name in zip(values, clusters, strict=True) if name == cluster]
        for cluster in sorted(set(clusters))
    ]
    draws = (list(itertools.chain(*draw)) for draw in itertools.product(own, repeat=len(own)))
    return sorted(math.fsum(draw) / len(draw) for draw in draws)


def test_the_bound_is_the_quantile_over_all_possible_draws_of_clusters() -> None:
    exact = exact_means(VALUES, CLUSTERS)
    assert len(exact) == 5**5
    interval = mean_lower_bound(VALUES, CLUSTERS, draws=50_000)
    assert (interval.mean, interval.clusters, interval.n) == (pytest.approx(0.04375), 5, 8)
    assert exact[int(0.045 * 5**5)] <= interval.lower <= exact[int(0.055 * 5**5)]


def test_the_order_of_the_values_does_not_count() -> None:
    pairs = list(zip(VALUES, CLUSTERS, strict=True))
    expected = mean_lower_bound(VALUES, CLUSTERS)
    for seed in range(5):
        shuffled = random.Random(seed).sample(pairs, len(pairs))
        values, clusters = zip(*shuffled, strict=True)
        assert mean_lower_bound(values, clusters) == expected


def test_the_memory_limit_does_not_change_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = mean_lower_bound(VALUES, CLUSTERS)
    monkeypatch.setattr(statistics, "_DRAWN_AT_ONCE", 17)
    assert mean_lower_bound(VALUES, CLUSTERS) == expected


def test_the_seed_alone_decides_the_draws() -> None:
    noisy = np.random.default_rng(1).normal(size=60).tolist()
    clusters = [str(number) for number in range(60)]
    assert mean_lower_bound(noisy, clusters) == mean_lower_bound(noisy, clusters)
    assert mean_lower_bound(noisy, clusters) != mean_lower_bound(noisy, clusters, seed=1)


def test_series_bounded_together_have_the_bounds_that_each_has_alone() -> None:
    generator = np.random.default_rng(4)
    clusters = [str(number // 2) for number in range(80)]
    series = {name: generator.random(80).tolist() for name in "abc"}
    alone = {name: mean_lower_bound(values, clusters) for name, values in series.items()}
    assert lower_bounds(series, clusters) == alone
    assert lower_bounds({}, clusters) == {}


def test_the_errors_of_scores_shrink_in_their_mean() -> None:
    assert error_of_mean([0.2] * 4, 4) == pytest.approx(0.1)
    assert error_of_mean([0.3, 0.4, 0.0, 0.0, 0.0], 5) == pytest.approx(0.1)
    assert error_of_mean([], 0) == 0.0


def test_the_scorers_own_error_adds_to_the_bound_as_variances_add() -> None:
    plain = mean_lower_bound(VALUES, CLUSTERS)
    noisy = mean_lower_bound(VALUES, CLUSTERS, error=0.05)
    expected = math.hypot(plain.mean - plain.lower, 1.6448536 * 0.05)
    assert noisy.mean == plain.mean
    assert noisy.mean - noisy.lower == pytest.approx(expected)
    assert mean_lower_bound([0.1], ["a"], error=0.05).lower == -math.inf


def test_with_few_clusters_a_noisy_judge_needs_the_wider_bound() -> None:
    """A judge that is asked 3 times an answer and errs by 0.3 each time, on 10 answers a trial."""
    generator = np.random.default_rng(9)
    clusters = [str(number) for number in range(10)]
    plain = widened = 0
    for _ in range(600):
        true = generator.normal(0.7, 0.1, size=(10, 1))
        repeats = true + generator.normal(0, 0.3, size=(10, 3))
        errors = repeats.std(axis=1, ddof=1) / math.sqrt(3)
        error = error_of_mean(errors.tolist(), 10)
        values = repeats.mean(axis=1).tolist()
        plain += mean_lower_bound(values, clusters, draws=400).lower <= 0.7
        widened += mean_lower_bound(values, clusters, draws=400, error=error).lower <= 0.7
    assert plain / 600 < 0.94
    assert widened / 600 >= 0.95


def test_equal_differences_have_no_spread() -> None:
    assert mean_lower_bound([0.5] * 6, list("aabbcc")) == Interval(0.5, 0.5, 3, 6)


def test_one_cluster_bounds_nothing_however_many_values_it_holds() -> None:
    assert mean_lower_bound([0.1] * 50, ["a"] * 50).lower == -math.inf
    assert detectable_drop([0.1] * 50, ["a"] * 50) == math.inf


def test_values_that_stand_and_fall_together_give_a_lower_bound() -> None:
    generator = np.random.default_rng(3)
    values = np.repeat(generator.normal(0, 0.2, size=30), 10).tolist()
    together = [str(number // 10) for number in range(300)]
    apart = [str(number) for number in range(300)]
    assert mean_lower_bound(values, together).lower < mean_lower_bound(values, apart).lower
    assert detectable_drop(values, together) > 2.5 * detectable_drop(values, apart)


def test_the_bound_lies_below_the_true_mean_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    clusters = [str(number // 3) for number in range(120)]
    covered = 0
    for _ in range(300):
        shared = np.repeat(generator.normal(0, 0.1, size=40), 3)
        values = 0.2 + shared + generator.normal(0, 0.1, size=120)
        covered += mean_lower_bound(values.tolist(), clusters, draws=400).lower < 0.2
    assert 0.90 <= covered / 300 <= 0.98


def test_a_detectable_drop_follows_the_sample_size_formula() -> None:
    values = np.random.default_rng(2).normal(0, 0.1, size=96).tolist()
    clusters = [str(number) for number in range(96)]
    expected = (1.6449 + 1.2816) * stdev(values) / math.sqrt(96)
    assert detectable_drop(values, clusters) == pytest.approx(expected, rel=1e-3)


def test_a_margin_of_the_detectable_drop_lets_an_equal_index_pass_at_the_stated_power() -> None:
    generator = np.random.default_rng(11)
    clusters = [str(number) for number in range(96)]
    margin = (NormalDist().inv_cdf(0.95) + NormalDist().inv_cdf(0.9)) * 0.1 / math.sqrt(96)
    passed = sum(
        mean_lower_bound(generator.normal(0, 0.1, 96).tolist(), clusters, draws=400).lower > -margin
        for _ in range(300)
    )
    assert 0.85 <= passed / 300 <= 0.95


def test_no_seen_difference_is_no_proof_that_small_losses_are_seen() -> None:
    twenty = detectable_drop([0.0] * 20, [str(number) for number in range(20)])
    assert twenty == pytest.approx(0.109, abs=1e-3)
    assert (1 - twenty) ** 20 == pytest.approx(0.1)


@pytest.mark.parametrize("bound", [mean_lower_bound, detectable_drop])
@pytest.mark.parametrize(
    ("values", "clusters", "message"),
    [
        ([0.1, math.nan], ["a", "b"], "not finite"),
        ([0.1, -math.inf], ["a", "b"], "not finite"),
        ([0.1], ["a", "b"], "1 values and 2 clusters"),
        ([], [], "no values"),
    ],
)
def test_values_that_prove_nothing_are_refused(bound, values, clusters, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        bound(values, clusters)
