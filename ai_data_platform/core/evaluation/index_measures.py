"""The measures of an index as figures: how high each is, and how it changed, with lower bounds."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from ai_data_platform.core.evaluation.index_evidence import GateThresholds, IndexScores, Judged
from ai_data_platform.core.evaluation.ppi import MIN_LABELS, corrected_lower_bound
from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.evaluation.statistics import (
    Interval,
    detectable_drop,
    error_of_mean,
    lower_bounds,
)
from ai_data_platform.core.evaluation.stored_answers import StoredAnswer, answer_clusters

__all__ = [
    "MEASURES",
    "RETRIEVED",
    "Asked",
    "Figures",
    "Series",
    "asked_of",
    "bounds",
    "change",
    "compared",
    "corrected_by_people",
    "detectable",
    "level",
    "scored",
]

MEASURES = (
    "hit_at_5",
    "mrr_at_10",
    "ndcg_at_10",
    "vector_mrr_at_10",
    "context_recall",
    "faithfulness",
)
"""What every index is measured by, each with a floor."""

RETRIEVED = "retrieved_faithfulness"
"""Faithfulness of stored answers to what an index finds: compared between indexes, without a floor."""

Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """The ids that a measure is asked of, with the cluster of each."""

    ids: tuple[str, ...]
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Values to bound, with the standard error of their mean that the scorer's repeats tell of."""

    values: tuple[float, ...]
    clusters: tuple[str, ...]
    error: float


def compared(answers: Sequence[StoredAnswer]) -> tuple[str, ...]:
    """The measures in which a candidate may be no worse than the published index."""
    return (*MEASURES[:-1], RETRIEVED) if answers else MEASURES


def asked_of(measure: str, questions: Sequence[Question], answers: Sequence[StoredAnswer]) -> Asked:
    """Stored answers for faithfulness where there are any, questions with a reference for recall."""
    if answers and measure in ("faithfulness", RETRIEVED):
        clusters = answer_clusters(answers, questions)
        return Asked(tuple(clusters), tuple(clusters.values()))
    unique = {question.question_id: question for question in questions}
    clusters = {
        question_id: question.cluster
        for question_id, question in unique.items()
        if measure != "context_recall" or question.reference
    }
    return Asked(tuple(clusters), tuple(clusters.values()))


def scored(measure: str, asked: Asked, scores: IndexScores) -> list[float | None]:
    """One value for each id; None for what is missing, not finite or outside [0, 1]."""
    values = scores.of(measure)
    found = (values.get(asked_id) for asked_id in asked.ids)
    return [
        value if value is not None and math.isfinite(value) and 0 <= value <= 1 else None
        for value in found
    ]


def level(measure: str, asked: Asked, scores: IndexScores) -> Series:
    """The values of one index; what is unscored counts 0."""
    values = tuple(value or 0.0 for value in scored(measure, asked, scores))
    return Series(
        values, asked.clusters, error_of_mean(_errors(measure, asked, scores), len(values))
    )


def change(measure: str, asked: Asked, candidate: IndexScores, published: IndexScores) -> Series:
    """Candidate minus published.

    A case that both were given and that has one verdict says nothing of a change: its error is 0.
    """
    pairs = list(
        zip(scored(measure, asked, candidate), scored(measure, asked, published), strict=True)
    )
    sides = [scores.judged.get(measure, {}) for scores in (candidate, published)]
    errors = [
        0.0 if new == old and _same_case(asked_id, *sides) else _either(asked_id, *sides)
        for asked_id, (new, old) in zip(asked.ids, pairs, strict=True)
    ]
    values = tuple(_difference(new, old) for new, old in pairs)
    return Series(values, asked.clusters, error_of_mean(errors, len(values)))


def bounds(series: Mapping[str, Series], thresholds: GateThresholds) -> dict[str, Interval]:
    """The interval of each series that has values; those with equal clusters share their draws."""
    groups: defaultdict[tuple[str, ...], dict[str, Series]] = defaultdict(dict)
    for name, own in series.items():
        if own.values:
            groups[own.clusters][name] = own
    found: dict[str, Interval] = {}
    for clusters, members in groups.items():
        found |= lower_bounds(
            {name: own.values for name, own in members.items()},
            clusters,
            errors={name: own.error for name, own in members.items()},
            draws=thresholds.draws,
            confidence=thresholds.confidence,
        )
    return found


def detectable(own: Series, thresholds: GateThresholds) -> float | None:
    """The smallest drop that these differences would show; None where that is unknown."""
    if not own.values:
        return None
    drop = detectable_drop(own.values, own.clusters, confidence=thresholds.confidence)
    return drop if math.isfinite(drop) else None


def corrected_by_people(
    answers: Sequence[StoredAnswer],
    asked: Asked,
    candidate: IndexScores,
    thresholds: GateThresholds,
) -> Figures:
    """What human labels make of faithfulness: how many there are, and where they suffice its bound.

    They suffice from MIN_LABELS on, about as many clusters as the gate wants documents.
    """
    by_id = {answer.answer_id: answer.faithfulness for answer in answers}
    labels = [by_id[asked_id] for asked_id in asked.ids]
    given = {c: label for c, label in zip(asked.clusters, labels, strict=True) if label is not None}
    known = [label for label in labels if label is not None]
    figures: Figures = {
        "human_labels": len(known),
        "human_labels_used": 0,
        "human_faithfulness": fmean(known) if known else None,
    }
    if len(known) < MIN_LABELS or len(given) < thresholds.min_documents:
        return figures
    own = level("faithfulness", asked, candidate)
    found = corrected_lower_bound(
        own.values,
        labels,
        own.clusters,
        errors=_errors("faithfulness", asked, candidate),
        confidence=thresholds.confidence,
    )
    return figures | {
        "human_labels_used": found.labels,
        "faithfulness": found.mean,
        "faithfulness_lower": found.lower if math.isfinite(found.lower) else None,
        "faithfulness_uncorrected": fmean(own.values),
        "score_power": found.power,
    }


def _errors(measure: str, asked: Asked, scores: IndexScores) -> list[float]:
    own = scores.judged.get(measure, {})
    return [own[asked_id].error if asked_id in own else 0.0 for asked_id in asked.ids]


def _same_case(asked_id: str, new: Mapping[str, Judged], old: Mapping[str, Judged]) -> bool:
    return asked_id in new and asked_id in old and new[asked_id].case == old[asked_id].case


def _either(asked_id: str, *sides: Mapping[str, Judged]) -> float:
    return math.hypot(*(side[asked_id].error for side in sides if asked_id in side))


def _difference(new: float | None, old: float | None) -> float:
    # A question that the published index was not scored on is no credit to the candidate.
    return 0.0 if old is None else (new or 0.0) - old
