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
_SCORES = "rag_eval_scores"


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
    is computed again when candidate, questions and thresholds are those of last time, and the published
    version is that of last time or the candidate itself.
    """
    head = home.chunks.head()
    content = home.chunks.content_fingerprint(head)
    published = _published(home, embedder)
    against = None if published is None else str(published["fingerprint"])
    chunks = home.lake.read("document_chunks")
    wanted = table_fingerprint(chunks.select(["chunk_id", "text_hash"]))
    models = [questions.fingerprint, embedder.fingerprint]
    inputs = fingerprint([AUDIT_VERSION, content, wanted, *models, str(thresholds)])
    rows = home.chunks.read(["chunk_id"], head).num_rows
    if (verdict := _last_verdict(home, content, inputs, against)) is not None:
        return IndexCandidate(content, rows, verdict, home.lake.read(_SCORES), reused=True)
    audit = IndexAudit(home.chunks, embedder, questions, chunks)
    candidate, scores = audit.scores(head)
    compared = None
    if published is not None:
        number = int(published["table_version"])
        compared = candidate if against == content else audit.scores(number)[0]
    figures, rules = index_figures_and_rules(
        questions.questions, audit.integrity(head), candidate, compared, thresholds
    )
    verdict = judge(_ASSET, content, figures, rules, code_version=code_version)
    home.ledger.record(verdict)
    _stage(home, content, head, rows, verdict, questions, embedder.fingerprint, code_version)
    home.lake.write(_SCORES, scores, inputs=inputs, extra={"against": against})
    return IndexCandidate(content, rows, verdict, scores, reused=False)


def _last_verdict(home: Home, content: str, inputs: str, against: str | None) -> Verdict | None:
    """The verdict of the last audit when it would be the same now; else None."""
    manifest = home.lake.manifest(_SCORES)
    if manifest is None or manifest.inputs != inputs:
        return None
    if against not in (manifest.extra["against"], content):
        return None  # another version was published since
    found = home.ledger.find(_ASSET, content)
    return None if found is None else found.verdict


def _published(home: Home, embedder: Embedder) -> Mapping[str, Any] | None:
    """The published version's manifest, unless another model embedded it.

    Its vectors mean nothing to this model's questions: scores of the two cannot be compared, and the
    candidate stands on the floors alone, as a first publication does.
    """
    try:
        manifest = home.versions("knowledge_base").current().manifest
    except NotPublishedYet:
        return None
    return manifest if manifest.get("embedder") == embedder.fingerprint else None


def _stage(
    home: Home,
    content: str,
    head: int,
    rows: int,
    verdict: Verdict,
    questions: QuestionSet,
    embedder: str,
    code_version: str,
) -> None:
    upstream = home.lake_fingerprints("raw_documents", "document_chunks")
    home.versions("knowledge_base").stage(
        content,
        {},
        {
            "rows": rows,
            "table": "chunks",
            "table_version": head,
            "embedder": embedder,
            "questions": len(questions.questions),
            "question_set": questions.fingerprint,
            "questions_set_aside": dict(questions.rejected),
            "figures": dict(verdict.figures),
            "upstream": upstream,
            "dropped": {},
            "code_version": code_version,
        },
    )
