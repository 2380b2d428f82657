"""The audit of a knowledge-base index: is it whole, and does it find what it should."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from ai_data_platform.core.evaluation.answers import answer_extractively
from ai_data_platform.core.evaluation.faithfulness import Case, Idf, LexicalScorer, Score, Scorer
from ai_data_platform.core.evaluation.index_evidence import (
    IndexScores,
    Integrity,
    Judged,
    comparability_key,
)
from ai_data_platform.core.evaluation.retrieval_metrics import RetrievalScore, score_rankings
from ai_data_platform.core.evaluation.stored_answers import questions_of
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.retrieval.embedder import Embedder, Vectors
from ai_data_platform.stores.evaluation_sets import (
    NO_ANSWERS,
    AnswerSet,
    QuestionSet,
    answers_for,
    questions_for,
)
from ai_data_platform.stores.index_scan import scan_integrity
from ai_data_platform.stores.score_tables import EVAL_SCORE, VersionAudit, question_table
from ai_data_platform.stores.vectors import VectorTable

__all__ = [
    "AUDIT_VERSION",
    "EVAL_SCORE",
    "AnswerSet",
    "IndexAudit",
    "QuestionSet",
    "answers_for",
    "questions_for",
]

AUDIT_VERSION = "index-audit-3"
_RANKED = 10  # chunks asked for: MRR@10 and nDCG@10 look no further
_CONTEXTS = 5  # chunks that an answer is given from

_Hits = Sequence[Mapping[str, Any]]
_Cases = dict[str, dict[str, Case]]


class IndexAudit:
    """Scores versions of one table on one question set with one scorer, so that they can be compared.

    Without a `scorer` the offline one does, with the word frequencies of `chunks`. A scorer whose scores
    have a spread says in an attribute `repeats` over how many repeats; without it each spread counts
    whole. `encode` gives the vectors of questions, the embedder's own by default.
    """

    def __init__(
        self,
        table: VectorTable,
        embedder: Embedder,
        questions: QuestionSet,
        chunks: pa.Table,
        *,
        scorer: Scorer | None = None,
        answers: AnswerSet = NO_ANSWERS,
        encode: Callable[[Sequence[str]], Vectors] | None = None,
    ) -> None:
        self._table = table
        self._embedder = embedder
        self._questions = questions.questions
        self._answers = answers.answers
        self._chunks = chunks
        self._idf = Idf.fit(chunks["text"].to_pylist())
        self.scorer: Scorer = scorer or LexicalScorer(self._idf)
        self._encode = encode or embedder.encode
        self._vectors: dict[str, Vectors] = {}
        self._known: dict[Case, Score] = {}
        self.key = comparability_key(
            questions.fingerprint, self.scorer.fingerprint, answers.answerer, _CONTEXTS
        )

    def scores(self, version: int) -> tuple[IndexScores, pa.Table]:
        """A version's scores by question, and the same as rows of EVAL_SCORE."""
        audited = self.audit(version)
        return audited.scores, question_table(self._questions, self._answers, audited)

    def audit(self, version: int) -> VersionAudit:
        """A version's scores with what they rest on. A case that comes again has the same score."""
        hits = self._search(version)
        asked = {question.question_id: hits[question.question] for question in self._questions}
        retrieval = self._retrieval(asked, version)
        answered = self._answered(hits)
        cases = self._cases(hits, answered)
        evidence = {measure: self._scored(own) for measure, own in cases.items()}
        values = {measure: _values(own) for measure, own in evidence.items()}
        scores = IndexScores(
            self.key,
            retrieval,
            dict.fromkeys(asked) | values["context_recall"],
            values["faithfulness"],
            values.get("retrieved_faithfulness", {}),
            {measure: self._judged(cases[measure], own) for measure, own in evidence.items()},
        )
        retrieved = {item: tuple(hit["chunk_id"] for hit in own) for item, own in asked.items()}
        return VersionAudit(scores, retrieved, answered, evidence)

    def cases(self, version: int) -> list[Case]:
        """Everything that auditing a version has scored, each once: what a judge's price depends on."""
        hits = self._search(version)
        measures = self._cases(hits, self._answered(hits)).values()
        return list(dict.fromkeys(case for own in measures for case in own.values()))

    def integrity(self, version: int) -> Integrity:
        """Counts from comparing each row of a version with the chunk that it should hold."""
        return scan_integrity(self._table, version, self._chunks, self._embedder)

    def _retrieval(self, hits: Mapping[str, _Hits], version: int) -> dict[str, RetrievalScore]:
        """The measures of each question: of what readers find, and of what the vectors find alone."""
        wanted = {asked.question_id: asked.gold_doc_ids for asked in self._questions}
        by_vector = {
            asked.question_id: self._table.search(
                "", self._vectors[asked.question], _RANKED, version=version
            )
            for asked in self._questions
        }
        found, alone = (
            score_rankings({i: [hit["doc_id"] for hit in own] for i, own in ranked.items()}, wanted)
            for ranked in (hits, by_vector)
        )
        return {
            i: replace(score, vector_mrr_at_10=alone.per_question[i].mrr_at_10)
            for i, score in found.per_question.items()
        }

    def _search(self, version: int) -> dict[str, list[dict[str, Any]]]:
        """What a version finds for each question, of the set or of a stored answer, by its words."""
        asked = [own.question for own in self._questions]
        texts = list(dict.fromkeys([*asked, *(own.question for own in self._answers)]))
        if not self._vectors:
            self._vectors = dict(zip(texts, self._encode(texts), strict=True))
        return {
            text: self._table.search(text, self._vectors[text], _RANKED, version=version)
            for text in texts
        }

    def _answered(self, hits: Mapping[str, _Hits]) -> dict[str, str]:
        """An answer to each question: the first that is stored, or one made from what was found."""
        if not self._answers:
            return {
                asked.question_id: answer_extractively(
                    asked.question, _texts(hits[asked.question]), self._idf
                )
                for asked in self._questions
            }
        known = questions_of(self._answers, self._questions)
        backwards = (own for own in reversed(self._answers) if own.answer_id in known)
        return {known[own.answer_id].question_id: own.answer for own in backwards}

    def _cases(self, hits: Mapping[str, _Hits], answered: Mapping[str, str]) -> _Cases:
        """What each measure is scored on, by id of question or stored answer."""
        found = {text: _texts(own) for text, own in hits.items()}
        recall = {
            asked.question_id: Case(asked.question, asked.reference, found[asked.question])
            for asked in self._questions
            if asked.reference
        }
        if self._answers:
            return {"context_recall": recall, **self._stored_cases(found)}
        extracted = {
            asked.question_id: Case(
                asked.question, answered[asked.question_id], found[asked.question]
            )
            for asked in self._questions
        }
        return {"context_recall": recall, "faithfulness": extracted}

    def _stored_cases(self, found: Mapping[str, tuple[str, ...]]) -> _Cases:
        """Stored answers to what is found, and to the texts that each was given from where known."""
        retrieved = {
            own.answer_id: Case(own.question, own.answer, found[own.question])
            for own in self._answers
        }
        given = {
            own.answer_id: replace(retrieved[own.answer_id], contexts=own.contexts)
            for own in self._answers
            if own.contexts is not None
        }
        return {"faithfulness": retrieved | given, "retrieved_faithfulness": retrieved}

    def _scored(self, cases: Mapping[str, Case]) -> dict[str, Score]:
        """The score of each case; the new ones in one call, so that a judge can work on many at once."""
        new = [case for case in dict.fromkeys(cases.values()) if case not in self._known]
        if new:
            self._known |= dict(zip(new, self.scorer.score_all(new), strict=True))
        return {item: self._known[case] for item, case in cases.items()}

    def _judged(self, cases: Mapping[str, Case], scores: Mapping[str, Score]) -> dict[str, Judged]:
        repeats = max(1, int(getattr(self.scorer, "repeats", 1)))
        return {
            item: Judged(_case_hash(cases[item]), score.spread / math.sqrt(repeats))
            for item, score in scores.items()
            if score.spread
        }


def _texts(hits: _Hits) -> tuple[str, ...]:
    return tuple(hit["text"] for hit in hits[:_CONTEXTS])


def _values(scores: Mapping[str, Score]) -> dict[str, float | None]:
    return {item: score.value for item, score in scores.items()}


def _case_hash(case: Case) -> str:
    return hash_text(case.question, case.answer, *case.contexts)
