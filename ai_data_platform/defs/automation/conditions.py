"""Automation conditions as named values."""

from typing import Any

import dagster as dg

__all__ = ["CHANGED_AND_GATED"]

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
