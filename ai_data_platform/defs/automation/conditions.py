"""Automation conditions as named values."""

from typing import Any

import dagster as dg

__all__ = ["CHANGED_AND_GATED", "DAYS_CHANGED_AND_GATED", "FEEDBACK_AFTER"]

FEEDBACK_AFTER = "aidp/feedback_after"
"""The tag of runs that the feedback trigger asks for, which also asks for what follows from them. Its value
is the processed mark that they start from."""

_AC = dg.AutomationCondition

# eager() fires on every new materialisation, even one with the same content: here a dependency counts as
# updated when its data version did, and nothing is asked for past a blocking check that failed.
CHANGED_AND_GATED: dg.AutomationCondition[Any] = (
    _AC.eager().replace(
        "any_deps_updated",
        _AC.any_deps_match(_AC.data_version_changed() | _AC.will_be_requested()).with_label(
            "any_deps_changed"
        ),
    )
    & _AC.all_deps_blocking_checks_passed()
).with_label("changed_and_gated")
"""Run when the content of a dependency changed and every blocking check on the dependencies passed."""

_VERIFIED = _AC.all_checks_match(_AC.check_passed(), blocking_only=True)

# Over daily partitions both halves of the condition above would never hold: most days have no data, and a
# check that never ran on them is not passed. Here a day counts when it changed and its own checks passed,
# or when its checks pass after all; days without data and days that failed are no hindrance to the rest,
# because what reads the lake sees verified days only. Days that the feedback trigger landed are left to it:
# it builds on all of them at once.
DAYS_CHANGED_AND_GATED: dg.AutomationCondition[Any] = (
    _AC.any_deps_match(
        (
            (_AC.data_version_changed() | _VERIFIED.newly_true())
            & _VERIFIED
            & ~_AC.executed_with_tags(tag_keys={FEEDBACK_AFTER})
        )
        | _AC.will_be_requested()
    )
    .with_label("any_verified_day_changed")
    .since_last_handled()
    & ~_AC.any_deps_in_progress()
    & ~_AC.in_progress()
).with_label("days_changed_and_gated")
"""Run when a day of a daily dependency changed and passed its blocking checks."""
