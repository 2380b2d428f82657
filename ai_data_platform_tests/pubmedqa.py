"""PubMedQA-L: questions that people asked, each with the abstract that answers it."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson
import pyarrow as pa

from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.stores.index_audit import QuestionSet

__all__ = ["Abstracts", "read_abstracts"]


@dataclass(frozen=True, slots=True)
class Abstracts:
    """Questions, and the passages of their abstracts as rows of a chunk table.

    A document is an abstract, named by its PubMed id; the reference answer is its conclusion, which
    the passages leave out.
    """

    questions: QuestionSet
    chunks: pa.Table


def read_abstracts(shared_data: Path, count: int | None = None) -> Abstracts:
    """The first `count` abstracts, or all 1,000 with their 3,358 passages."""
    path = shared_data / "eval_questions" / "pubmedqa" / "ori_pqal.json"
    records = dict(islice(orjson.loads(path.read_bytes()).items(), count))
    questions = tuple(
        Question(doc_id, found["QUESTION"], (doc_id,), None, found["LONG_ANSWER"], "team")
        for doc_id, found in records.items()
    )
    rows = [
        {
            "chunk_id": hash_text(doc_id, str(position)),
            "doc_id": doc_id,
            "text": text,
            "embedding_text": text,
            "text_hash": hash_text(text),
        }
        for doc_id, found in records.items()
        for position, text in enumerate(found["CONTEXTS"])
    ]
    return Abstracts(QuestionSet(questions, {}), pa.Table.from_pylist(rows))
