"""How often the index gate blocks an index, over many draws of the questions it is asked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from ai_data_platform.core.evaluation.index_evidence import GateThresholds, IndexScores
from ai_data_platform.core.evaluation.index_gate import index_figures_and_rules
from ai_data_platform.core.evaluation.index_integrity import integrity_rules
from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform_tests.index_faults import Audited

__all__ = ["Shares", "blocked_shares"]

_BARE = 0.8
_COMPARABILITY = {"comparable", "published_unscored_share"}


@dataclass(frozen=True, slots=True)
class Shares:
    """Of `draws` question sets, on how many an index was blocked, and by what.

    `bare`: mean hit@5 or mean faithfulness below 0.8, and nothing else. `statistics`: every layer but
    integrity, as where a mistake upstream made the chunks wrong and the index holds just these.
    `floors`: of these, what a first index is judged by, which has no published one beside it.
    `whole` and `first`: the whole gate, with and without a published index. `figures` counts how
    often each figure of `statistics` broke its rule.
    """

    draws: int
    bare: int
    statistics: int
    floors: int
    whole: int
    first: int
    figures: Counter[str]


def blocked_shares(
    questions: Sequence[Question],
    candidates: Sequence[Audited],
    published: Audited,
    *,
    draws: int,
    asked: int = 200,
    thresholds: GateThresholds,
) -> Shares:
    """`asked` of the questions are drawn without replacement each time; the candidates take turns."""
    counts: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    for draw in range(draws):
        own = candidates[draw % len(candidates)]
        picked = np.random.default_rng(draw).choice(len(questions), asked, replace=False)
        chosen = [questions[i] for i in picked.tolist()]
        broken = _broken(chosen, own, published, thresholds)
        integrity = {rule.figure for rule in integrity_rules(own.integrity, thresholds)}
        alone = {figure for figure in broken if not _compares(figure)}
        figures.update(broken - integrity)
        found = {
            "bare": _bare(chosen, own.scores),
            "statistics": broken - integrity,
            "floors": alone - integrity,
            "whole": broken,
            "first": alone,
        }
        counts.update(name for name, blocks in found.items() if blocks)
    return Shares(
        draws=draws,
        bare=counts["bare"],
        statistics=counts["statistics"],
        floors=counts["floors"],
        whole=counts["whole"],
        first=counts["first"],
        figures=figures,
    )


def _broken(
    questions: Sequence[Question],
    candidate: Audited,
    published: Audited,
    thresholds: GateThresholds,
) -> set[str]:
    """The figures whose rules do not hold."""
    figures, rules = index_figures_and_rules(
        questions,
        candidate.integrity,
        _on(questions, candidate.scores),
        _on(questions, published.scores),
        thresholds,
    )
    return {rule.figure for rule in rules if rule.failure(figures) is not None}


def _compares(figure: str) -> bool:
    """Whether a rule on this figure is asked only where there is a published index."""
    return figure.endswith("_difference_lower") or figure in _COMPARABILITY


def _on(questions: Sequence[Question], scores: IndexScores) -> IndexScores:
    """The scores of these questions alone."""
    ids = [question.question_id for question in questions]
    return IndexScores(
        scores.key,
        {asked: scores.retrieval[asked] for asked in ids},
        {asked: scores.context_recall[asked] for asked in ids},
        {asked: scores.faithfulness[asked] for asked in ids},
    )


def _bare(questions: Sequence[Question], scores: IndexScores) -> bool:
    ids = [question.question_id for question in questions]
    measured = (scores.of(measure) for measure in ("hit_at_5", "faithfulness"))
    return any(fmean(values[asked] or 0.0 for asked in ids) < _BARE for values in measured)
