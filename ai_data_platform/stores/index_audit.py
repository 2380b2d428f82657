"""The audit of a knowledge-base index: is it whole, and does it find what it should."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ai_data_platform.core.evaluation.answers import EXTRACTIVE_ANSWERER, answer_extractively
from ai_data_platform.core.evaluation.faithfulness import Idf, LexicalScorer
from ai_data_platform.core.evaluation.index_evidence import (
    IndexScores,
    Integrity,
    comparability_key,
)
from ai_data_platform.core.evaluation.known_items import Section, generate_questions
from ai_data_platform.core.evaluation.questions import (
    Question,
    parse_question,
    question_set_fingerprint,
)
from ai_data_platform.core.evaluation.retrieval_metrics import score_rankings
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import Rejected
from ai_data_platform.core.retrieval.embedder import Embedder, Vectors
from ai_data_platform.stores.readers import read_records
from ai_data_platform.stores.vectors import VectorTable

__all__ = ["AUDIT_VERSION", "EVAL_SCORE", "IndexAudit", "QuestionSet", "questions_for"]

AUDIT_VERSION = "index-audit-1"
_RANKED = 10  # chunks asked for: MRR@10 and nDCG@10 look no further
_CONTEXTS = 5  # chunks that an answer is given from
_SAMPLED = 300  # rows embedded again: finds 1 % of misplaced vectors with probability 0.95
_LEAST_COSINE = 0.999
_DOC_ID = re.compile(r"[0-9a-f]{32}")

EVAL_SCORE = pa.schema(
    [
        pa.field("question_id", pa.string(), nullable=False),
        pa.field("question", pa.string(), nullable=False),
        pa.field("origin", pa.string(), nullable=False),
        pa.field("hit_at_5", pa.float64()),
        pa.field("mrr_at_10", pa.float64()),
        pa.field("ndcg_at_10", pa.float64()),
        pa.field("context_recall", pa.float64()),
        pa.field("faithfulness", pa.float64()),
        pa.field("answer", pa.string(), nullable=False),
        pa.field("retrieved", pa.list_(pa.string()), nullable=False),  # chunk ids, best first
    ]
)
"""How one question fared on the candidate."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions whose gold documents are doc_ids, and the team's records that were set aside."""

    questions: tuple[Question, ...]
    rejected: Mapping[str, int]

    @property
    def fingerprint(self) -> str:
        return question_set_fingerprint(self.questions)


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


def _team_questions(documents: pa.Table, path: Path) -> QuestionSet:
    by_uri = dict(zip(documents["uri"].to_pylist(), documents["doc_id"].to_pylist(), strict=True))
    questions: list[Question] = []
    rejected: dict[str, int] = {}
    for _, record, _ in read_records(path, path.name):
        found = record if isinstance(record, Rejected) else parse_question(record)
        if isinstance(found, Rejected):
            rejected[found.reason] = rejected.get(found.reason, 0) + 1
        else:
            gold = tuple(_doc_id(name, by_uri) for name in found.gold_doc_ids)
            questions.append(replace(found, gold_doc_ids=gold))
    return QuestionSet(tuple(questions), dict(sorted(rejected.items())))


def _doc_id(name: str, by_uri: Mapping[str, str]) -> str:
    """The doc_id that a gold name means: a uri, or a doc_id as it is.

    A document that left the source keeps its doc_id, so the candidate misses it where the published
    index still finds it, and losing it is seen.
    """
    return by_uri.get(name) or (name if _DOC_ID.fullmatch(name) else hash_text(name))


class IndexAudit:
    """Scores versions of one table on one question set with one scorer, so that they can be compared."""

    def __init__(
        self, table: VectorTable, embedder: Embedder, questions: QuestionSet, chunks: pa.Table
    ) -> None:
        self._table = table
        self._embedder = embedder
        self._questions = questions.questions
        self._chunks = chunks
        self._idf = Idf.fit(chunks["text"].to_pylist())
        self._scorer = LexicalScorer(self._idf)
        self._vectors: Vectors | None = None
        self.key = comparability_key(
            questions.fingerprint, self._scorer.fingerprint, EXTRACTIVE_ANSWERER, _CONTEXTS
        )

    def scores(self, version: int) -> tuple[IndexScores, pa.Table]:
        """A version's scores by question, and the same as rows of EVAL_SCORE."""
        found = {
            question.question_id: self._table.search(
                question.question, vector, _RANKED, version=version
            )
            for question, vector in zip(self._questions, self._query_vectors(), strict=True)
        }
        retrieval = score_rankings(
            {asked: [hit["doc_id"] for hit in hits] for asked, hits in found.items()},
            {question.question_id: question.gold_doc_ids for question in self._questions},
        ).per_question
        rows = [self._row(question, found[question.question_id]) for question in self._questions]
        for row in rows:
            score = retrieval[row["question_id"]]
            row |= {m: getattr(score, m) for m in ("hit_at_5", "mrr_at_10", "ndcg_at_10")}
        scores = IndexScores(
            self.key,
            retrieval,
            {row["question_id"]: row["context_recall"] for row in rows},
            {row["question_id"]: row["faithfulness"] for row in rows},
        )
        return scores, pa.Table.from_pylist(rows, schema=EVAL_SCORE)

    def integrity(self, version: int) -> Integrity:
        """Counts from comparing each row of a version with the chunk that it should hold."""
        rows = self._table.read(
            ["chunk_id", "text_hash", "embedding_text", "embedder", "vector"], version
        )
        expected = dict(
            zip(
                self._chunks["chunk_id"].to_pylist(),
                self._chunks["text_hash"].to_pylist(),
                strict=True,
            )
        )
        ids, hashes = rows["chunk_id"].to_pylist(), rows["text_hash"].to_pylist()
        texts = rows["embedding_text"].to_pylist()
        vectors = _matrix(rows, self._embedder.dimension)
        norms = np.linalg.norm(vectors.astype(np.float64), axis=1)
        models = rows["embedder"].to_pylist()
        pairs = list(zip(ids, hashes, texts, strict=True))
        sampled = self._sampled(ids)
        return Integrity(
            chunks_expected=len(expected),
            rows=rows.num_rows,
            ids_missing=len(expected.keys() - set(ids)),
            ids_unexpected=len(set(ids) - expected.keys()),
            text_hash_mismatches=sum(
                i in expected and (expected[i] != h or hash_text(t) != h) for i, h, t in pairs
            ),
            wrong_dimension=0,  # LanceDB's type holds every vector to one length
            not_finite=int((~np.isfinite(norms)).sum()),
            not_unit_norm=int((np.abs(norms - 1) > 1e-3).sum()),
            model_mismatches=sum(model != self._embedder.fingerprint for model in models),
            sampled=len(sampled),
            sampled_below_cosine=self._misplaced([texts[i] for i in sampled], vectors[sampled]),
        )

    def _query_vectors(self) -> Vectors:
        if self._vectors is None:
            self._vectors = self._embedder.encode([q.question for q in self._questions])
        return self._vectors

    def _row(self, question: Question, hits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        contexts = [hit["text"] for hit in hits[:_CONTEXTS]]
        answer = answer_extractively(question.question, contexts, self._idf)
        reference = question.reference
        recall = (
            None
            if reference is None
            else self._scorer.score(question.question, reference, contexts).value
        )
        return {
            "question_id": question.question_id,
            "question": question.question,
            "origin": question.origin,
            "context_recall": recall,
            "faithfulness": self._scorer.score(question.question, answer, contexts).value,
            "answer": answer,
            "retrieved": [hit["chunk_id"] for hit in hits],
        }

    @staticmethod
    def _sampled(ids: Sequence[str]) -> list[int]:
        """Rows in the order of a hash of their id: the same sample for the same rows."""
        return sorted(range(len(ids)), key=lambda i: hash_text("sample", ids[i]))[:_SAMPLED]

    def _misplaced(self, texts: Sequence[str], vectors: Vectors) -> int:
        if not texts:
            return 0
        cosines = (self._embedder.encode(texts) * vectors).sum(axis=1)
        return int((~(cosines >= _LEAST_COSINE)).sum())  # NaN is misplaced too


def _matrix(rows: pa.Table, dimension: int) -> Vectors:
    """One row of numbers a row; NaN where the vector is missing."""
    column = rows["vector"].combine_chunks()
    matrix = np.full((rows.num_rows, dimension), np.nan, dtype=np.float32)
    matrix[column.is_valid().to_numpy(zero_copy_only=False)] = (
        column.flatten().to_numpy().reshape(-1, dimension)
    )
    return matrix
