"""The gate in front of a new knowledge-base index, as figures and rules for `core.gates.judge`.

Five layers, all of which must hold: the index is whole, there is enough evidence, its scores may be
compared with the published index's, no measure is below its floor, and none is worse than published
by more than the margin. What was not measured, is not finite or lies outside [0, 1] counts against
the candidate.
"""

import math
from collections.abc import Sequence
from statistics import fmean

from ai_data_platform.core.evaluation.index_evidence import (
    DEFAULT_THRESHOLDS,
    GateThresholds,
    IndexScores,
    Integrity,
)
from ai_data_platform.core.evaluation.index_integrity import integrity_figures, integrity_rules
from ai_data_platform.core.evaluation.index_measures import (
    MEASURES,
    RETRIEVED,
    Asked,
    Figures,
    Series,
    asked_of,
    bounds,
    change,
    compared,
    corrected_by_people,
    detectable,
    level,
    scored,
)
from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.evaluation.stored_answers import StoredAnswer
from ai_data_platform.core.gates import Rule

__all__ = ["MEASURES", "index_figures_and_rules"]


def index_figures_and_rules(
    questions: Sequence[Question],
    integrity: Integrity | None,
    candidate: IndexScores,
    published: IndexScores | None,
    thresholds: GateThresholds = DEFAULT_THRESHOLDS,
    *,
    answers: Sequence[StoredAnswer] = (),
) -> tuple[Figures, tuple[Rule, ...]]:
    """Figures and rules on a candidate; `published` is None only when nothing was ever published.

    For each of MEASURES the figures are `<measure>` (the mean), `<measure>_lower`,
    `<measure>_unscored_share` and, against a published index, `<measure>_published`,
    `<measure>_difference`, `<measure>_difference_lower` and `<measure>_detectable_drop`. Context
    recall is asked only of questions that have a reference. Questions on one gold document form one
    cluster.

    With stored `answers`, faithfulness is theirs and has a floor only: to the texts that each was
    given from where these are known, and corrected by human labels where there are enough. The
    comparison is that of `retrieved_faithfulness`, to the texts which an index finds.
    """
    measures = (*MEASURES, RETRIEVED) if answers else MEASURES
    asked = {measure: asked_of(measure, questions, answers) for measure in measures}
    figures = integrity_figures(integrity) | _evidence_figures(questions, answers, asked, candidate)
    figures |= _measure_figures(asked, candidate, published, thresholds, compared(answers))
    rules = integrity_rules(integrity, thresholds) + _evidence_rules(thresholds, bool(answers))
    if answers:
        figures |= corrected_by_people(answers, asked["faithfulness"], candidate, thresholds)
    for measure in measures:
        rules += _level_rules(measure, thresholds)
    if published is not None:
        figures |= _comparability(asked, compared(answers), candidate, published)
        rules += _comparability_rules(thresholds)
        for measure in compared(answers):
            rules += _change_rules(measure, thresholds)
    return figures, tuple(rules)


def _evidence_figures(
    questions: Sequence[Question],
    answers: Sequence[StoredAnswer],
    asked: dict[str, Asked],
    candidate: IndexScores,
) -> Figures:
    """Counts of what was asked and really scored: an unscored question is no evidence."""
    counts = {
        measure: sum(value is not None for value in scored(measure, own, candidate))
        for measure, own in asked.items()
    }
    of_all = [
        m for m in MEASURES if m != "context_recall" and not (answers and m == "faithfulness")
    ]
    ids = {question.question_id for question in questions}
    known = ids | {answer.answer_id for answer in answers}
    seen = {*candidate.retrieval, *candidate.context_recall, *candidate.faithfulness}
    figures: Figures = {
        "questions": min(counts[measure] for measure in of_all),
        "questions_asked": len(ids),
        "questions_repeated": len(questions) - len(ids),
        "questions_unexpected": len((seen | {*candidate.retrieved_faithfulness}) - known),
        "questions_with_reference": counts["context_recall"],
        "source_documents": len({question.cluster for question in questions}),
    }
    if answers:
        figures["answers"] = min(counts["faithfulness"], counts[RETRIEVED])
        figures["answer_clusters"] = len(set(asked["faithfulness"].clusters))
    return figures


def _evidence_rules(thresholds: GateThresholds, answered: bool) -> list[Rule]:
    few = "fewer scored {} cannot tell a good index from a bad one; {}"
    lower = "or lower AIDP_MIN_QUESTIONS for a small collection"
    write = few.format("questions", f"write more, {lower}")
    export = few.format("answers", f"export more, unset AIDP_EVAL_ANSWERS, {lower}")
    one = "{} about one document are one observation"
    wanted = [
        ("questions", thresholds.min_questions, write),
        ("questions_with_reference", thresholds.min_questions, write),
        ("source_documents", thresholds.min_documents, one.format("questions")),
    ]
    if answered:
        wanted += [
            ("answers", thresholds.min_questions, export),
            ("answer_clusters", thresholds.min_documents, one.format("answers")),
        ]
    return [
        Rule("questions_repeated", "==", 0, "a question counts once"),
        Rule("questions_unexpected", "==", 0, "scores of other questions belong to another run"),
        *(
            Rule(figure, ">=", least, reason, "INSUFFICIENT_EVIDENCE")
            for figure, least, reason in wanted
        ),
    ]


def _measure_figures(
    asked: dict[str, Asked],
    candidate: IndexScores,
    published: IndexScores | None,
    thresholds: GateThresholds,
    comparisons: Sequence[str],
) -> Figures:
    series = {measure: level(measure, own, candidate) for measure, own in asked.items()}
    figures: Figures = {
        f"{measure}_unscored_share": _unscored(measure, own, candidate)
        for measure, own in asked.items()
    }
    if published is not None:
        for measure in comparisons:
            before = level(measure, asked[measure], published)
            own = change(measure, asked[measure], candidate, published)
            series[f"{measure}_difference"] = own
            figures[f"{measure}_published"] = fmean(before.values) if before.values else None
            figures[f"{measure}_detectable_drop"] = detectable(own, thresholds)
    return figures | _intervals(series, thresholds)


def _intervals(series: dict[str, Series], thresholds: GateThresholds) -> Figures:
    found = bounds(series, thresholds)
    figures: Figures = {}
    for name in series:
        interval = found.get(name)
        figures[name] = interval.mean if interval else None
        figures[f"{name}_lower"] = _finite(interval.lower) if interval else None
    return figures


def _unscored(measure: str, asked: Asked, scores: IndexScores) -> float | None:
    values = scored(measure, asked, scores)
    return values.count(None) / len(values) if values else None


def _level_rules(measure: str, thresholds: GateThresholds) -> list[Rule]:
    unscored = Rule(
        f"{measure}_unscored_share",
        "<=",
        thresholds.max_unscored_share,
        "a question that cannot be scored counts 0, and many mean a broken scorer",
    )
    if measure == RETRIEVED:
        return [unscored]
    floor = Rule(
        f"{measure}_lower",
        ">=",
        thresholds.floor(measure),
        f"floor for the {thresholds.confidence:.0%} lower bound of the mean",
    )
    return [floor, unscored]


def _comparability(
    asked: dict[str, Asked],
    comparisons: Sequence[str],
    candidate: IndexScores,
    published: IndexScores,
) -> Figures:
    shares = [_unscored(measure, asked[measure], published) for measure in comparisons]
    return {
        "comparable": float(bool(candidate.key) and candidate.key == published.key),
        "published_unscored_share": max((s for s in shares if s is not None), default=None),
    }


def _comparability_rules(thresholds: GateThresholds) -> list[Rule]:
    return [
        Rule(
            "comparable",
            "==",
            1,
            "the published index must be scored with the same questions, scorer, answers and k; "
            "materialise rag_eval_scores again",
            "REBASELINE_REQUIRED",
        ),
        Rule(
            "published_unscored_share",
            "<=",
            thresholds.max_unscored_share,
            "without the published index's scores nothing shows that the candidate is no worse",
        ),
    ]


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


def _finite(value: float) -> float | None:
    # A record of figures is stored as JSON, which has no infinity.
    return value if math.isfinite(value) else None
