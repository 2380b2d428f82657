"""The plots of a quality report, each made of what the report holds."""

from collections.abc import Mapping

from ai_data_platform.core.datasets.drift import LARGE, MODERATE
from ai_data_platform.core.datasets.lengths import TokenLengths
from ai_data_platform.core.datasets.profile import Profile
from ai_data_platform.core.datasets.report.plots import Bar, Plot, bar_chart, histogram
from ai_data_platform.core.datasets.report.quality import QualityReport

__all__ = [
    "category_plots",
    "drift_plot",
    "funnel_plot",
    "token_plots",
    "turns_plot",
    "word_plots",
]

_SHOWN = 15  # values of a category
_ROLES = (
    "system", "user", "prompt", "assistant", "chosen", "rejected", "liked", "disliked", "tool",
)  # fmt: skip
_WORDS = {
    "system": "System messages",
    "user": "User messages",
    "prompt": "Prompts",
    "assistant": "Answers",
    "chosen": "Chosen answers",
    "rejected": "Rejected answers",
    "liked": "Liked answers",
    "disliked": "Disliked answers",
    "tool": "Tool results",
}
_STAGES = {
    "pairs": "pairing",
    "contradictions": "contradictions",
    "clean": "filters",
    "screen": "screening",
    "assemble": "joining turns",
    "duplicates": "duplicates",
    "semantic_duplicates": "same meaning",
    "decontaminate": "evaluation sets",
    "split": "splitting",
}
_TONES = {"none": "bar", "moderate": "mild", "large": "drop"}


def funnel_plot(report: QualityReport) -> Plot | None:
    """Rows that went on after each step, and before it the reasons of those that did not.

    Without steps, the reasons alone; None where nothing is known of either.
    """
    if not report.funnel:
        return _left_out(report)
    came = report.funnel[0].rows_in
    bars = [Bar("came in", came, f"{came:,}", "quietbar")]
    for stage in report.funnel:
        for reason, rows in sorted(stage.dropped.items(), key=_most_first):
            bars.append(Bar(_plain(reason), rows, _of(rows, came), "drop", indent=True))
        if stage.dropped or stage is report.funnel[-1]:
            name = _STAGES.get(stage.name, _plain(stage.name))
            bars.append(Bar(f"after {name}", stage.rows_out, _of(stage.rows_out, came)))
    return bar_chart(f"What became of {came:,} {report.unit}", bars)


def _left_out(report: QualityReport) -> Plot | None:
    if not report.dropped:
        return None
    ordered = sorted(report.dropped.items(), key=_most_first)
    bars = [Bar(_plain(reason), rows, f"{rows:,}", "drop", indent=True) for reason, rows in ordered]
    return bar_chart(f"{report.unit.capitalize()} that were left out", bars)


def word_plots(profile: Profile, published: Profile | None) -> list[Plot]:
    """Lengths in words by role."""
    return [
        histogram(
            _WORDS.get(role, role),
            profile.words[role],
            unit="words",
            published=published.words.get(role) if published else None,
        )
        for role in _in_order(profile.words)
    ]


def token_plots(profile: Profile, published: Profile | None) -> list[Plot]:
    """Lengths in tokens: of whole rows with the trainer's limit, then by role."""
    tokens = profile.tokens
    if tokens is None or not tokens.sampled:
        return []
    before = _comparable(tokens, published)
    whole = histogram(
        "Whole rows",
        tokens.whole,
        unit="tokens",
        limit=tokens.max_tokens,
        published=before.whole if before else None,
    )
    return [
        whole,
        *(
            histogram(
                _WORDS.get(role, role),
                tokens.by_role[role],
                unit="tokens",
                published=before.by_role.get(role) if before else None,
            )
            for role in _in_order(tokens.by_role)
        ),
    ]


def turns_plot(profile: Profile) -> Plot:
    """Messages of a row."""
    counts = {str(n): rows for n, rows in profile.turns.items()}
    shown = dict(list(counts.items())[:_SHOWN])
    if rest := sum(counts.values()) - sum(shown.values()):
        shown[f"more than {list(shown)[-1]}"] = rest
    bars = [Bar(n, rows, _of(rows, profile.rows)) for n, rows in shown.items()]
    return bar_chart("Messages in a row", bars)


def category_plots(profile: Profile) -> list[Plot]:
    """Values of ratings, languages, labels and splits, the most frequent first; numbers in their order."""
    return [
        bar_chart(_category_title(name), _category_bars(counts))
        for name, counts in profile.categories.items()
    ]


def drift_plot(report: QualityReport) -> Plot | None:
    """The PSI of each variable against the published version, with the two bands."""
    if not report.drift:
        return None
    bars = [
        Bar(drift.variable, drift.psi, f"{drift.psi:.3f}", _TONES[drift.band])
        for drift in report.drift
    ]
    marks = [(MODERATE, f"{MODERATE:g}"), (LARGE, f"{LARGE:g}")]
    return bar_chart("Drift from the published version (PSI)", bars, marks=marks, end=2 * LARGE)


def _category_bars(counts: Mapping[str, int]) -> list[Bar]:
    total = sum(counts.values())
    numbers = all(name.removeprefix("-").isdigit() for name in counts)
    ordered = sorted(counts.items(), key=(lambda i: int(i[0])) if numbers else _most_first)
    bars = [Bar(name, rows, _of(rows, total)) for name, rows in ordered[:_SHOWN]]
    if len(ordered) > _SHOWN:
        rest = sum(rows for _, rows in ordered[_SHOWN:])
        bars.append(Bar(f"{len(ordered) - _SHOWN} more", rest, _of(rest, total), "quietbar"))
    return bars


def _category_title(name: str) -> str:
    plural = {"split": "Splits", "rating": "Ratings", "language": "Languages", "label": "Labels"}
    return plural.get(name, name.replace("_", " ").capitalize())


def _comparable(tokens: TokenLengths, published: Profile | None) -> TokenLengths | None:
    """The published version's lengths, when the same tokenizer counted them."""
    before = published.tokens if published else None
    return before if before is not None and before.tokenizer == tokens.tokenizer else None


def _in_order(roles: Mapping[str, object]) -> list[str]:
    known = [role for role in _ROLES if role in roles]
    return known + sorted(set(roles) - set(known))


def _of(rows: int, total: int) -> str:
    if not total:
        return f"{rows:,}"
    share = rows / total
    return f"{rows:,} (<0.1%)" if 0 < share < 0.001 else f"{rows:,} ({share:.1%})"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return (-item[1], item[0])
