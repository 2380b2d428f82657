"""Which questions fared worst on a candidate index: where a person looks first after a block."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["SHOWN_MEASURES", "WorstQuestion", "rank_worst_questions"]

SHOWN_MEASURES = ("hit_at_5", "mrr_at_10", "context_recall")
"""What a question is ranked by: whether the passage was found, how early, and how much of the answer
it holds. Answers copied from the passages are faithful by construction and would tell nothing."""


@dataclass(frozen=True, slots=True)
class WorstQuestion:
    """One question with its scores on the candidate and, where there are any, on the published index.

    `scores` and `published` are by measure, None for what was not scored; `change` is the mean of
    candidate minus published, 0 where nothing compares. `unsupported` is what the retrieved passages
    do not hold.
    """

    question_id: str
    question: str
    scores: Mapping[str, float | None]
    published: Mapping[str, float | None]
    change: float
    unsupported: str


def rank_worst_questions(rows: Iterable[Mapping[str, Any]], limit: int = 10) -> list[WorstQuestion]:
    """The questions that lost most against the published index, then those with the lowest scores.

    A row has `question_id`, `question` and a column for each measure; `<measure>_published` and
    `unsupported` count where they are there. A score that the published index had and the candidate
    lacks counts 0, as in the gate; a measure that neither was asked for counts nothing.
    """
    found = [_question(row) for row in rows]
    return sorted(found, key=lambda q: (min(q.change, 0.0), _mean(q.scores), q.question_id))[:limit]


def _question(row: Mapping[str, Any]) -> WorstQuestion:
    scores = {measure: row.get(measure) for measure in SHOWN_MEASURES}
    published = {measure: row.get(f"{measure}_published") for measure in SHOWN_MEASURES}
    changes = [
        (scores[measure] or 0.0) - old for measure, old in published.items() if old is not None
    ]
    missing = row.get("unsupported") or ""
    return WorstQuestion(
        question_id=row["question_id"],
        question=row["question"],
        scores=scores,
        published=published,
        change=sum(changes) / len(changes) if changes else 0.0,
        unsupported=missing if isinstance(missing, str) else ", ".join(missing),
    )


def _mean(scores: Mapping[str, float | None]) -> float:
    known = [value for value in scores.values() if value is not None]
    return sum(known) / len(known) if known else 0.0
