"""The scores of an audit as tables for people: one row a question, one row a stored answer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import pyarrow as pa

from ai_data_platform.core.evaluation.faithfulness import Score
from ai_data_platform.core.evaluation.index_evidence import IndexScores
from ai_data_platform.core.evaluation.index_measures import MEASURES
from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.evaluation.stored_answers import StoredAnswer, questions_of

__all__ = ["ANSWER_SCORE", "EVAL_SCORE", "VersionAudit", "answer_table", "question_table"]

_SHOWN = 300  # characters of evidence

EVAL_SCORE = pa.schema(
    [
        pa.field("question_id", pa.string(), nullable=False),
        pa.field("question", pa.string(), nullable=False),
        pa.field("origin", pa.string(), nullable=False),
        *(pa.field(measure, pa.float64()) for measure in MEASURES),
        *(pa.field(f"{measure}_published", pa.float64()) for measure in MEASURES),
        pa.field("answer", pa.string(), nullable=False),
        pa.field("unsupported", pa.string()),  # of the reference answer: why context recall is low
        pa.field("retrieved", pa.list_(pa.string()), nullable=False),  # chunk ids, best first
    ]
)
"""How one question fared on the candidate, and on the published index where there is one.

`faithfulness` is to the text that the index finds: of `answer`, or, with stored answers, the mean over
those to this question, of which `answer` is the first.
"""

ANSWER_SCORE = pa.schema(
    [
        pa.field("answer_id", pa.string(), nullable=False),
        pa.field("question_id", pa.string()),  # null: the question is not one of the set
        pa.field("question", pa.string(), nullable=False),
        pa.field("answer", pa.string(), nullable=False),
        pa.field("generator", pa.string()),
        pa.field("human_faithfulness", pa.float64()),
        pa.field("faithfulness", pa.float64()),
        pa.field("retrieved_faithfulness", pa.float64()),
        pa.field("retrieved_faithfulness_published", pa.float64()),
        pa.field("unsupported", pa.string()),  # by the texts that `faithfulness` is to
    ]
)
"""How one stored answer fared: to the texts that it was given from, and to those that an index finds."""


@dataclass(frozen=True, slots=True)
class VersionAudit:
    """What an audit found in one version of an index.

    `retrieved` holds chunk ids and `answered` the answer to show, by question id; `evidence` the scores
    with their evidence by measure and id of question or stored answer.
    """

    scores: IndexScores
    retrieved: Mapping[str, tuple[str, ...]]
    answered: Mapping[str, str]
    evidence: Mapping[str, Mapping[str, Score]]


def question_table(
    questions: Sequence[Question],
    answers: Sequence[StoredAnswer],
    audited: VersionAudit,
    published: IndexScores | None = None,
) -> pa.Table:
    """Rows of EVAL_SCORE in the order of the questions."""
    now = _by_question(audited.scores, questions, answers)
    before = _by_question(published, questions, answers) if published else {}
    why = audited.evidence["context_recall"]
    rows = [
        {
            "question_id": asked.question_id,
            "question": asked.question,
            "origin": asked.origin,
            **{measure: now[measure].get(asked.question_id) for measure in MEASURES},
            **{
                f"{measure}_published": own.get(asked.question_id)
                for measure, own in before.items()
            },
            "answer": audited.answered.get(asked.question_id, ""),
            "unsupported": _unsupported(why.get(asked.question_id)),
            "retrieved": list(audited.retrieved[asked.question_id]),
        }
        for asked in questions
    ]
    return pa.Table.from_pylist(rows, schema=EVAL_SCORE)


def answer_table(
    questions: Sequence[Question],
    answers: Sequence[StoredAnswer],
    audited: VersionAudit,
    published: IndexScores | None = None,
) -> pa.Table:
    """Rows of ANSWER_SCORE in the order of the answers."""
    known = questions_of(answers, questions)
    scores, before = audited.scores, published.retrieved_faithfulness if published else {}
    rows = [
        {
            "answer_id": own.answer_id,
            "question_id": known[own.answer_id].question_id if own.answer_id in known else None,
            "question": own.question,
            "answer": own.answer,
            "generator": own.generator,
            "human_faithfulness": own.faithfulness,
            "faithfulness": scores.faithfulness.get(own.answer_id),
            "retrieved_faithfulness": scores.retrieved_faithfulness.get(own.answer_id),
            "retrieved_faithfulness_published": before.get(own.answer_id),
            "unsupported": _unsupported(audited.evidence["faithfulness"].get(own.answer_id)),
        }
        for own in answers
    ]
    return pa.Table.from_pylist(rows, schema=ANSWER_SCORE)


def _by_question(
    scores: IndexScores, questions: Sequence[Question], answers: Sequence[StoredAnswer]
) -> dict[str, Mapping[str, float | None]]:
    """Each measure by question id; faithfulness of several answers to one question is their mean."""
    values = {measure: scores.of(measure) for measure in MEASURES}
    if answers:
        values["faithfulness"] = _means(scores, questions, answers)
    return values


def _means(
    scores: IndexScores, questions: Sequence[Question], answers: Sequence[StoredAnswer]
) -> dict[str, float | None]:
    by_question: defaultdict[str, list[float]] = defaultdict(list)
    for answer_id, question in questions_of(answers, questions).items():
        value = scores.retrieved_faithfulness.get(answer_id)
        if value is not None:
            by_question[question.question_id].append(value)
    return {question_id: fmean(own) for question_id, own in by_question.items()}


def _unsupported(score: Score | None) -> str | None:
    """Claims, or else words and numbers, that the texts do not hold; or why there is no score."""
    if score is None:
        return None
    evidence = score.evidence
    if evidence.unscored:
        return f"not scored: {evidence.unscored}"
    terms = ", ".join((*evidence.unsupported_words, *evidence.unsupported_numbers))
    found = "; ".join(evidence.unsupported_claims) or terms
    return found if len(found) <= _SHOWN else f"{found[: _SHOWN - 1]}…"
