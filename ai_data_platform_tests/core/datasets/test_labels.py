"""Upsampling: as many copies as the rule wants, spread evenly, and no more."""

import pytest

from ai_data_platform.core.datasets.labels import Upsampling, copies_of, plan_upsampling
from ai_data_platform.core.datasets.quality import label_imbalance


def test_every_label_is_brought_to_the_allowed_imbalance_and_no_further() -> None:
    assert plan_upsampling({"good": 1_000, "bad": 300, "ugly": 40}, 10) == Upsampling(
        before={"bad": 300, "good": 1_000, "ugly": 40},
        after={"bad": 300, "good": 1_000, "ugly": 100},
        times={"bad": 1, "good": 1, "ugly": 2},
        extra={"bad": 0, "good": 0, "ugly": 20},
    )


@pytest.mark.parametrize("allowed", [1, 1.5, 2.4, 3, 10])
def test_the_new_file_keeps_the_rule_exactly(allowed: float) -> None:
    counts = {"a": 72, "b": 31, "c": 7, "d": 1}
    plan = plan_upsampling(counts, allowed)
    written = {
        label: sum(copies_of(plan, label, seen) for seen in range(rows))
        for label, rows in counts.items()
    }
    assert written == plan.after
    rows = [label for label, copies in written.items() for _ in range(copies)]
    imbalance = label_imbalance(rows)
    assert imbalance is not None
    assert imbalance <= allowed
    for label, copies in written.items():  # one row less of any raised label would break it
        if copies > counts[label]:
            assert max(written.values()) / (copies - 1) > allowed


def test_rows_of_one_label_are_repeated_equally_often_give_or_take_one() -> None:
    plan = plan_upsampling({"a": 100, "b": 3}, 10)
    assert [copies_of(plan, "b", seen) for seen in range(3)] == [4, 3, 3]


def test_a_limit_with_a_decimal_gives_no_row_too_many() -> None:
    assert 21 / 1.4 > 15
    assert plan_upsampling({"a": 21, "b": 3}, 1.4).after == {"a": 21, "b": 15}


def test_a_balanced_file_and_a_row_without_a_label_stay_as_they_are() -> None:
    plan = plan_upsampling({"a": 10, "b": 9}, 10)
    assert plan.after == plan.before
    assert copies_of(plan, None, 0) == 1
    assert plan_upsampling({}, 10).after == {}
