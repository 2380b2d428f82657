"""The gate in front of a new knowledge-base index, as figures and rules for `core.gates.judge`.

Five layers, all of which must hold: the index is whole, there is enough evidence, its scores may be
compared with the published index's, no measure is below its floor, and none is worse than published
by more than the margin. What was not measured, is not finite or lies outside [0, 1] counts against
the candidate.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from ai_data_platform.core.evaluation.index_evidence import (
    DEFAULT_THRESHOLDS,
    GateThresholds,
    IndexScores,
    Integrity,
)
from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.evaluation.statistics import (
    detectable_drop,
    mean_lower_bound,
    paired_lower_bound,
)
from ai_data_platform.core.gates import Rule

__all__ = ["MEASURES", "index_figures_and_rules"]

MEASURES = ("hit_at_5", "mrr_at_10", "ndcg_at_10", "context_recall", "faithfulness")

_MUST_BE_ZERO = {
    "rows_surplus": "one row for each chunk",
    "ids_missing": "every chunk has its row",
    "ids_unexpected": "no row without a chunk",
    "text_hash_mismatches": "a row holds the text that was chunked",
    "wrong_dimension": "vectors are as long as the model's",
    "not_finite": "vectors hold numbers",
    "not_unit_norm": "vectors have length 1, or distances mean nothing",
    "model_mismatches": "all vectors come from one model",
    "sampled_below_cosine": "a row embedded again gives the same vector",
    "questions_repeated": "a question counts once",
    "questions_unexpected": "scores of other questions belong to another run",
}

Figures = dict[str, float | None]


def index_figures_and_rules(
    questions: Sequence[Question],
    integrity: Integrity | None,
    candidate: IndexScores,
    published: IndexScores | None,
    thresholds: GateThresholds = DEFAULT_THRESHOLDS,
) -> tuple[Figures, tuple[Rule, ...]]:
    """Figures and rules on a candidate; `published` is None only when nothing was ever published.

    For each of MEASURES the figures are `<measure>` (the mean), `<measure>_lower`,
    `<measure>_unscored_share` and, against a published index, `<measure>_difference`,
    `<measure>_difference_lower` and `<measure>_detectable_drop`. Context recall is asked only of
    questions that have a reference. Questions on one gold document form one cluster.
    """
    figures = _integrity_figures(integrity) | _evidence_figures(questions, candidate)
    rules = _integrity_rules(integrity, thresholds) + _evidence_rules(thresholds)
    for measure in MEASURES:
        figures |= _level(measure, questions, candidate, thresholds)
        rules += _level_rules(measure, thresholds)
    if published is not None:
        figures |= _comparability(questions, candidate, published)
        rules += _comparability_rules(thresholds)
        for measure in MEASURES:
            figures |= _change(measure, questions, candidate, published, thresholds)
            rules += _change_rules(measure, thresholds)
    return figures, tuple(rules)


def _integrity_figures(integrity: Integrity | None) -> Figures:
    if integrity is None:
        return {field.name: None for field in fields(Integrity)}
    surplus = integrity.rows - integrity.chunks_expected
    return {**asdict(integrity), "rows_surplus": float(surplus)}


def _integrity_rules(integrity: Integrity | None, thresholds: GateThresholds) -> list[Rule]:
    rows = integrity.rows if integrity else thresholds.min_sampled
    wanted = max(1, min(thresholds.min_sampled, rows))
    return [
        Rule("chunks_expected", ">=", 1, "an empty index is never published"),
        *(Rule(figure, "==", 0, reason) for figure, reason in _MUST_BE_ZERO.items()),
        Rule("sampled", ">=", wanted, "enough rows embedded again to find misplaced vectors"),
    ]


def _evidence_figures(questions: Sequence[Question], candidate: IndexScores) -> Figures:
    asked = {question.question_id for question in questions}
    scored = {*candidate.retrieval, *candidate.context_recall, *candidate.faithfulness}
    return {
        "questions": len(asked),
        "questions_repeated": len(questions) - len(asked),
        "questions_unexpected": len(scored - asked),
        "questions_with_reference": len(_concerned("context_recall", questions)),
        "source_documents": len(set(map(_cluster, questions))),
    }


def _evidence_rules(thresholds: GateThresholds) -> list[Rule]:
    few = (
        "insufficient evidence: fewer questions cannot tell a good index from a bad one; "
        "write more, or lower AIDP_MIN_QUESTIONS for a small collection"
    )
    return [
        Rule("questions", ">=", thresholds.min_questions, few),
        Rule("questions_with_reference", ">=", thresholds.min_questions, few),
        Rule(
            "source_documents",
            ">=",
            thresholds.min_documents,
            "insufficient evidence: questions about one document are one observation",
        ),
    ]


def _level(
    measure: str, questions: Sequence[Question], scores: IndexScores, thresholds: GateThresholds
) -> Figures:
    concerned = _concerned(measure, questions)
    names = (measure, f"{measure}_lower", f"{measure}_unscored_share")
    if not concerned:
        return dict.fromkeys(names)
    values = _scored(measure, concerned, scores)
    interval = mean_lower_bound(
        [value or 0.0 for value in values],
        list(map(_cluster, concerned)),
        draws=thresholds.draws,
        confidence=thresholds.confidence,
    )
    shares = (interval.mean, _finite(interval.lower), values.count(None) / len(values))
    return dict(zip(names, shares, strict=True))


def _level_rules(measure: str, thresholds: GateThresholds) -> list[Rule]:
    return [
        Rule(
            f"{measure}_lower",
            ">=",
            thresholds.floor(measure),
            f"floor for the {thresholds.confidence:.0%} lower bound of the mean",
        ),
        Rule(
            f"{measure}_unscored_share",
            "<=",
            thresholds.max_unscored_share,
            "a question that cannot be scored counts 0, and many mean a broken scorer",
        ),
    ]


def _comparability(
    questions: Sequence[Question], candidate: IndexScores, published: IndexScores
) -> Figures:
    unscored = [
        _scored(measure, concerned, published).count(None) / len(concerned)
        for measure in MEASURES
        if (concerned := _concerned(measure, questions))
    ]
    return {
        "comparable": float(bool(candidate.key) and candidate.key == published.key),
        "published_unscored_share": max(unscored, default=None),
    }


def _comparability_rules(thresholds: GateThresholds) -> list[Rule]:
    return [
        Rule(
            "comparable",
            "==",
            1,
            "rebaseline required: score the published index with the same questions, scorer, "
            "answerer and k",
        ),
        Rule(
            "published_unscored_share",
            "<=",
            thresholds.max_unscored_share,
            "without the published index's scores nothing shows that the candidate is no worse",
        ),
    ]


def _change(
    measure: str,
    questions: Sequence[Question],
    candidate: IndexScores,
    published: IndexScores,
    thresholds: GateThresholds,
) -> Figures:
    concerned = _concerned(measure, questions)
    names = tuple(
        f"{measure}_{part}" for part in ("difference", "difference_lower", "detectable_drop")
    )
    if not concerned:
        return dict.fromkeys(names)
    pairs = zip(
        _scored(measure, concerned, candidate), _scored(measure, concerned, published), strict=True
    )
    differences = [_difference(new, old) for new, old in pairs]
    clusters = list(map(_cluster, concerned))
    interval = paired_lower_bound(
        differences, clusters, draws=thresholds.draws, confidence=thresholds.confidence
    )
    drop = detectable_drop(differences, clusters, confidence=thresholds.confidence)
    found = (interval.mean, _finite(interval.lower), _finite(drop))
    return dict(zip(names, found, strict=True))


def _change_rules(measure: str, thresholds: GateThresholds) -> list[Rule]:
    return [
        Rule(
            f"{measure}_difference_lower",
            ">",
            -thresholds.delta,
            f"no worse than published by {thresholds.delta:g}, with "
            f"{thresholds.confidence:.0%} confidence",
        )
    ]


def _difference(new: float | None, old: float | None) -> float:
    # A question that the published index was not scored on is no credit to the candidate.
    return 0.0 if old is None else (new or 0.0) - old


def _finite(value: float) -> float | None:
    # A record of figures is stored as JSON, which has no infinity.
    return value if math.isfinite(value) else None


def _concerned(measure: str, questions: Sequence[Question]) -> list[Question]:
    unique = {question.question_id: question for question in questions}.values()
    return [asked for asked in unique if measure != "context_recall" or asked.reference]


def _cluster(question: Question) -> str:
    return min(question.gold_doc_ids)


def _scored(measure: str, questions: Sequence[Question], scores: IndexScores) -> list[float | None]:
    """One value for each question; None for what is missing, not finite or outside [0, 1]."""
    values: Mapping[str, float | None] = scores.of(measure)
    found = (values.get(question.question_id) for question in questions)
    return [
        value if value is not None and math.isfinite(value) and 0 <= value <= 1 else None
        for value in found
    ]
