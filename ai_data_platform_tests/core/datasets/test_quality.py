"""Figures of a dataset: right on small cases, None where there is nothing to measure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets.quality import duplicate_rate, label_imbalance, percentile


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.05, None),
        ([7], 0.05, 7.0),
        ([3, 1, 2], 0.5, 2.0),
        ([3, 1, 2], 1.0, 3.0),
        ([3, 1, 2], 0.0, 1.0),
        (range(1, 21), 0.05, 1.0),
        (range(1, 22), 0.05, 2.0),
        (range(1, 101), 0.07, 7.0),
    ],
)
def test_a_percentile_is_the_value_at_its_nearest_rank(
    values: list[float], share: float, expected: float | None
) -> None:
    assert percentile(values, share) == expected


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.integers() | st.floats(allow_nan=False), min_size=1),
    st.sampled_from([0.05, 0.25, 0.5, 0.95, 1.0]),
)
def test_the_share_of_values_does_not_exceed_the_percentile(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)
    floats = [float(value) for value in values]  # an integer beyond 2^53 has no float of its own
    assert found in floats
    assert sum(value <= found for value in floats) >= share * len(values) - 1e-9


@pytest.mark.parametrize(
    ("keys", "expected"),
    [("", None), ("abc", 0.0), ("aab", 1 / 3), ("aaaa", 0.75), ("aabb", 0.5)],
)
def test_the_duplicate_rate_counts_rows_that_repeat_an_earlier_one(
    keys: str, expected: float | None
) -> None:
    assert duplicate_rate(keys) == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [([], None), ([None, None], None), ([5], 1.0), ([5, 5, 5, 4, None], 3.0), ([4, 5], 1.0)],
)
def test_the_imbalance_is_the_commonest_label_over_the_rarest(
    labels: list[int | None], expected: float | None
) -> None:
    assert label_imbalance(labels) == expected
