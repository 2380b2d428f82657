"""What a verdict on an index says of each measure, for a table or an interval plot."""

from collections.abc import Mapping
from dataclasses import dataclass

from ai_data_platform.core.gates import Rule, Verdict

__all__ = ["MeasureSummary", "measure_summaries"]

_MEASURES = (
    "hit_at_5",
    "mrr_at_10",
    "ndcg_at_10",
    "vector_mrr_at_10",
    "context_recall",
    "faithfulness",
    "retrieved_faithfulness",
)


@dataclass(frozen=True, slots=True)
class MeasureSummary:
    """One measure of a candidate beside the published index; None is what was not measured or asked.

    `lower` bounds the mean and must reach `floor`. `difference` is candidate minus published, bounded
    by `difference_lower`, which must stay above `margin` (a negative number). `detectable_drop` is the
    smallest true drop that the questions at hand would show, with a probability of 0.9.
    """

    measure: str
    mean: float | None
    lower: float | None
    floor: float | None
    published: float | None
    difference: float | None
    difference_lower: float | None
    margin: float | None
    detectable_drop: float | None


def measure_summaries(verdict: Verdict) -> list[MeasureSummary]:
    """The measures that a verdict on an index speaks of, in the order of the gate; else none."""
    thresholds = {rule.figure: rule for rule in verdict.rules}
    return [
        _summary(measure, verdict.figures, thresholds)
        for measure in _MEASURES
        if measure in verdict.figures
    ]


def _summary(
    measure: str, figures: Mapping[str, float | None], rules: Mapping[str, Rule]
) -> MeasureSummary:
    def threshold(figure: str) -> float | None:
        return rules[figure].threshold if figure in rules else None

    return MeasureSummary(
        measure=measure,
        mean=figures[measure],
        lower=figures.get(f"{measure}_lower"),
        floor=threshold(f"{measure}_lower"),
        published=figures.get(f"{measure}_published"),
        difference=figures.get(f"{measure}_difference"),
        difference_lower=figures.get(f"{measure}_difference_lower"),
        margin=threshold(f"{measure}_difference_lower"),
        detectable_drop=figures.get(f"{measure}_detectable_drop"),
    )
