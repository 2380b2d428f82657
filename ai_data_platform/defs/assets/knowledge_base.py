"""Knowledge base: chunks to vectors, vectors to scores and a verdict, a verdict to a publication."""

from typing import Any

import dagster as dg
import pyarrow as pa

from ai_data_platform import __version__
from ai_data_platform.core.documents import CHUNK
from ai_data_platform.core.evaluation.faithfulness import Scorer
from ai_data_platform.core.retrieval import Embedder, Progress
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.publishing import publish
from ai_data_platform.defs.reporting import counts_table, gate_metadata, result, worst_questions
from ai_data_platform.settings import Settings
from ai_data_platform.stores.conversation_vectors import judge_conversation_vectors
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform.stores.index_audit import EVAL_SCORE, answers_for, questions_for
from ai_data_platform.stores.index_candidates import audit_candidate
from ai_data_platform.stores.judge import LlmJudge
from ai_data_platform.stores.vectors import SyncReport

__all__ = [
    "chunk_embeddings",
    "conversation_embeddings",
    "index_checks",
    "knowledge_base",
    "rag_eval_scores",
]

_JUDGED_AT_A_TIME = 50
_NOT_STORED = [
    "content_hash",
    "extractor",
]  # change with every byte of a document and every library


@dg.asset(
    deps=["document_chunks"],
    group_name="knowledge_base",
    kinds={"lancedb", "python"},
    owners=["team:ml"],
    code_version="1",
    automation_condition=CHANGED_AND_GATED,
)
@fails_closed()
def chunk_embeddings(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    embedder: dg.ResourceParam[Embedder],
) -> dg.MaterializeResult[Any]:
    """Candidate of the knowledge base: chunks with their vectors in LanceDB.

    Only chunks whose text or model changed are embedded; chunks that vanished are deleted. Readers stay
    on the version tagged `published`.
    """
    chunks = home.verified.read("document_chunks").drop_columns(_NOT_STORED)
    report = home.chunks.sync(chunks, embedder, "embedding_text", _progress(context))
    return _synced(home.chunks.content_fingerprint(report.version), report, CHUNK)


@dg.asset(
    deps=[dg.AssetKey(["training_data", "clean_conversations"]), "redacted_chat_logs"],
    group_name="training_data",
    kinds={"lancedb", "python"},
    owners=["team:ml"],
    code_version="1",
    automation_condition=CHANGED_AND_GATED,
)
@fails_closed()
def conversation_embeddings(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    embedder: dg.ResourceParam[Embedder],
) -> dg.MaterializeResult[Any]:
    """Clean exchanges, redacted, with the vector of question and answer, to find similar ones."""
    upstream = home.verified.fingerprints("redacted_chat_logs", "clean_conversations")
    rows = home.conversation_rows()
    report = home.conversations.sync(rows, embedder, "embedding_text", _progress(context))
    content = home.conversations.content_fingerprint(report.version)
    judge_conversation_vectors(home, content, rows["record_id"], upstream, __version__)
    return _synced(content, report, rows.schema)


@dg.asset(
    deps=[chunk_embeddings, "raw_documents"],
    group_name="knowledge_base",
    kinds={"parquet", "python"},
    owners=["team:ml"],
    code_version="1",
    automation_condition=CHANGED_AND_GATED,
)
@fails_closed()
def rag_eval_scores(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
    embedder: dg.ResourceParam[Embedder],
) -> dg.MaterializeResult[Any]:
    """The audit of the candidate index: whole or not, hit@5, MRR@10, nDCG@10, context recall, faithfulness.

    Scored beside the published version on the same questions; the verdict on exactly this candidate goes
    to the gate ledger.
    """
    documents = home.verified.read("raw_documents")
    questions = questions_for(documents, settings.eval_questions, settings.generated_questions)
    answers = answers_for(settings.eval_answers)
    candidate = audit_candidate(
        home,
        embedder,
        questions,
        settings.index_thresholds(),
        __version__,
        answers=answers,
        scorer=_judge(context, settings, home),
    )
    return result(
        candidate.fingerprint,
        candidate.scores.num_rows,
        EVAL_SCORE,
        figures=candidate.verdict.figures,
        reused=candidate.reused,
        worst_questions=worst_questions(candidate.scores),
        questions_set_aside=counts_table(questions.rejected),
        answers_set_aside=counts_table(answers.rejected),
        **gate_metadata(candidate.verdict),
    )


@dg.asset(
    deps=[rag_eval_scores, chunk_embeddings],
    group_name="published",
    kinds={"lancedb"},
    owners=["team:ml"],
    code_version="1",
    automation_condition=CHANGED_AND_GATED,
)
def knowledge_base(
    context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
) -> dg.MaterializeResult[Any]:
    """The index that searches read: the tag `published` moves when the gate passed exactly this version."""
    candidate = home.chunks.content_fingerprint(home.chunks.head())
    return publish(context, home, "knowledge_base", candidate, CHUNK)


def index_checks() -> list[dg.AssetChecksDefinition]:
    """The rules of the index gate, shown on the scores."""
    figures = {
        "rows_surplus": "one_row_a_chunk",
        "ids_missing": "no_chunk_missing",
        "ids_unexpected": "no_row_without_a_chunk",
        "text_hash_mismatches": "rows_hold_their_text",
        "sampled_below_cosine": "vectors_match_their_text",
        "questions": "enough_questions",
        "hit_at_5_lower": "hit_at_5",
        "mrr_at_10_lower": "mrr_at_10",
        "ndcg_at_10_lower": "ndcg_at_10",
        "vector_mrr_at_10_lower": "vector_mrr_at_10",
        "context_recall_lower": "context_recall",
        "faithfulness_lower": "faithfulness",
    }
    return [verdict_checks("rag_eval_scores", figures, judged=PUBLICATIONS["knowledge_base"])]


def _synced(fingerprint: str, report: SyncReport, schema: pa.Schema) -> dg.MaterializeResult[Any]:
    figures: dict[str, float | None] = {
        "embedded": report.embedded,
        "reused": report.reused,
        "moved": report.moved,
        "deleted": report.deleted,
    }
    return result(fingerprint, report.rows, schema, figures=figures, table_version=report.version)


def _progress(context: dg.AssetExecutionContext) -> Progress:
    def report(done: int, total: int) -> None:
        context.log.info(f"embedded {done:,} of {total:,} texts")

    return report


def _judge(context: dg.AssetExecutionContext, settings: Settings, home: Home) -> Scorer | None:
    """The language model that judges answers where settings name one; it says its price beforehand."""
    options = settings.judge_options()
    if options is None:
        return None

    def progress(done: int, total: int) -> None:
        if done % _JUDGED_AT_A_TIME == 0 or done == total:
            context.log.info(f"judged {done:,} of {total:,}")

    return LlmJudge(options, home.root / "judge.sqlite", progress, context.log.info)
