"""A gate is a pure function: figures and rules in, a verdict out.

The same verdict is shown by the blocking asset check and obeyed by the asset that publishes. A gate
fails closed: a figure that is missing, not finite or on the wrong side of its threshold blocks.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Breach", "Outcome", "Rule", "Verdict", "judge"]

Breach = Literal["BLOCKED", "INSUFFICIENT_EVIDENCE", "REBASELINE_REQUIRED"]
Outcome = Literal["PASSED", "BLOCKED", "INSUFFICIENT_EVIDENCE", "REBASELINE_REQUIRED"]
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
    """`figure comparison threshold` must hold, for the reason given.

    `breach` names what it means when it does not: the candidate is bad (BLOCKED), too little was
    measured to tell (INSUFFICIENT_EVIDENCE), or it was measured against something else
    (REBASELINE_REQUIRED). Each of them blocks.
    """

    figure: str
    comparison: Comparison
    threshold: float
    reason: str
    breach: Breach = "BLOCKED"

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

    `asset` and `partition` name what was judged, `fingerprint` which content of it. `inputs` are the
    gated tables that it was made from, by name (`raw_documents`, `raw_chat_logs/2025-03-01`), with
    the fingerprint that was read: a candidate is passable only while each of them is.
    """

    asset: str
    partition: str | None
    fingerprint: str
    passed: bool
    reasons: tuple[str, ...]
    figures: Mapping[str, float | None]
    rules: tuple[Rule, ...]
    code_version: str
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """PASSED, or what the broken rules mean: too little evidence says nothing of the candidate."""
        if self.passed:
            return "PASSED"
        broken = {rule.breach for rule in self.rules if rule.failure(self.figures)}
        named: tuple[Breach, ...] = ("INSUFFICIENT_EVIDENCE", "REBASELINE_REQUIRED")
        return next((breach for breach in named if breach in broken), "BLOCKED")

    @property
    def summary(self) -> str:
        """One line: the outcome, and what broke it."""
        return self.outcome if self.passed else f"{self.outcome}: {'; '.join(self.reasons)}"


def judge(
    asset: str,
    fingerprint: str,
    figures: Mapping[str, float | None],
    rules: Sequence[Rule],
    *,
    code_version: str,
    partition: str | None = None,
    inputs: Mapping[str, str] | None = None,
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
        inputs=dict(inputs or {}),
    )
