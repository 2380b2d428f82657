"""How well a ranking finds the documents that answer a question: hit@5, MRR@10 and nDCG@10."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from statistics import fmean
from typing import Any

__all__ = ["RetrievalScore", "RetrievalScores", "score_rankings"]


@dataclass(frozen=True, slots=True)
class RetrievalScore:
    """The measures, each in [0, 1], of one question or as means.

    `vector_mrr_at_10` is that of a search by vector alone, None where there was none: words find many a
    passage whose vector is wrong, and so hide it from the other three.
    """

    hit_at_5: float
    mrr_at_10: float
    ndcg_at_10: float
    vector_mrr_at_10: float | None = None


@dataclass(frozen=True, slots=True)
class RetrievalScores:
    """One score for each question, by question id, and their means; no questions have no means."""

    per_question: dict[str, RetrievalScore]
    means: RetrievalScore | None


def score_rankings(
    rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Collection[str]]
) -> RetrievalScores:
    """The measures of trec_eval, for every question that has relevant ids.

    The order given is the ranking. An id that comes again, as when several chunks of one document
    are found, keeps its first place and those behind it move up. A question without a ranking
    counts 0. ValueError for a question without relevant ids or a ranking of an unknown question.
    """
    if unjudged := sorted(question for question, ids in relevant.items() if not ids):
        raise ValueError(f"questions without a relevant document cannot be scored: {unjudged[:5]}")
    if unknown := sorted(rankings.keys() - relevant.keys()):
        raise ValueError(f"rankings of questions that are not in the set: {unknown[:5]}")
    per_question = _measure(rankings, relevant) if relevant else {}
    return RetrievalScores(per_question, _means(list(per_question.values())))


def _measure(
    rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Collection[str]]
) -> dict[str, RetrievalScore]:
    import ir_measures  # here, because only an evaluation needs its compiled part
    from ir_measures import RR, Success, nDCG

    measures = {"hit_at_5": Success @ 5, "mrr_at_10": RR @ 10, "ndcg_at_10": nDCG @ 10}
    judged = {question: dict.fromkeys(sorted(ids), 1) for question, ids in sorted(relevant.items())}
    run = {question: _descending(rankings.get(question, ())) for question in judged}
    values = ir_measures.iter_calc(list(measures.values()), judged, run)
    found: dict[str, dict[Any, float]] = {
        question: {metric.measure: metric.value for metric in metrics}
        for question, metrics in groupby(
            sorted(values, key=attrgetter("query_id")), key=attrgetter("query_id")
        )
    }
    return {
        question: RetrievalScore(**{name: found[question][m] for name, m in measures.items()})
        for question in judged
    }


def _descending(ranking: Sequence[str]) -> dict[str, float]:
    # Distinct scores: left to itself, trec_eval orders equal scores by id, backwards.
    unique = list(dict.fromkeys(ranking))
    return {item: float(len(unique) - rank) for rank, item in enumerate(unique)}


def _means(scores: Sequence[RetrievalScore]) -> RetrievalScore | None:
    if not scores:
        return None
    return RetrievalScore(
        hit_at_5=fmean(score.hit_at_5 for score in scores),
        mrr_at_10=fmean(score.mrr_at_10 for score in scores),
        ndcg_at_10=fmean(score.ndcg_at_10 for score in scores),
    )
