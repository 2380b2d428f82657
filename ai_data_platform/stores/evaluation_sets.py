"""What an index is audited with: questions, and answers that a product gave, out of a team's files."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from ai_data_platform.core.evaluation.answers import EXTRACTIVE_ANSWERER
from ai_data_platform.core.evaluation.known_items import Section, generate_questions
from ai_data_platform.core.evaluation.questions import (
    Question,
    parse_question,
    question_set_fingerprint,
)
from ai_data_platform.core.evaluation.stored_answers import (
    StoredAnswer,
    answer_set_fingerprint,
    parse_answer,
)
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.readers import read_records

__all__ = ["NO_ANSWERS", "AnswerSet", "QuestionSet", "answers_for", "questions_for"]

_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions whose gold documents are doc_ids, and the team's records that were set aside."""

    questions: tuple[Question, ...]
    rejected: Mapping[str, int]

    @property
    def fingerprint(self) -> str:
        return question_set_fingerprint(self.questions)


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """Stored answers, each once, and the records that were set aside."""

    answers: tuple[StoredAnswer, ...] = ()
    rejected: Mapping[str, int] = field(default_factory=dict)

    @property
    def generators(self) -> tuple[str, ...]:
        """What gave the answers, in order; an answer that does not say counts as none."""
        return tuple(sorted({answer.generator for answer in self.answers if answer.generator}))

    @property
    def answerer(self) -> str:
        """Names in a comparability key whose answers are scored."""
        if not self.answers:
            return EXTRACTIVE_ANSWERER
        return fingerprint([self.generators, answer_set_fingerprint(self.answers)])


NO_ANSWERS = AnswerSet()
"""Answers are copied from what is found, by `answer_extractively`."""


def questions_for(documents: pa.Table, team_file: Path | None, generated: int) -> QuestionSet:
    """The team's questions where there is a file of them, else questions made from the documents."""
    if team_file is not None and team_file.is_file():
        return _team_questions(documents, team_file)
    sections = (
        Section(row["doc_id"], row["title"], tuple(part["heading_path"]), part["text"])
        for row in documents.select(["doc_id", "title", "sections"]).to_pylist()
        for part in row["sections"]
    )
    made = generate_questions(sections, generated)
    return QuestionSet(made.questions, made.skipped)


def answers_for(path: Path | None) -> AnswerSet:
    """The product's answers in a file of them; none without a file.

    Records are set aside for the reasons of `parse_answer` and `read_records`, and as
    `repeated_answer` when they differ from an earlier one in nothing but the label.
    """
    if path is None:
        return NO_ANSWERS
    parsed, rejected = _parsed(path, parse_answer)
    unique: dict[str, StoredAnswer] = {}
    for answer in parsed:
        if answer.answer_id in unique:
            rejected["repeated_answer"] += 1
        unique.setdefault(answer.answer_id, answer)
    return AnswerSet(tuple(unique.values()), dict(sorted(rejected.items())))


def _team_questions(documents: pa.Table, path: Path) -> QuestionSet:
    by_uri = dict(zip(documents["uri"].to_pylist(), documents["doc_id"].to_pylist(), strict=True))
    parsed, rejected = _parsed(path, parse_question)
    questions = tuple(
        replace(found, gold_doc_ids=tuple(_doc_id(name, by_uri) for name in found.gold_doc_ids))
        for found in parsed
    )
    return QuestionSet(questions, dict(sorted(rejected.items())))


def _parsed(
    path: Path, parse: Callable[[object], _Parsed | Rejected]
) -> tuple[list[_Parsed], Counter[str]]:
    """What a file's records mean, and how many mean nothing, by reason."""
    good: list[_Parsed] = []
    rejected: Counter[str] = Counter()
    for _, record, _ in read_records(path, path.name):
        found = record if isinstance(record, Rejected) else parse(record)
        if isinstance(found, Rejected):
            rejected[found.reason] += 1
        else:
            good.append(found)
    return good, rejected


def _doc_id(name: str, by_uri: Mapping[str, str]) -> str:
    """The doc_id that a gold name means: a uri, or a doc_id as it is.

    A document that left the source keeps its doc_id, so the candidate misses it where the published
    index still finds it, and losing it is seen.
    """
    return by_uri.get(name) or (name if _is_doc_id(name) else hash_text(name))


def _is_doc_id(name: str) -> bool:
    return len(name) == 32 and set(name) <= set("0123456789abcdef")
