"""How far the contexts support an answer, without a model: the idf-weighted share of its terms.

The score is for comparing two runs of the same answerer over the same questions, and for finding
answers that were given from the wrong context. It is no rate of true claims: a subtle falsehood in
the context's own words scores high, and negation is not read.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ai_data_platform.core.evaluation.terms import content_terms, is_number, sentences
from ai_data_platform.core.fingerprints import fingerprint

__all__ = ["Case", "Evidence", "Idf", "LexicalScorer", "Score", "Scorer"]

_MICRO = 1_000_000
"""Weights are whole millionths: sums are exact, whatever their order and the machine's libm."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is scored: how far `contexts` support `answer`, which was given to `question`."""

    question: str
    answer: str
    contexts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a score is what it is.

    `unscored` is the reason where there is no score (`empty_answer`, `empty_contexts`,
    `no_content_words`). Unsupported terms come with the most telling first; the weakest sentence is
    the one with the least support, the earlier one on a tie.
    """

    unscored: str | None = None
    unsupported_words: tuple[str, ...] = ()
    unsupported_numbers: tuple[str, ...] = ()
    weakest_sentence: str | None = None
    weakest_support: float | None = None
    unsupported_claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A value in [0, 1], or None for what could not be scored; None never counts as support.

    `spread` is the standard deviation of the value over the scorer's own repeats: 0 for a scorer
    that says the same each time.
    """

    value: float | None
    evidence: Evidence
    spread: float = 0.0


class Scorer(Protocol):
    """Anything that says how far contexts support an answer: this module's scorer or an LLM judge.

    Two scorers with equal `version` and `fingerprint` are meant to give comparable scores.
    """

    @property
    def version(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def score(self, question: str, answer: str, contexts: Sequence[str]) -> Score: ...

    def score_all(self, cases: Sequence[Case]) -> list[Score]:
        """One score a case, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Idf:
    """How rare each term is in a collection of texts."""

    documents: int
    frequencies: Mapping[str, int]

    @classmethod
    def fit(cls, texts: Iterable[str]) -> "Idf":
        """Document frequencies of the content terms; without texts every term weighs the same."""
        frequencies: Counter[str] = Counter()
        documents = 0
        for text in texts:
            frequencies.update(content_terms(text))
            documents += 1
        return cls(documents, dict(sorted(frequencies.items())))

    def weight(self, term: str) -> int:
        """ln((1 + documents) / (1 + documents with the term)) + 1, in millionths; at least 10^6."""
        seen = self.frequencies.get(term, 0)
        return round(_MICRO * (math.log((1 + self.documents) / (1 + seen)) + 1))

    def weight_of(self, terms: Iterable[str]) -> int:
        """The weights' sum, in millionths."""
        return sum(map(self.weight, terms))

    @property
    def fingerprint(self) -> str:
        """Equal for the same frequencies, in whatever order the texts came."""
        return fingerprint({"documents": self.documents, "frequencies": dict(self.frequencies)})


@dataclass(frozen=True, slots=True)
class LexicalScorer:
    """The offline scorer: which share of the answer's distinct words and numbers the contexts hold.

    The share is weighted by idf. The question is no support: an answer that only repeats it scores
    low. Terms are not stemmed: on MT-RAG the rank correlation with people is 0.659 as it is, 0.658
    with plurals folded and 0.662 with suffixes cut, which is no difference.
    """

    idf: Idf

    @property
    def version(self) -> str:
        return "lexical-support-1"

    @property
    def fingerprint(self) -> str:
        return fingerprint({"scorer": self.version, "idf": self.idf.fingerprint})

    def score(self, question: str, answer: str, contexts: Sequence[str]) -> Score:
        """A score with its evidence; unscored without an answer, contexts or content words."""
        terms = content_terms(answer)
        if reason := _unscored(answer, contexts, terms):
            return Score(None, Evidence(unscored=reason))
        supported = terms & frozenset().union(*map(content_terms, contexts))
        return Score(self._share(terms, supported), self._evidence(answer, terms, supported))

    def score_all(self, cases: Sequence[Case]) -> list[Score]:
        return [self.score(case.question, case.answer, case.contexts) for case in cases]

    def _share(self, terms: frozenset[str], supported: frozenset[str]) -> float:
        return self.idf.weight_of(terms & supported) / self.idf.weight_of(terms)

    def _evidence(self, answer: str, terms: frozenset[str], supported: frozenset[str]) -> Evidence:
        missing = sorted(terms - supported, key=lambda term: (-self.idf.weight(term), term))
        shares = [
            (self._share(own, supported), sentence)
            for sentence in sentences(answer)
            if (own := content_terms(sentence))
        ]
        support, sentence = min(shares, key=lambda pair: pair[0])
        return Evidence(
            unsupported_words=tuple(term for term in missing if not is_number(term)),
            unsupported_numbers=tuple(term for term in missing if is_number(term)),
            weakest_sentence=sentence,
            weakest_support=support,
        )


def _unscored(answer: str, contexts: Sequence[str], terms: frozenset[str]) -> str | None:
    if not answer.strip():
        return "empty_answer"
    if not any(context.strip() for context in contexts):
        return "empty_contexts"
    return None if terms else "no_content_words"
