from ai_data_platform.core.evaluation.measure_summaries import MeasureSummary, measure_summaries
from ai_data_platform.core.gates import Rule, judge


def test_a_measure_comes_with_its_bounds_and_limits_and_none_for_what_is_not_there() -> None:
    figures = {
        "rows": 3.0,
        "retrieved_faithfulness": 0.7,
        "hit_at_5": 0.9,
        "hit_at_5_lower": 0.85,
        "hit_at_5_published": 0.88,
        "hit_at_5_difference": 0.02,
        "hit_at_5_difference_lower": 0.01,
        "hit_at_5_detectable_drop": None,
    }
    rules = [
        Rule("hit_at_5_lower", ">=", 0.6, "floor"),
        Rule("hit_at_5_difference_lower", ">", -0.03, "margin"),
    ]
    verdict = judge("things", "f", figures, rules, code_version="1")
    nothing = [None] * 7
    assert measure_summaries(verdict) == [
        MeasureSummary("hit_at_5", 0.9, 0.85, 0.6, 0.88, 0.02, 0.01, -0.03, None),
        MeasureSummary("retrieved_faithfulness", 0.7, *nothing),
    ]


def test_a_verdict_on_something_else_has_no_measures() -> None:
    verdict = judge("rows", "f", {"rows": 3}, [Rule("rows", ">=", 1, "some")], code_version="1")
    assert measure_summaries(verdict) == []
