"""Alpha and the kappas against published examples, definitions, scikit-learn and statsmodels."""

import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from ai_data_platform.core.agreement import Level, level_named, read_labels
from ai_data_platform.core.agreement.coefficients import (
    alpha,
    cohen_kappa,
    coincidences,
    fleiss_kappa,
    fleiss_parts,
)
from ai_data_platform.core.agreement.labels import Labels
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform_tests.core.agreement.published import (
    DIRECT_DISTANCES,
    KRIPPENDORFF,
    direct_alpha,
    label_table,
    table_of,
)


def _alpha(labels: Labels) -> float:
    counts = labels.counts
    found = coincidences(counts, np.ones(len(counts)))
    return float(alpha(found, labels.level, labels.numbers))


def _fleiss(counts: Any) -> float:
    return float(fleiss_kappa(fleiss_parts(np.array(counts)).mean(axis=0)))


@pytest.mark.parametrize(
    ("example", "level", "published"),
    [
        ("A", "nominal", 0.095),
        ("B", "nominal", 0.692),
        ("C", "nominal", 0.743),
        ("C", "ordinal", 0.815),
        ("C", "interval", 0.849),
        ("D", "nominal", 0.691),
        ("D", "interval", 0.811),
    ],
)
def test_alpha_is_that_of_the_published_examples(
    example: str, level: Level, published: float
) -> None:
    labels = read_labels(table_of(KRIPPENDORFF[example]), level)
    assert round(_alpha(labels), 3) == published


def test_coincidences_are_those_of_the_published_example() -> None:
    labels = read_labels(table_of(KRIPPENDORFF["C"]), "nominal")
    found = coincidences(labels.counts, np.ones(12))
    third = 1 / 3
    published = [
        [7, 4 * third, third, third, 0],
        [4 * third, 10, 4 * third, third, 0],
        [third, 4 * third, 8, third, 0],
        [third, third, third, 4, 0],
        [0, 0, 0, 0, 3],
    ]
    assert found == pytest.approx(np.array(published))


_LABELS = st.lists(
    st.tuples(st.integers(0, 7).map(str), st.integers(0, 4).map(str), st.integers(1, 4).map(str)),
    min_size=4,
    max_size=30,
    unique_by=lambda label: label[:2],
)


@settings(max_examples=60, deadline=None)
@given(_LABELS, st.sampled_from(get_args(Level)))
def test_alpha_is_what_all_pairs_of_labels_give_one_by_one(
    rows: list[tuple[str, str, str]], level: Level
) -> None:
    paired = [row for row in rows if sum(other[0] == row[0] for other in rows) > 1]
    assume(len({row[2] for row in paired}) > 1)
    labels = read_labels(label_table(rows), level)
    assert _alpha(labels) == pytest.approx(direct_alpha(rows, DIRECT_DISTANCES[level]), abs=1e-9)


def test_labels_of_one_value_have_no_alpha_and_no_kappa() -> None:
    labels = read_labels(table_of(("a a a", "a a a")), "nominal")
    assert math.isnan(_alpha(labels))
    assert math.isnan(_fleiss(labels.counts))


def test_perfect_agreement_is_1_and_systematic_disagreement_below_0() -> None:
    assert _alpha(read_labels(table_of(("a b a b", "a b a b")), "nominal")) == 1
    assert _alpha(read_labels(table_of(("a b a b", "b a b a")), "nominal")) == -0.75


def test_cohens_kappa_is_that_of_his_example() -> None:
    # Cohen, A coefficient of agreement for nominal scales (1960), table 1: 200 cases.
    table = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]], np.float64)
    assert round(float(cohen_kappa(table, "nominal", np.arange(3.0))), 3) == 0.492


@pytest.mark.parametrize(
    ("table", "published"),
    [
        ([[89, 0, 8], [16, 388, 23], [11, 29, 435]], 0.85),  # annotators 1 and 2
        ([[89, 2, 6], [15, 391, 21], [9, 18, 448]], 0.88),  # 1 and 3
        ([[97, 13, 6], [10, 379, 28], [6, 19, 441]], 0.86),  # 2 and 3
    ],
)
def test_cohens_kappa_is_what_PandaLM_publishes_of_its_999_items(
    table: list[list[int]], published: float
) -> None:
    found = float(cohen_kappa(np.array(table, np.float64), "nominal", np.arange(3.0)))
    assert round(found, 2) == published


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=40))
def test_cohens_kappa_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)
    assume(len({*first, *second}) > 1)
    table = np.zeros((4, 4))
    np.add.at(table, (np.array(first), np.array(second)), 1)
    for level, weights in (("nominal", None), ("ordinal", "quadratic")):
        found = float(cohen_kappa(table, level, np.arange(4.0)))
        theirs = cohen_kappa_score(first, second, labels=range(4), weights=weights)
        assert found == pytest.approx(theirs, abs=1e-9)


def test_fleiss_kappa_is_that_of_a_published_example() -> None:
    # Fourteen raters, ten subjects, five categories: 0.210 in many introductions.
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    assert round(_fleiss(counts), 3) == 0.210


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 2), min_size=5, max_size=5), min_size=2, max_size=20))
def test_fleiss_kappa_is_that_of_statsmodels(items: list[list[int]]) -> None:
    counts = np.array([np.bincount(values, minlength=3) for values in items])
    assume((counts.sum(axis=0) > 0).sum() > 1)
    assert _fleiss(counts) == pytest.approx(statsmodels_fleiss(counts), abs=1e-9)


def test_many_resamples_at_once_are_the_same_as_one_after_the_other() -> None:
    labels = read_labels(table_of(KRIPPENDORFF["C"]), "ordinal")
    weights = np.random.default_rng(3).integers(0, 4, size=(20, 12)).astype(np.float64)
    together = alpha(coincidences(labels.counts, weights), "ordinal", labels.numbers)
    alone = [
        float(alpha(coincidences(labels.counts, own), "ordinal", labels.numbers)) for own in weights
    ]
    assert together.tolist() == pytest.approx(alone, abs=1e-12)


def test_an_unknown_level_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        ConfigurationError, match="level is 'ratio', wanted one of nominal, ordinal, interval"
    ):
        level_named("ratio")
