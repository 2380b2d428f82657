"""Answers that a product gave, as its team exports them, to be judged beside the index."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.records import Rejected
from ai_data_platform.core.text import normalise, printable

__all__ = [
    "StoredAnswer",
    "answer_clusters",
    "answer_set_fingerprint",
    "parse_answer",
    "questions_of",
]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One answer of a product.

    `contexts` are the texts that its generator saw: None where nobody kept them, empty where it saw
    none. `faithfulness` is a person's label in [0, 1]. An empty answer is one that failed.
    """

    answer_id: str
    question: str
    answer: str
    question_id: str | None = None
    contexts: tuple[str, ...] | None = None
    faithfulness: float | None = None
    generator: str | None = None


class _WrongTypeError(ValueError):
    """A field holds something other than it should; the reason is the first argument."""


def parse_answer(record: object) -> StoredAnswer | Rejected:
    """A record as an answer, or why it is none.

    Reasons: `record_not_an_object`, `question_missing`, `answer_missing`, `field_not_text`,
    `contexts_not_texts`, `label_not_a_number`, `label_out_of_range`. An answer's id is a hash of all
    but its label.
    """
    if not isinstance(record, Mapping):
        return Rejected("record_not_an_object", f"saw {type(record).__name__}, wanted an object")
    try:
        return _answer(record)
    except _WrongTypeError as error:
        return Rejected(*error.args)


def answer_set_fingerprint(answers: Iterable[StoredAnswer]) -> str:
    """Equal for the same answers, labels and generators, in whatever order they come."""
    return fingerprint(sorted(fingerprint(asdict(answer)) for answer in answers))


def questions_of(
    answers: Sequence[StoredAnswer], questions: Sequence[Question]
) -> dict[str, Question]:
    """The question of each answer by its id, where it is one of the set.

    It is told by `question_id`, or by the same words where the answer names no id.
    """
    by_id = {question.question_id: question for question in questions}
    by_text = {normalise(question.question): question for question in questions}
    found = {
        answer.answer_id: by_text.get(normalise(answer.question))
        if answer.question_id is None
        else by_id.get(answer.question_id)
        for answer in answers
    }
    return {answer_id: question for answer_id, question in found.items() if question is not None}


def answer_clusters(
    answers: Sequence[StoredAnswer], questions: Sequence[Question]
) -> dict[str, str]:
    """What each answer stands and falls with: its question's gold document, or else its question."""
    known = questions_of(answers, questions)
    return {
        answer.answer_id: known[answer.answer_id].cluster
        if answer.answer_id in known
        else hash_text("question", normalise(answer.question))
        for answer in answers
    }


def _answer(record: Mapping[str, Any]) -> StoredAnswer | Rejected:
    question, answer = _text(record, "question"), _text(record, "answer")
    if not question:
        return Rejected("question_missing", "wanted words under `question`")
    if answer is None:
        return Rejected("answer_missing", "wanted text under `answer`; an empty answer is text")
    question_id = _text(record, "question_id") or None
    contexts = _contexts(record.get("contexts"))
    generator = _text(record, "generator") or None
    identity = [question, answer, question_id, contexts, generator]
    return StoredAnswer(
        answer_id=fingerprint(identity),
        question=question,
        answer=answer,
        question_id=question_id,
        contexts=contexts,
        faithfulness=_label(record.get("faithfulness")),
        generator=generator,
    )


def _text(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise _WrongTypeError(
            "field_not_text", f"`{key}` holds {type(value).__name__}, wanted text"
        )
    return None if value is None else printable(value).strip()


def _contexts(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _WrongTypeError("contexts_not_texts", "wanted a list of texts under `contexts`")
    return tuple(map(printable, value))


def _label(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _WrongTypeError(
            "label_not_a_number", f"`faithfulness` holds {value!r}, wanted a number from 0 to 1"
        )
    if not 0 <= value <= 1:  # NaN is not either
        raise _WrongTypeError(
            "label_out_of_range", f"`faithfulness` is {value}, wanted a number from 0 to 1"
        )
    return float(value)
