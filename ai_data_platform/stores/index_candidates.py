"""Index candidates: a version of the chunk table, scored, judged and staged, but not yet published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ai_data_platform.core.errors import NotPublishedYet
from ai_data_platform.core.evaluation.index_evidence import GateThresholds
from ai_data_platform.core.evaluation.index_gate import index_figures_and_rules
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.gates import Verdict, judge
from ai_data_platform.core.retrieval.embedder import Embedder
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform.stores.index_audit import AUDIT_VERSION, IndexAudit, QuestionSet
from ai_data_platform.stores.lake import table_fingerprint

__all__ = ["IndexCandidate", "audit_candidate"]

_ASSET = PUBLICATIONS["knowledge_base"]


@dataclass(frozen=True, slots=True)
class IndexCandidate:
    """The head of the chunk table with the verdict on it and its scores by question."""

    fingerprint: str
    rows: int
    verdict: Verdict
    scores: pa.Table
    reused: bool


def audit_candidate(
    home: Home,
    embedder: Embedder,
    questions: QuestionSet,
    thresholds: GateThresholds,
    code_version: str,
) -> IndexCandidate:
    """Judge the head of the chunk table, against the published version where there is one.

    The published version is scored again with the same questions and scorer, so the two compare. Nothing
    is computed again when candidate, published version, questions and thresholds are those of last time.
    """
    head = home.chunks.head()
    content = home.chunks.content_fingerprint(head)
    published = _published(home)
    chunks = home.lake.read("document_chunks")
    inputs = fingerprint(
        [
            AUDIT_VERSION,
            content,
            table_fingerprint(chunks.select(["chunk_id", "text_hash"])),
            questions.fingerprint,
            embedder.fingerprint,
            published and published["fingerprint"],
            str(thresholds),
        ]
    )
    rows = len(home.chunks.read(["chunk_id"], head))
    manifest = home.lake.manifest("rag_eval_scores")
    known = home.ledger.find(_ASSET, content)
    if manifest is not None and manifest.inputs == inputs and known is not None:
        scores = home.lake.read("rag_eval_scores")
        return IndexCandidate(content, rows, known.verdict, scores, reused=True)
    audit = IndexAudit(home.chunks, embedder, questions, chunks)
    candidate, scores = audit.scores(head)
    against = None
    if published is not None:
        same = published["fingerprint"] == content
        against = candidate if same else audit.scores(int(published["table_version"]))[0]
    figures, rules = index_figures_and_rules(
        questions.questions, audit.integrity(head), candidate, against, thresholds
    )
    verdict = judge(_ASSET, content, figures, rules, code_version=code_version)
    home.ledger.record(verdict)
    _stage(home, content, head, rows, verdict, questions, code_version)
    home.lake.write("rag_eval_scores", scores, inputs=inputs)
    return IndexCandidate(content, rows, verdict, scores, reused=False)


def _published(home: Home) -> Mapping[str, Any] | None:
    try:
        return home.versions("knowledge_base").current().manifest
    except NotPublishedYet:
        return None


def _stage(
    home: Home,
    content: str,
    head: int,
    rows: int,
    verdict: Verdict,
    questions: QuestionSet,
    code_version: str,
) -> None:
    store = home.versions("knowledge_base")
    standing = store.manifest_of(content)
    if standing is not None and f"v-{standing['version']}" in home.chunks.tags():
        return  # published before: the same content, under the table version that its tag keeps
    upstream = home.lake_fingerprints("raw_documents", "document_chunks")
    store.stage(
        content,
        {},
        {
            "rows": rows,
            "table": "chunks",
            "table_version": head,
            "questions": len(questions.questions),
            "question_set": questions.fingerprint,
            "figures": dict(verdict.figures),
            "upstream": upstream,
            "dropped": {},
            "code_version": code_version,
        },
    )
