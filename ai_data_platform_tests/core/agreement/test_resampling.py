"""The bounds of an agreement."""

import numpy as np
import pyarrow as pa
import pytest

from ai_data_platform.core.agreement import Columns, Estimate, agreement_of, read_labels
from ai_data_platform.core.agreement.coefficients import alpha, coincidences
from ai_data_platform.core.agreement.resampling import cohen_of, interval
from ai_data_platform_tests.core.agreement.published import label_table, table_of
from ai_data_platform_tests.core.agreement.simulated import simulated

LABELS = simulated(200, (0.9, 0.8, 0.9), values=3)


def _twice(table: pa.Table) -> pa.Table:
    """Every item once more under another name, both in one cluster."""
    parts = [
        pa.table(
            {
                "item_id": [f"{name}{copy}" for name in table["item_id"].to_pylist()],
                "rater": table["rater"],
                "label": table["label"],
                "prompt": table["item_id"],
            }
        )
        for copy in "ab"
    ]
    return pa.concat_tables(parts)


def test_the_bounds_are_those_of_items_drawn_one_by_one() -> None:
    labels = read_labels(LABELS, "nominal")
    random, counts = np.random.Generator(np.random.PCG64(5)), labels.counts
    drawn = [
        float(
            alpha(
                coincidences(counts[random.integers(0, 200, 200)], np.ones(200)), "nominal", counts
            )
        )
        for _ in range(4_000)
    ]
    found = agreement_of(labels, draws=4_000).alpha
    assert found.lower == pytest.approx(np.quantile(drawn, 0.05), abs=0.006)
    assert found.upper == pytest.approx(np.quantile(drawn, 0.95), abs=0.006)
    assert found.value is not None
    assert found.lower < found.value < found.upper  # type: ignore[operator]


def test_the_order_of_rows_and_the_names_of_raters_do_not_count() -> None:
    rows = LABELS.to_pylist()
    shuffled = [rows[place] for place in np.random.default_rng(2).permutation(len(rows))]
    renamed = [row | {"rater": {"r0": "z", "r1": "y", "r2": "x"}[row["rater"]]} for row in shuffled]
    whole = agreement_of(read_labels(LABELS, "nominal"))
    assert agreement_of(read_labels(pa.Table.from_pylist(renamed), "nominal")) == whole


def test_items_of_a_cluster_are_drawn_together() -> None:
    once = agreement_of(read_labels(LABELS, "nominal"))
    twice = read_labels(_twice(LABELS), "nominal", Columns(cluster="prompt"))
    clustered, alone = agreement_of(twice), agreement_of(read_labels(_twice(LABELS), "nominal"))
    assert (clustered.items, clustered.clusters, alone.clusters) == (400, 200, 400)
    assert clustered.alpha.lower == pytest.approx(once.alpha.lower, abs=0.004)
    assert alone.alpha.lower is not None
    assert clustered.alpha.lower is not None
    assert alone.alpha.lower > clustered.alpha.lower + 0.01


def test_clusters_of_different_sizes_come_out_as_drawn_one_by_one() -> None:
    rows = read_labels(LABELS, "nominal")
    clusters = [place // (1 + place % 3) for place in range(200)]
    table = LABELS.append_column(
        "prompt",
        pa.array([f"{clusters[int(name[1:])]:03d}" for name in LABELS["item_id"].to_pylist()]),
    )
    labels = read_labels(table, "nominal", Columns(cluster="prompt"))
    own = [np.flatnonzero(np.array(clusters) == one) for one in sorted(set(clusters))]
    random, counts = np.random.Generator(np.random.PCG64(6)), rows.counts
    drawn = []
    for _ in range(4_000):
        items = np.concatenate([own[one] for one in random.integers(0, len(own), len(own))])
        found = coincidences(counts[items], np.ones(len(items)))
        drawn.append(float(alpha(found, "nominal", labels.numbers)))
    found = agreement_of(labels, draws=4_000)
    assert found.clusters == len(own)
    assert found.alpha.lower == pytest.approx(np.quantile(drawn, 0.05), abs=0.006)


def test_perfect_agreement_has_the_bound_of_the_rule_of_three() -> None:
    found = agreement_of(read_labels(table_of(("a b " * 50, "a b " * 50)), "nominal")).alpha
    assert (found.value, found.upper) == (1.0, 1.0)
    # Three of 100 items may be wrong unseen, and chance alone gives half of them wrong.
    assert found.lower == pytest.approx(1 - 3 / 100 / 0.5, abs=0.002)


def test_perfect_agreement_on_few_items_is_not_believed() -> None:
    few = agreement_of(read_labels(table_of(("a b a b a b a b", "a b a b a b a b")), "nominal"))
    assert few.alpha.value == 1.0
    assert not few.alpha.above(0.5)


def test_one_item_has_no_bounds_and_no_item_no_value() -> None:
    one = agreement_of(read_labels(table_of(("a *", "b *")), "nominal"))
    assert (one.alpha.lower, one.items) == (None, 1)
    none = agreement_of(read_labels(table_of(("a b *", "* * c")), "nominal"))
    assert (none.alpha, none.items, none.labels, none.raters) == (Estimate(None), 0, 0, 0)


def test_labels_of_one_value_are_no_agreement() -> None:
    found = agreement_of(
        read_labels(label_table([("a", "x", "1"), ("a", "y", "1")] * 1), "nominal")
    )
    assert found.alpha == Estimate(None)


def test_an_undefined_resample_counts_as_no_agreement() -> None:
    assert interval(0.9, np.array([np.nan] * 10 + [0.9] * 90), 50) == Estimate(0.9, 0.0, 0.9)


def test_the_kappa_of_two_raters_has_bounds_too() -> None:
    labels = read_labels(simulated(300, (0.9, 0.9)), "nominal")
    first, second = (labels.values[labels.raters == one] for one in (0, 1))
    table = np.zeros((2, 2), np.int64)
    np.add.at(table, (first, second), 1)
    found = cohen_of(table, labels)
    assert found.value is not None
    assert found.lower is not None
    assert 0.7 < found.lower < found.value < found.upper < 0.95  # type: ignore[operator]
    assert cohen_of(np.zeros((2, 2), np.int64), labels) == Estimate(None)
