"""What is known of a dataset's quality, ready to be written as a page, a picture or a card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ai_data_platform.core.datasets.checks import Finding
from ai_data_platform.core.datasets.drift import Drift, drift_between, largest_drift
from ai_data_platform.core.datasets.profile import Profile
from ai_data_platform.core.gates import Rule, Verdict

__all__ = ["QualityReport", "Stage", "quality_figures", "quality_rules"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step on the way of the rows: how many came, how many left for which reason, how many went on."""

    name: str
    rows_in: int
    dropped: Mapping[str, int]
    rows_out: int


@dataclass(frozen=True, slots=True)
class QualityReport:
    """A dataset as it stands.

    `funnel` are the steps of its rows, where they are known, `dropped` what was left out by reason;
    `unit` is what both count (exchanges, ratings, lines). `published` is the profile of the version
    that readers see, where there is one. `findings` are the first rows that break a rule, `remarks` what
    else was proved of it: evaluation sets that it was compared with, the certificate of its splits.
    """

    title: str
    summary: str
    verdict: Verdict
    profile: Profile
    funnel: Sequence[Stage] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    unit: str = "rows"
    published: Profile | None = None
    published_version: str | None = None
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)

    @property
    def drift(self) -> tuple[Drift, ...]:
        return drift_between(self.published, self.profile) if self.published else ()

    @property
    def duplicates(self) -> dict[str, int]:
        """Rows that left the funnel because they repeat another, by reason."""
        found: dict[str, int] = {}
        for stage in self.funnel:
            for reason, rows in stage.dropped.items():
                if reason.startswith(("exact_", "near_", "semantic_", "repeated_")):
                    found[reason] = found.get(reason, 0) + rows
        return dict(sorted(found.items()))

    @property
    def raw_duplicate_rate(self) -> float | None:
        """The share of rows that came in and repeat another: a trend, while the gate asks of what is left."""
        came = self.funnel[0].rows_in if self.funnel else 0
        return sum(self.duplicates.values()) / came if came else None


def quality_figures(profile: Profile, published: Profile | None = None) -> dict[str, float | None]:
    """What a verdict records beside the gate's own figures; `drift_psi` only where something is published."""
    figures = profile.figures()
    if published is not None:
        figures["drift_psi"] = largest_drift(drift_between(published, profile))
    return figures


def quality_rules(
    max_untrainable: float, max_drift: float | None, published: Profile | None
) -> tuple[Rule, ...]:
    """Rules on these figures. Drift is asked only where a limit was set and something is published."""
    rules = [
        Rule("malformed_rows", "==", 0, "trainers drop or misread them"),
        Rule("untrainable_share", "<=", max_untrainable, "nothing to learn is left once cut"),
    ]
    if max_drift is not None and published is not None:
        rules.append(Rule("drift_psi", "<=", max_drift, "far from what was trained on so far"))
    return tuple(rules)
