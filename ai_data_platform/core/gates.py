"""A gate is a pure function: figures and rules in, a verdict out.

The same verdict is shown by the blocking asset check and obeyed by the asset that publishes. A gate
fails closed: a figure that is missing, not finite or on the wrong side of its threshold blocks.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Rule", "Verdict", "judge"]

Comparison = Literal[">=", "<=", ">", "<", "=="]
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`figure comparison threshold` must hold, for the reason given."""

    figure: str
    comparison: Comparison
    threshold: float
    reason: str

    def failure(self, figures: Mapping[str, float | None]) -> str | None:
        """What is wrong, in one sentence, or None when the rule holds."""
        seen = figures.get(self.figure)
        wanted = f"wanted {self.comparison} {self.threshold:g} ({self.reason})"
        if seen is None:
            return f"{self.figure} was not measured, {wanted}"
        if not math.isfinite(seen):
            return f"{self.figure} is {seen}, {wanted}"
        if not _COMPARE[self.comparison](seen, self.threshold):
            return f"{self.figure} is {seen:.6g}, {wanted}"
        return None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate said of exactly one candidate.

    `asset` and `partition` name what was judged, `fingerprint` which content of it.
    """

    asset: str
    partition: str | None
    fingerprint: str
    passed: bool
    reasons: tuple[str, ...]
    figures: Mapping[str, float | None]
    rules: tuple[Rule, ...]
    code_version: str

    @property
    def summary(self) -> str:
        return "passed" if self.passed else "blocked: " + "; ".join(self.reasons)


def judge(
    asset: str,
    fingerprint: str,
    figures: Mapping[str, float | None],
    rules: Sequence[Rule],
    *,
    code_version: str,
    partition: str | None = None,
) -> Verdict:
    """The verdict on one candidate: every rule must hold, and there must be at least one."""
    failures = [failure for rule in rules if (failure := rule.failure(figures)) is not None]
    if not rules:
        failures = ["no rule was given, and a gate without rules passes nothing"]
    return Verdict(
        asset=asset,
        partition=partition,
        fingerprint=fingerprint,
        passed=not failures,
        reasons=tuple(failures),
        figures=dict(figures),
        rules=tuple(rules),
        code_version=code_version,
    )
