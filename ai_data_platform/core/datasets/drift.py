"""How far a dataset has moved from the published one: the population stability index (PSI) by variable."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ai_data_platform.core.datasets.profile import Profile

__all__ = ["LARGE", "MODERATE", "Drift", "drift_between", "largest_drift", "psi"]

MODERATE, LARGE = 0.1, 0.25
"""Below 0.1 nothing moved, from 0.25 much did: the rule of thumb of credit scoring (Siddiqi, Credit Risk
Scorecards, 2006)."""

_BINS = 10
Band = Literal["none", "moderate", "large"]


@dataclass(frozen=True, slots=True)
class Drift:
    """One variable: its PSI, and the PSI that chance stays below in 95 % of cases at these sizes."""

    variable: str
    psi: float
    chance: float

    @property
    def band(self) -> Band:
        """How much moved; a value that chance alone gives is no drift."""
        if self.psi <= self.chance or self.psi < MODERATE:
            return "none"
        return "large" if self.psi >= LARGE else "moderate"


def drift_between(published: Profile, candidate: Profile) -> tuple[Drift, ...]:
    """The PSI of every variable that both have, the largest first; tokens only of one tokenizer."""
    old, new = _variables(published), _variables(candidate)
    if _tokenizer(published) != _tokenizer(candidate):
        old.pop("tokens of a row", None)
    found = [
        Drift(name, *psi(old[name], new[name], numeric=name not in published.categories))
        for name in sorted(set(old) & set(new))
    ]
    return tuple(sorted(found, key=lambda drift: (-drift.psi, drift.variable)))


def largest_drift(drifts: tuple[Drift, ...]) -> float:
    """The largest PSI beyond chance; 0 when no variable moved beyond it."""
    return max((drift.psi for drift in drifts if drift.psi > drift.chance), default=0.0)


def psi(
    reference: Mapping[int, int] | Mapping[str, int],
    current: Mapping[int, int] | Mapping[str, int],
    *,
    numeric: bool,
) -> tuple[float, float]:
    """The sum over bins of (p - q) ln(p / q), and its 95th percentile when nothing changed.

    p and q are the shares of current and reference in a bin. Numbers are binned by the deciles of the
    reference, other values each for itself; half a row is added to every bin, so none is empty. Without
    change PSI is about chi-squared with bins - 1 degrees of freedom, times 1/n + 1/m (Yurdakul and Naranjo,
    Journal of Risk Model Validation 14(4), 2020).
    """
    edges = _deciles(reference) if numeric else None
    old, new = _binned(reference, edges), _binned(current, edges)
    bins = sorted(set(old) | set(new), key=str)
    n, m = sum(new.values()), sum(old.values())
    if n == 0 or m == 0:
        return 0.0, 0.0
    total = 0.0
    for place in bins:
        p = (new.get(place, 0) + 0.5) / (n + 0.5 * len(bins))
        q = (old.get(place, 0) + 0.5) / (m + 0.5 * len(bins))
        total += (p - q) * math.log(p / q)
    return total, _chi_squared_95(len(bins) - 1) * (1 / n + 1 / m)


def _variables(profile: Profile) -> dict[str, Mapping[int, int] | Mapping[str, int]]:
    """Lengths and categories by the name that a reader sees; splits are set by us and do not drift."""
    found: dict[str, Mapping[int, int] | Mapping[str, int]] = {
        f"words of {role}": counts for role, counts in profile.words.items()
    }
    if profile.turns:
        found["messages"] = profile.turns
    if profile.tokens is not None:
        found["tokens of a row"] = profile.tokens.whole
    return found | {name: seen for name, seen in profile.categories.items() if name != "split"}


def _tokenizer(profile: Profile) -> str | None:
    return profile.tokens.tokenizer if profile.tokens else None


def _deciles(counts: Mapping[int, int] | Mapping[str, int]) -> list[float]:
    """Where the deciles end, without repeats, after the end of what is smaller than all.

    So what lies below or above everything in the reference has bins of its own: of a reference that
    holds one value only, any other value is a change.
    """
    total, seen, edges = sum(counts.values()), 0, []
    numbers = {int(value): rows for value, rows in counts.items()}
    for value in sorted(numbers):
        before, seen = seen, seen + numbers[value]
        if before * _BINS // total != seen * _BINS // total:
            edges.append(float(value))
    return [min(numbers) - 1.0, *edges] if numbers else []


def _binned(
    counts: Mapping[int, int] | Mapping[str, int], edges: list[float] | None
) -> dict[object, int]:
    binned: dict[object, int] = {}
    for value, rows in counts.items():
        place: object = value if edges is None else sum(edge < int(value) for edge in edges)
        binned[place] = binned.get(place, 0) + rows
    return binned


def _chi_squared_95(freedom: int) -> float:
    """The 95th percentile of chi-squared, by Wilson and Hilferty (1931): within 1 % from 2 degrees on."""
    if freedom <= 0:
        return 0.0
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread + 1.645 * math.sqrt(spread)) ** 3)
