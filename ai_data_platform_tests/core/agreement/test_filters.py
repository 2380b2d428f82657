"""What a filter would do, as it looks and on labels that it was not chosen by."""

import pyarrow as pa
import pytest

from ai_data_platform.core.agreement import Columns, agreement_of, read_labels
from ai_data_platform.core.agreement.filters import Filter, filters_of
from ai_data_platform.core.agreement.slices import slice_agreements, slices_of
from ai_data_platform_tests.core.agreement.simulated import simulated


def _filters(table: pa.Table, *columns: str, floor: float = 0.7) -> dict[tuple[str, float], Filter]:
    labels = read_labels(table, "nominal")
    found = filters_of(labels, slices_of(labels, table, columns), floor=floor, min_items=30)
    return {(one.kind, one.threshold): one for one in found}


def test_leaving_out_the_careless_rater_passes_on_labels_that_it_was_not_chosen_by() -> None:
    table = simulated(400, (0.95, 0.95, 0.95, 0.1))
    assert agreement_of(read_labels(table, "nominal")).alpha.value == pytest.approx(0.5, abs=0.05)
    found = _filters(table)["raters", 0.2]
    assert (found.items, found.labels, found.raters, found.passes) == (400, 1_200, 3, True)
    assert found.circular == pytest.approx(0.9, abs=0.04)
    assert found.honest.value == pytest.approx(found.circular, abs=0.01)


def test_on_noise_unanimous_items_look_perfect_and_are_not() -> None:
    found = _filters(simulated(600, (0, 0, 0)))["majority", 1.0]
    assert found.circular == 1.0
    assert found.honest.value == pytest.approx(0, abs=0.12)
    assert not found.passes


def test_on_noise_raters_who_seem_to_agree_do_not_agree_on_other_items() -> None:
    found = _filters(simulated(2_000, (0,) * 400, asked=0.0075))
    raters = [one for (kind, _), one in found.items() if kind == "raters"]
    assert not any(one.passes for one in found.values())
    assert [one for one in raters if (one.honest.lower or 0) > 0] == []
    assert max(one.circular or 0 for one in raters) > 0.2


def test_a_majority_of_good_raters_is_confirmed_by_the_label_held_out() -> None:
    found = _filters(simulated(600, (0.8,) * 5))
    whole = found["majority", 0.8]
    assert whole.honest.lower is not None
    assert whole.honest.lower > 0.7
    assert whole.passes
    assert 0 < whole.items < 600


def test_two_labels_an_item_cannot_confirm_a_majority() -> None:
    found = _filters(simulated(100, (0.8, 0.8)))["majority", 1.0]
    assert (found.circular, found.honest.value, found.passes) == (1.0, None, False)


def test_the_number_of_labels_is_no_circular_filter() -> None:
    found = _filters(simulated(200, (0.9,) * 5, asked=0.6))["labels_an_item", 3]
    assert found.circular is None
    assert found.honest.value == pytest.approx(0.81, abs=0.07)


def _with_topics() -> pa.Table:
    good, bad = simulated(300, (0.95,) * 3), simulated(100, (0.2,) * 3, seed=9)
    bad = bad.set_column(
        0, "item_id", pa.array([f"x{name}" for name in bad["item_id"].to_pylist()])
    )
    topics = pa.array(["visits"] * len(good) + ["prices"] * len(bad))
    return pa.concat_tables([good, bad]).append_column("topic", topics)


def test_a_slice_that_pulls_down_is_named_and_left_out() -> None:
    table = _with_topics()
    labels = read_labels(table, "nominal")
    whole = agreement_of(labels).alpha.value
    slices = slices_of(labels, table, ["topic"])["topic"]
    first, second = slice_agreements(labels, slices, whole)
    assert (first.name, first.agreement.items) == ("prices", 100)
    assert (second.name, second.agreement.items) == ("visits", 300)
    assert first.pull is not None
    assert first.pull > 0.1
    assert first.without == second.agreement.alpha.value
    found = _filters(table, "topic")["slices:topic", 0.7]
    assert (found.said, found.items, found.passes) == ("without topic prices", 300, True)


def test_filters_that_change_nothing_are_not_listed() -> None:
    found = _filters(simulated(100, (1.0, 1.0, 1.0)))
    assert found == {}


def test_clusters_stay_whole_between_choosing_and_judging() -> None:
    table = simulated(120, (0.9, 0.9, 0.0))
    prompts = pa.array([name[:-1] for name in table["item_id"].to_pylist()])
    labels = read_labels(
        table.append_column("prompt", prompts), "nominal", Columns(cluster="prompt")
    )
    found = filters_of(labels, {}, floor=0.7, min_items=30)
    assert any(one.kind == "raters" and one.raters == 2 for one in found)
