"""How much one more label is worth: the chance that it changes what a pair of answers becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import fmean
from typing import Literal

__all__ = ["Contest", "Reason", "chance_of_change"]

Reason = Literal["unrated", "disagreement", "near_margin", "few_raters"]

_LABELS = {"first": (5, 1), "second": (1, 5), "tie": (3, 3)}
"""The ratings that a choice between two answers is noted as."""

_PRIOR = 0.5  # Jeffreys's prior of a multinomial: half a vote for each label
_NEAR = 1.0  # one step of the scale


@dataclass(frozen=True, slots=True)
class Contest:
    """Two answers to one prompt: each one's ratings (1 to 5), one a rater, and who preferred which.

    `votes` are those who rated both: for the first, for the second, for neither.
    """

    first: Sequence[int]
    second: Sequence[int]
    votes: tuple[int, int, int] = (0, 0, 0)

    @property
    def margin(self) -> float | None:
        """Mean rating of the first less that of the second; None while one of them has none."""
        return fmean(self.first) - fmean(self.second) if self.first and self.second else None

    def reason(self, min_margin: float) -> Reason:
        """Why a label is wanted; the first of these that holds."""
        margin = self.margin
        if margin is None:
            return "unrated"
        if sum(count > 0 for count in self.votes) > 1:
            return "disagreement"
        return "near_margin" if abs(abs(margin) - min_margin) < _NEAR else "few_raters"


def chance_of_change(contest: Contest, min_margin: float) -> float:
    """The probability, 0 to 1, that one more rater who compares the two changes the outcome.

    The outcome is the pair builder's: the first is chosen, the second is, or the means are closer than
    `min_margin` and there is no pair. The next label is expected as people labelled so far, each label
    having half a vote beforehand: (votes + 1/2) / (all votes + 3/2).
    """
    now = _outcome(contest.first, contest.second, min_margin)
    total = sum(contest.votes) + 3 * _PRIOR
    chance = 0.0
    for votes, (first, second) in zip(contest.votes, _LABELS.values(), strict=True):
        then = _outcome([*contest.first, first], [*contest.second, second], min_margin)
        chance += (votes + _PRIOR) / total * (then != now)
    return chance


def _outcome(first: Sequence[int], second: Sequence[int], min_margin: float) -> int:
    if not first or not second:
        return 0
    margin = Fraction(sum(first), len(first)) - Fraction(sum(second), len(second))
    return 0 if abs(margin) < Fraction(str(min_margin)) or not margin else (1 if margin > 0 else -1)
