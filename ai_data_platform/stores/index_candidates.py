"""Index candidates: a version of the chunk table, scored, judged and staged, but not yet published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ai_data_platform.core.errors import NotPublishedYet
from ai_data_platform.core.evaluation.faithfulness import Scorer
from ai_data_platform.core.evaluation.index_evidence import GateThresholds, IndexScores
from ai_data_platform.core.evaluation.index_gate import index_figures_and_rules
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.gates import Verdict, judge
from ai_data_platform.core.retrieval.embedder import Embedder
from ai_data_platform.stores.evaluation_sets import NO_ANSWERS, AnswerSet, QuestionSet
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform.stores.index_audit import AUDIT_VERSION, IndexAudit
from ai_data_platform.stores.lake import table_fingerprint
from ai_data_platform.stores.question_vectors import QuestionVectors
from ai_data_platform.stores.score_records import (
    SCORES_FILE,
    read_scores,
    scores_file,
    scores_record,
)
from ai_data_platform.stores.score_tables import VersionAudit, answer_table, question_table
from ai_data_platform.stores.versions import Version

__all__ = ["IndexCandidate", "audit_candidate"]

_ASSET = PUBLICATIONS["knowledge_base"]
_SCORES = "rag_eval_scores"
_ANSWERS = "rag_answer_scores"


@dataclass(frozen=True, slots=True)
class IndexCandidate:
    """The head of the chunk table with the verdict on it and its scores.

    `scores` has one row a question (EVAL_SCORE); `answers` one a stored answer (ANSWER_SCORE), or is
    None without any. `reused` says that the verdict is that of last time.
    """

    fingerprint: str
    rows: int
    verdict: Verdict
    scores: pa.Table
    reused: bool
    answers: pa.Table | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """The published index's scores beside the candidate's.

    `source` says where they come from: `candidate` (it is the same content), `kept` with the version
    since it was judged, `computed` now, or `failed`: such scores have no key and compare with nothing.
    """

    scores: IndexScores
    source: str
    rebaselined: bool
    error: str | None = None


def audit_candidate(
    home: Home,
    embedder: Embedder,
    questions: QuestionSet,
    thresholds: GateThresholds,
    code_version: str,
    *,
    answers: AnswerSet = NO_ANSWERS,
    scorer: Scorer | None = None,
) -> IndexCandidate:
    """Judge the head of the chunk table, against the published version where there is one.

    The published version has scores under the same key (questions, scorer, answers, k): those that it was
    judged by where they are kept under it, or else new ones; the figure `rebaselined` is 1 when it was
    judged under another. Nothing is computed again when candidate, chunks, questions, answers, scorer and
    thresholds are those of last time, and the published version is that of last time or the candidate.
    """
    head = home.chunks.head()
    content = home.chunks.content_fingerprint(head)
    published = _published(home, embedder)
    against = None if published is None else str(published.manifest["fingerprint"])
    chunks = home.verified.read("document_chunks")
    upstream = home.verified.fingerprints("document_chunks")
    scored_by = "offline" if scorer is None else scorer.fingerprint
    sets = [questions.fingerprint, answers.answerer, scored_by, embedder.fingerprint]
    wanted = table_fingerprint(chunks.select(["chunk_id", "text_hash"]))
    inputs = fingerprint([AUDIT_VERSION, content, wanted, upstream, *sets, str(thresholds)])
    if (verdict := _last_verdict(home, content, inputs, against, upstream)) is not None:
        return _shown(home, verdict, reused=True)

    encode = QuestionVectors(home.lake, embedder).encode
    audit = IndexAudit(
        home.chunks, embedder, questions, chunks, scorer=scorer, answers=answers, encode=encode
    )
    audited = audit.audit(head)
    before = None if published is None else _before(published, audit, content, audited.scores)
    figures, rules = index_figures_and_rules(
        questions.questions,
        audit.integrity(head),
        audited.scores,
        None if before is None else before.scores,
        thresholds,
        answers=answers.answers,
    )
    if before is not None:
        figures["rebaselined"] = float(before.rebaselined)
    verdict = judge(_ASSET, content, figures, rules, code_version=code_version, inputs=upstream)
    home.ledger.record(verdict)
    facts = {"embedder": embedder.fingerprint, "scorer": audit.scorer.version}
    _stage(home, head, verdict, audited.scores, before, questions, answers, facts)
    extra = {"against": against, "candidate": content}
    _write(home, questions, answers, audited, before, inputs, extra)
    return _shown(home, verdict, reused=False)


def _last_verdict(
    home: Home, content: str, inputs: str, against: str | None, upstream: Mapping[str, str]
) -> Verdict | None:
    """The verdict of the last audit when it would be the same now; else None."""
    manifest = home.lake.manifest(_SCORES)
    if manifest is None or manifest.inputs != inputs:
        return None
    if against not in (manifest.extra["against"], content):
        return None  # another version was published since
    found = home.ledger.find(_ASSET, content)
    return found.verdict if found and found.verdict.inputs == upstream else None


def _published(home: Home, embedder: Embedder) -> Version | None:
    """The published version, unless another model embedded it.

    Its vectors mean nothing to this model's questions: scores of the two cannot be compared, and the
    candidate stands on the floors alone, as a first publication does.
    """
    try:
        version = home.versions("knowledge_base").current()
    except NotPublishedYet:
        return None
    return version if version.manifest.get("embedder") == embedder.fingerprint else None


def _before(published: Version, audit: IndexAudit, content: str, candidate: IndexScores) -> _Before:
    """The scores of the published version under the candidate's key."""
    manifest = published.manifest
    record = manifest.get("scores") or {}
    rebaselined = record.get("key") != candidate.key
    if manifest["fingerprint"] == content:
        return _Before(candidate, "candidate", rebaselined)
    kept = read_scores(published.folder, record, candidate.key, AUDIT_VERSION)
    if kept is not None:
        return _Before(kept, "kept", rebaselined)
    try:
        scores = audit.audit(int(manifest["table_version"])).scores
    except (OSError, RuntimeError, ValueError) as error:  # what LanceDB raises for a lost version
        return _Before(IndexScores("", {}, {}, {}), "failed", True, str(error)[:500])
    return _Before(scores, "computed", rebaselined)


def _stage(
    home: Home,
    head: int,
    verdict: Verdict,
    scores: IndexScores,
    before: _Before | None,
    questions: QuestionSet,
    answers: AnswerSet,
    facts: Mapping[str, str],
) -> None:
    """Lay the candidate down with the scores that it was judged by."""
    data = scores_file(scores)
    manifest: dict[str, Any] = {
        "rows": _rows(home, head),
        "table": "chunks",
        "table_version": head,
        **facts,
        "questions": len(questions.questions),
        "question_set": questions.fingerprint,
        "questions_set_aside": dict(questions.rejected),
        "answers": len(answers.answers),
        "answers_set_aside": dict(answers.rejected),
        "generators": list(answers.generators),
        "scores": scores_record(scores, data, AUDIT_VERSION),
        "published_scores": None if before is None else before.source,
        "published_error": None if before is None else before.error,
        "figures": dict(verdict.figures),
        "upstream": home.lake_fingerprints("raw_documents", "document_chunks"),
        "dropped": {},
        "code_version": verdict.code_version,
    }
    home.versions("knowledge_base").stage(verdict.fingerprint, {SCORES_FILE: data}, manifest)


def _write(
    home: Home,
    questions: QuestionSet,
    answers: AnswerSet,
    audited: VersionAudit,
    before: _Before | None,
    inputs: str,
    extra: Mapping[str, str | None],
) -> None:
    """Put the tables for people in place; that of questions last, since it says that both are there."""
    sets = questions.questions, answers.answers, audited, before.scores if before else None
    if answers.answers:
        home.lake.write(_ANSWERS, answer_table(*sets), inputs=inputs)
    else:
        home.lake.remove(_ANSWERS)
    home.lake.write(_SCORES, question_table(*sets), inputs=inputs, extra=extra)


def _shown(home: Home, verdict: Verdict, *, reused: bool) -> IndexCandidate:
    return IndexCandidate(
        fingerprint=verdict.fingerprint,
        rows=_rows(home, home.chunks.head()),
        verdict=verdict,
        scores=home.lake.read(_SCORES),
        reused=reused,
        answers=home.lake.read_if_any(_ANSWERS),
    )


def _rows(home: Home, version: int) -> int:
    return int(home.chunks.read(["chunk_id"], version).num_rows)
