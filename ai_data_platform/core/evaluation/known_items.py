"""Questions made from the documents themselves, for a team that has written none yet.

A known-item question asks for a section by its heading; the section's first sentences are the
reference answer and its document is the gold. It shows that what was put into an index is found
again, complete and under its own vector; it does not show that people's questions are answered.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.evaluation.terms import content_terms, sentences
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.text import normalise, word_count, words

__all__ = ["GeneratedQuestions", "Section", "generate_questions"]

_MIN_SECTION_WORDS = 15
"""Below that a section is a stub or a list of links: there is nothing to ask."""

_LEAD_WORDS = 12
"""The reference answer grows by whole sentences until it says something."""

_MAX_LEAD_WORDS = 80
"""A longer "sentence" is a table or code without full stops."""

_GENERIC = frozenset(
    words(
        """
        about abstract appendix arguments attributes background caveats changelog conclusion
        conclusions contents definition description details discussion example examples faq
        features foreword general installation introduction limitations methods notes options
        overview parameters preface prerequisites purpose references related remarks requirements
        results returns setup summary syntax usage warnings
        """
    )
) | {
    "further reading",
    "getting started",
    "how to use",
    "more information",
    "nested elements",
    "parameters specified as nested elements",
    "return value",
    "see also",
    "table of contents",
}
_NUMBERING = re.compile(
    r"^(?:(?i:chapter|section|appendix)\s+(?:[\d.]+|[A-Z])[.:)]?\s+"
    r"|\d+(?:\.\d+)*[.):]\s+"
    r"|\d+(?:\.\d+)+\s+)"
)
_MARKUP = re.compile(r"^#+\s+|\s+#+$|[*`]+")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of one document under a heading; `heading_path` runs from the outermost heading."""

    doc_id: str
    title: str
    heading_path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class GeneratedQuestions:
    """The chosen questions, and how many sections gave none, by reason.

    Reasons: `section_too_short`, `generic_heading` (nothing in its path says what it is about),
    `no_lead_sentence`, `duplicate_question` (asked of the same document already),
    `ambiguous_question` (several documents would answer it) and `over_limit`.
    """

    questions: tuple[Question, ...]
    skipped: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Draft:
    doc_id: str
    short: str
    full: str
    lead: str


def generate_questions(sections: Iterable[Section], limit: int) -> GeneratedQuestions:
    """At most `limit` questions, one from each document before a second from any.

    The sections of one document come in reading order; the order of the documents does not count.
    The choice follows hashes, and a smaller limit gives a prefix of it. ValueError for one below 0.
    """
    if limit < 0:
        raise ValueError(f"a limit of {limit} questions: wanted 0 or more")
    skipped: Counter[str] = Counter()
    drafts = []
    for section in sections:
        draft = _draft(section)
        if isinstance(draft, str):
            skipped[draft] += 1
        else:
            drafts.append(draft)
    questions = _spread(_unambiguous(drafts, skipped))
    skipped["over_limit"] = max(0, len(questions) - limit)
    return GeneratedQuestions(tuple(questions[:limit]), dict(sorted((+skipped).items())))


def _draft(section: Section) -> _Draft | str:
    if word_count(section.text) < _MIN_SECTION_WORDS:
        return "section_too_short"
    path = _headings(section)
    if all(map(_is_generic, path)):
        return "generic_heading"
    lead = _lead(section.text, path)
    if not lead:
        return "no_lead_sentence"
    return _Draft(section.doc_id, _short_question(path), _ask(path[-1], path[:-1]), lead)


def _headings(section: Section) -> list[str]:
    """Title and headings from the outside in, without numbering, markup and repetitions."""
    path: list[str] = []
    for heading in (section.title, *section.heading_path):
        plain = " ".join(_NUMBERING.sub("", _MARKUP.sub("", heading).strip()).split())
        if content_terms(plain) and normalise(plain) not in map(normalise, path):
            path.append(plain)
    return path


def _short_question(path: Sequence[str]) -> str:
    """Asks for the last heading; one that is generic or a single word needs the one above it."""
    leaf, above = path[-1], path[:-1]
    if len(content_terms(leaf)) >= 2 and not _is_generic(leaf):
        return _ask(leaf, [])
    telling = [heading for heading in above if not _is_generic(heading)]
    return _ask(leaf, telling[-1:])


def _ask(leaf: str, above: Sequence[str]) -> str:
    place = f" in {', '.join(above)}" if above else ""
    if leaf.endswith(("?", "？")):
        return f"{leaf[:-1].rstrip()}{place}?"
    return f'What is said about "{leaf.rstrip(".:")}"{place}?'


def _is_generic(heading: str) -> bool:
    return normalise(heading).rstrip(".:") in _GENERIC


def _lead(text: str, path: Sequence[str]) -> str:
    """The first sentences that say something, or "" where the text does not begin with any."""
    headings = set(map(normalise, path))
    lead: list[str] = []
    for sentence in sentences(text):
        plain = _MARKUP.sub("", sentence).strip()
        if normalise(plain) in headings or not content_terms(plain):
            continue
        lead.append(plain)
        if sum(map(word_count, lead)) >= _LEAD_WORDS:
            break
    answer = " ".join(lead)
    return answer if word_count(answer) <= _MAX_LEAD_WORDS else ""


def _unambiguous(drafts: Sequence[_Draft], skipped: Counter[str]) -> list[Question]:
    """One question a draft; where several documents would answer it, it names its whole path."""
    short = _documents_by_question((draft.short, draft.doc_id) for draft in drafts)
    asked = [
        (draft.short if len(short[normalise(draft.short)]) == 1 else draft.full, draft)
        for draft in sorted(drafts, key=lambda draft: draft.doc_id)
    ]
    documents = _documents_by_question((text, draft.doc_id) for text, draft in asked)
    questions: dict[str, Question] = {}
    for text, draft in asked:
        if len(documents[normalise(text)]) > 1:
            skipped["ambiguous_question"] += 1
        elif normalise(text) in questions:
            skipped["duplicate_question"] += 1
        else:
            questions[normalise(text)] = _question(text, draft)
    return list(questions.values())


def _documents_by_question(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    documents: defaultdict[str, set[str]] = defaultdict(set)
    for text, doc_id in pairs:
        documents[normalise(text)].add(doc_id)
    return documents


def _question(text: str, draft: _Draft) -> Question:
    return Question(
        question_id=hash_text("generated", text, draft.doc_id),
        question=text,
        gold_doc_ids=(draft.doc_id,),
        gold_text=None,
        reference_answer=draft.lead,
        origin="generated",
    )


def _spread(questions: Iterable[Question]) -> list[Question]:
    """By rounds: one of each document, then a second of each that has two, and so on."""
    by_document: defaultdict[str, list[Question]] = defaultdict(list)
    for question in sorted(questions, key=lambda question: question.question_id):
        by_document[question.gold_doc_ids[0]].append(question)
    order = sorted(by_document, key=lambda doc_id: hash_text("document", doc_id))
    rounds = zip_longest(*(by_document[doc_id] for doc_id in order))
    return [question for question in chain.from_iterable(rounds) if question is not None]
