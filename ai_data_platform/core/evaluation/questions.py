"""The questions an index is judged by, as a team writes them or as they are made from documents."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.records import Rejected
from ai_data_platform.core.text import printable

__all__ = ["Question", "parse_question", "question_set_fingerprint"]

_GOLD_KEYS = (
    "gold_doc_ids",
    "gold_doc_id",
    "gold_uris",
    "gold_uri",
    "gold_passage_ids",
    "gold_passage_id",
    "gold_documents",
    "gold_document",
)
_REFERENCE_KEYS = ("reference_answer", "answer")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what answers it.

    `gold_doc_ids` holds at least one id, as the record gives it: of a document, URI or passage.
    `gold_text` is a passage that holds the answer.
    """

    question_id: str
    question: str
    gold_doc_ids: tuple[str, ...]
    gold_text: str | None
    reference_answer: str | None
    origin: Literal["team", "generated"]

    def __post_init__(self) -> None:
        if not self.gold_doc_ids:
            raise ValueError(
                f"question {self.question_id} has no gold document: it cannot be scored"
            )

    @property
    def reference(self) -> str | None:
        """What retrieved text is compared with: the reference answer, or else the gold text."""
        return self.reference_answer or self.gold_text

    @property
    def cluster(self) -> str:
        """Questions with the same one stand and fall together: the first gold document by id."""
        return min(self.gold_doc_ids)


def parse_question(record: object) -> Question | Rejected:
    """A team's record as a question, or why it is none.

    Reasons: `record_not_an_object`, `question_missing`, `gold_missing`, `field_not_text`. The first
    gold key that has a value counts; a question without an id gets one from what it asks.
    """
    if not isinstance(record, Mapping):
        return Rejected("record_not_an_object", f"saw {type(record).__name__}, wanted an object")
    try:
        return _question(record)
    except _NotTextError as error:
        return Rejected("field_not_text", str(error))


def question_set_fingerprint(questions: Iterable[Question]) -> str:
    """Equal for the same questions with the same answers, in whatever order they come."""
    return fingerprint(sorted(fingerprint(asdict(question)) for question in questions))


class _NotTextError(ValueError):
    """A field holds something other than text."""


def _question(record: Mapping[str, Any]) -> Question | Rejected:
    question = _text(record, "question")
    if question is None:
        return Rejected("question_missing", "wanted words under `question`")
    gold = next((ids for key in _GOLD_KEYS if (ids := _ids(record, key))), ())
    if not gold:
        return Rejected("gold_missing", f"wanted an id under one of {', '.join(_GOLD_KEYS)}")
    answers = (_text(record, key) for key in _REFERENCE_KEYS)
    return Question(
        question_id=_text(record, "question_id") or hash_text("team", question, *gold),
        question=question,
        gold_doc_ids=gold,
        gold_text=_text(record, "gold_text"),
        reference_answer=next((answer for answer in answers if answer is not None), None),
        origin="team",
    )


def _text(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    return None if value is None else _plain(value, key) or None


def _ids(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = record.get(key)
    items = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return tuple(dict.fromkeys(text for item in items if (text := _plain(item, key))))


def _plain(value: object, key: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _NotTextError(f"`{key}` holds {type(value).__name__}, wanted text")
    return printable(value).strip()
