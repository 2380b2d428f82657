"""What the gate asks of agreement, and what it says when it is not there."""

import orjson
import pyarrow as pa
import pytest

from ai_data_platform.core.agreement import (
    Demand,
    Study,
    advice,
    agreement_figures,
    agreement_page,
    agreement_rules,
    read_labels,
    studies_as_json,
    study_of,
)
from ai_data_platform.core.gates import Verdict, judge
from ai_data_platform_tests.core.agreement.published import table_of
from ai_data_platform_tests.core.agreement.simulated import simulated


def _study(table: pa.Table, demand: Demand | None = None, task: str = "preference") -> Study:
    labels = read_labels(table, "nominal")
    return study_of(task, labels, table, [], demand or Demand())


def _verdict(*studies: Study) -> Verdict:
    return judge("d", "f", agreement_figures(studies), agreement_rules(studies), code_version="1")


GOOD = _study(simulated(300, (0.95, 0.95, 0.95)))
POOR = _study(simulated(300, (0.95, 0.95, 0.95, 0.1)))


def test_people_who_agree_pass_and_the_figures_say_on_how_many_items() -> None:
    verdict = _verdict(GOOD)
    assert verdict.passed
    assert verdict.figures["preference_agreement_items"] == 300
    assert verdict.figures["preference_agreement_raters"] == 3
    lower = verdict.figures["preference_agreement_lower"]
    assert lower is not None
    assert 0.7 < lower < (verdict.figures["preference_agreement"] or 0)


def test_alpha_above_the_floor_does_not_pass_with_its_lower_bound_below() -> None:
    study = _study(simulated(40, (0.9, 0.9, 0.9), seed=4))
    assert study.agreement.alpha.value is not None
    assert study.agreement.alpha.value > 0.7
    verdict = _verdict(study)
    assert (verdict.passed, verdict.outcome) == (False, "BLOCKED")
    assert "more items would do if agreement stays as it is" in verdict.reasons[0]


def test_disagreement_is_blocked_with_who_pulls_it_down_and_which_filter_would_pass() -> None:
    verdict = _verdict(POOR)
    assert verdict.outcome == "BLOCKED"
    (reason,) = verdict.reasons
    assert "pulled down by rater r3 (" in reason
    assert (
        "it would pass without raters who agree with the others less than 0.2, which keeps 100% of "
        "the items" in reason
    )


def test_too_few_items_are_too_little_evidence_however_well_people_agree() -> None:
    verdict = _verdict(_study(table_of(("a b " * 10, "a b " * 10))))
    assert verdict.outcome == "INSUFFICIENT_EVIDENCE"
    assert "have 10 more items judged by two people or more" in verdict.reasons[0]


def test_no_overlap_is_blocked_with_what_to_collect() -> None:
    verdict = _verdict(_study(table_of(("a * b *", "* b * a"))))
    assert verdict.outcome == "INSUFFICIENT_EVIDENCE"
    first, second = verdict.reasons
    assert (
        "have 30 more items judged by two people or more; 4 were judged by one person only" in first
    )
    assert "preference_agreement_lower was not measured" in second


def test_nothing_rated_at_all_is_blocked() -> None:
    verdict = _verdict(_study(simulated(0, (1.0,))))
    assert verdict.outcome == "INSUFFICIENT_EVIDENCE"


def test_everybody_always_choosing_the_first_is_no_agreement() -> None:
    verdict = _verdict(_study(table_of(("a " * 50, "a " * 50))))
    assert verdict.outcome == "BLOCKED"
    assert "preference_agreement_lower was not measured" in verdict.reasons[0]


def test_a_team_may_set_another_floor_which_the_record_shows() -> None:
    study = _study(simulated(300, (0.8, 0.8, 0.8)), Demand(floor=0.5))
    verdict = _verdict(study)
    assert verdict.passed
    (rule,) = [rule for rule in verdict.rules if rule.figure == "preference_agreement_lower"]
    assert rule.threshold == 0.5
    assert "the team's own floor, 0.7 by default" in rule.reason


def test_a_floor_that_is_switched_off_blocks_nothing_and_the_record_says_so() -> None:
    verdict = _verdict(_study(simulated(20, (0.1, 0.1)), Demand(floor=None)))
    assert verdict.passed
    assert [rule.reason for rule in verdict.rules] == [
        "shown only: the floor of agreement is switched off"
    ]


def test_each_task_has_its_own_rules() -> None:
    poor = _study(simulated(300, (0.2, 0.2)), task="rating")
    figures = [rule.figure for rule in agreement_rules([GOOD, poor])]
    assert figures == [
        "preference_agreement_items",
        "preference_agreement_lower",
        "rating_agreement_items",
        "rating_agreement_lower",
    ]
    assert "rating_agreement_lower is" in _verdict(GOOD, poor).reasons[0]


def test_where_no_filter_helps_the_advice_says_so() -> None:
    said = advice(_study(simulated(300, (0, 0, 0))))
    assert said.endswith("no filter that was tried would pass on labels that it was not chosen by")


def test_the_items_wanted_are_enough() -> None:
    study = _study(simulated(60, (0.92, 0.92, 0.92), seed=4))
    wanted = study.items_wanted
    assert wanted is not None
    assert wanted > 60
    more = _study(simulated(2 * wanted, (0.92, 0.92, 0.92), seed=4))
    assert more.passes


def test_the_same_labels_give_the_same_bytes() -> None:
    rows = simulated(100, (0.9, 0.9, 0.5))
    turned = rows.take(pa.array(range(len(rows) - 1, -1, -1)))
    first, second = (_study(table) for table in (rows, turned))
    assert studies_as_json([first]) == studies_as_json([second])
    assert agreement_page("A", [first], ["preference"]) == agreement_page(
        "A", [second], ["preference"]
    )


def test_the_json_has_every_figure_and_how_it_was_measured() -> None:
    found = orjson.loads(studies_as_json([POOR]))
    assert found["method"] == {
        "coefficient": "Krippendorff's alpha",
        "bounds": "one-sided, 95% on either side",
        "bootstrap": {"draws": 2000, "seed": 20240229, "drawn": "clusters of items"},
    }
    task = found["tasks"]["preference"]
    assert (task["floor"], task["min_items"], task["passes"]) == (0.7, 30, False)
    assert task["raters"][0]["rater"] == "r3"
    assert {one["kind"] for one in task["filters"]} == {"raters", "majority"}
    assert task["agreement"]["items"] == 300


@pytest.mark.parametrize("name", ["<b>bob</b>", 'a"b', "😀"])
def test_the_page_escapes_names(name: str) -> None:
    rows = simulated(60, (0.9, 0.9, 0.1)).to_pylist()
    table = pa.Table.from_pylist(
        [row | {"rater": row["rater"].replace("r2", name)} for row in rows]
    )
    page = agreement_page("A", [_study(table)], ["preference"]).decode()
    assert "<b>bob</b>" not in page.replace("<b>preference</b>", "")
    assert "Task: preference" in page


def test_the_page_says_what_blocks() -> None:
    page = agreement_page("Pairs: agreement", [POOR], ["preference"]).decode()
    assert "people do not agree enough, or too few were asked" in page
    assert "pulled down by rater r3" in page
    good = agreement_page("Pairs: agreement", [GOOD], ["preference"]).decode()
    assert '<span class="pill good">people agree</span>' in good


def test_the_page_says_where_no_floor_is_asked_for() -> None:
    off = _study(simulated(60, (0.2, 0.2)), Demand(floor=None))
    for page in (agreement_page("A", [off], ["preference"]), agreement_page("A", [POOR], [])):
        assert "shown only: no floor is asked for" in page.decode()
