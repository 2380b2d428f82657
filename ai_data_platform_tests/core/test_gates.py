"""Gates: what a rule says of a figure, and that a gate fails closed."""

import math

import pytest

from ai_data_platform.core.gates import Rule, Verdict, judge

AT_LEAST_TEN = Rule("rows", ">=", 10, "ten rows are few enough")


def test_a_rule_that_holds_says_nothing() -> None:
    assert AT_LEAST_TEN.failure({"rows": 10, "other": None}) is None


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"rows": 9}, "rows is 9, wanted >= 10 (ten rows are few enough)"),
        ({}, "rows was not measured, wanted >= 10 (ten rows are few enough)"),
        ({"rows": None}, "rows was not measured, wanted >= 10 (ten rows are few enough)"),
        ({"rows": math.nan}, "rows is nan, wanted >= 10 (ten rows are few enough)"),
        ({"rows": math.inf}, "rows is inf, wanted >= 10 (ten rows are few enough)"),
    ],
)
def test_a_figure_that_is_low_missing_or_not_finite_fails(
    figures: dict[str, float | None], said: str
) -> None:
    assert AT_LEAST_TEN.failure(figures) == said


@pytest.mark.parametrize(
    ("comparison", "holds"),
    [
        (">=", (False, True, True)),
        ("<=", (True, True, False)),
        (">", (False, False, True)),
        ("<", (True, False, False)),
        ("==", (False, True, False)),
    ],
)
def test_each_comparison_is_held_below_at_and_above_its_threshold(
    comparison: str, holds: tuple[bool, bool, bool]
) -> None:
    rule = Rule("x", comparison, 2, "why")  # type: ignore[arg-type]
    assert tuple(rule.failure({"x": x}) is None for x in (1.0, 2.0, 3.0)) == holds


def test_a_verdict_names_what_was_judged_and_every_rule_that_failed() -> None:
    rules = (AT_LEAST_TEN, Rule("share", "<=", 0.5, "half"), Rule("fine", ">", 0, "there"))
    figures = {"rows": 3, "share": 0.75, "fine": 1.0}

    verdict = judge("things", "f1", figures, rules, code_version="v1", partition="2024-03-01")

    assert verdict == Verdict(
        asset="things",
        partition="2024-03-01",
        fingerprint="f1",
        passed=False,
        reasons=(
            "rows is 3, wanted >= 10 (ten rows are few enough)",
            "share is 0.75, wanted <= 0.5 (half)",
        ),
        figures=figures,
        rules=rules,
        code_version="v1",
    )
    assert verdict.summary == (
        "BLOCKED: rows is 3, wanted >= 10 (ten rows are few enough); "
        "share is 0.75, wanted <= 0.5 (half)"
    )


def test_a_gate_passes_when_every_rule_holds() -> None:
    verdict = judge("things", "f1", {"rows": 10}, [AT_LEAST_TEN], code_version="v1")
    assert (verdict.passed, verdict.reasons, verdict.summary) == (True, (), "PASSED")


def test_a_gate_without_rules_passes_nothing() -> None:
    verdict = judge("things", "f1", {"rows": 10}, [], code_version="v1")
    assert not verdict.passed
    assert verdict.reasons == ("no rule was given, and a gate without rules passes nothing",)


def test_a_verdict_keeps_its_figures_when_the_caller_changes_his() -> None:
    figures: dict[str, float | None] = {"rows": 10}
    verdict = judge("things", "f1", figures, [AT_LEAST_TEN], code_version="v1")
    figures["rows"] = 0
    assert verdict.figures == {"rows": 10}
