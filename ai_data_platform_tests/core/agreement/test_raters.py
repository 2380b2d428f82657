"""Raters against the others."""

import numpy as np
import pytest

from ai_data_platform.core.agreement import agreement_of, read_labels
from ai_data_platform.core.agreement.raters import (
    disagreements,
    pair_agreements,
    rater_agreements,
)
from ai_data_platform_tests.core.agreement.published import KRIPPENDORFF, table_of
from ai_data_platform_tests.core.agreement.simulated import simulated

LABELS = read_labels(simulated(300, (0.95, 0.95, 0.95, 0.1), values=3, asked=0.8), "nominal")


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_the_mean_of_what_each_label_adds_to_it(level: str) -> None:
    labels = read_labels(table_of(KRIPPENDORFF["C"]), level)  # type: ignore[arg-type]
    found = disagreements(labels)
    assert 1 - np.nanmean(found) == pytest.approx(agreement_of(labels).alpha.value, abs=1e-6)
    assert np.isnan(found).sum() == 1  # unit 12 has one label


def test_the_careless_rater_comes_first_and_the_others_push_up() -> None:
    found = rater_agreements(LABELS)
    assert found[0].rater == "r3"
    assert found[0].with_rest.upper is not None
    assert found[0].with_rest.upper < 0.3
    assert [(one.pull or 0) > 0 for one in found] == [True, False, False, False]


def test_alpha_without_a_rater_is_alpha_of_the_others_labels() -> None:
    for one in rater_agreements(LABELS):
        place = LABELS.rater_ids.to_pylist().index(one.rater)
        others = agreement_of(LABELS.kept(LABELS.raters != place)).alpha.value
        assert one.without == others


def test_of_a_rater_with_four_shared_labels_nothing_is_said() -> None:
    labels = read_labels(table_of(("a b a b a b", "a b a b a b", "a b a b * *")), "nominal")
    assert [(one.rater, one.labels) for one in rater_agreements(labels)] == [("r0", 6), ("r1", 6)]


def test_two_raters_are_compared_on_the_items_that_both_labelled() -> None:
    found = {(one.first, one.second): one for one in pair_agreements(LABELS)}
    assert len(found) == 6
    items = LABELS.items
    for (first, second), pair in found.items():
        own = [set(items[LABELS.raters == int(name[1:])].tolist()) for name in (first, second)]
        assert pair.items == len(own[0] & own[1])
        kappa = pair.kappa.value
        assert kappa is not None
        assert (kappa > 0.8) == ("r3" not in (first, second))


def test_nobody_shares_an_item_and_nothing_is_said() -> None:
    labels = read_labels(table_of(("a * b *", "* b * a")), "nominal")
    assert rater_agreements(labels) == ()
    assert pair_agreements(labels) == ()
