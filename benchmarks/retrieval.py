"""Finding the passage that answers: vector, words and both, beside BM25 and exact dense search.

    python -m benchmarks.retrieval --data DIR [--questions 500]

DIR holds the public sets (feedbackqa, xquad, pubmedqa), see docs/real-data.md. The peers rank the same
passages by the same vectors: dense is the exact cosine in numpy, BM25 is bm25s (`pip install bm25s`) with its
English tokenizer. Measured by nDCG@10 on questions drawn with a fixed seed.
"""

import argparse
import gzip
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ai_data_platform.core.evaluation.retrieval_metrics import score_rankings
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.retrieval import Vectors
from ai_data_platform.stores.models import SentenceTransformerEmbedder
from ai_data_platform.stores.vectors import VectorTable
from benchmarks.measuring import show, temporary_folder

_K = 10


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages by id, questions by id, and the passages that answer each."""

    name: str
    passages: dict[str, str]
    questions: dict[str, str]
    gold: dict[str, list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=500, help="of each set")
    options = parser.parse_args()
    rows = []
    for whole in collections(options.data):
        collection = _drawn(whole, options.questions)
        scores = measured(collection)
        best = max(scores["vector"], scores["words"])
        passages, asked = len(collection.passages), len(collection.questions)
        figures = [
            f"{scores[name]:.4f}" for name in ("bm25s", "dense", "words", "vector", "hybrid")
        ]
        rows.append([collection.name, passages, asked, *figures, f"{scores['hybrid'] / best:.3f}x"])
    columns = [
        "set",
        "passages",
        "questions",
        "BM25",
        "dense",
        "words",
        "vector",
        "hybrid",
        "of best",
    ]
    show("nDCG@10", columns, rows)


def measured(collection: Collection) -> dict[str, float]:
    """The mean nDCG@10 of each way to search."""
    embedder = SentenceTransformerEmbedder()
    vectors = embedder.encode(list(collection.questions.values()))
    asked = dict(zip(collection.questions, vectors, strict=True))
    with temporary_folder() as folder:
        table = VectorTable(folder, "passages", key="id", text="text")
        table.sync(_rows(collection.passages), embedder, "text")
        head = table.head()

        def ranked(words: bool, vector: bool) -> Callable[[str], list[str]]:
            return lambda question: [
                hit["id"]
                for hit in table.search(
                    collection.questions[question] if words else "",
                    asked[question] if vector else None,
                    _K,
                    version=head,
                )
            ]

        searches = {
            "words": ranked(True, False),
            "vector": ranked(False, True),
            "hybrid": ranked(True, True),
            "dense": _dense(table.read(["id", "vector"], head), asked),
            "bm25s": _bm25(collection),
        }
        return {name: _ndcg(collection, search) for name, search in searches.items()}


def collections(data: Path) -> Iterator[Collection]:
    """The public sets; XQuAD within English and within German, which the bundled model was not made for."""
    questions = data / "eval_questions"
    passages = {
        row["passage_id"]: _feedbackqa_text(row) for row in _lines(questions, "feedbackqa.passages")
    }
    yield _collection("FeedbackQA", passages, _lines(questions, "feedbackqa.questions"))
    xquad = list(_lines(questions, "xquad.questions"))
    for language in ("en", "de"):
        own = {
            row["passage_id"]: row["text"]
            for row in _lines(questions, "xquad.passages")
            if row["lang"] == language
        }
        asked = [row for row in xquad if row["lang"] == language]
        yield _collection(f"XQuAD {language}", own, asked)
    yield _pubmedqa(questions / "pubmedqa" / "ori_pqal.json")


def _collection(name: str, passages: dict[str, str], rows: Iterator[Any] | list[Any]) -> Collection:
    questions, gold = {}, {}
    for row in rows:
        known = [passage for passage in row["gold_passage_ids"] if passage in passages]
        if known:
            questions[row["question_id"]], gold[row["question_id"]] = row["question"], known
    return Collection(name, passages, questions, gold)


def _pubmedqa(path: Path) -> Collection:
    passages, questions, gold = {}, {}, {}
    for name, row in json.loads(path.read_text()).items():
        own = {f"{name}-{n}": text for n, text in enumerate(row["CONTEXTS"])}
        passages |= own
        questions[name], gold[name] = row["QUESTION"], list(own)
    return Collection("PubMedQA", passages, questions, gold)


def _feedbackqa_text(row: Mapping[str, Any]) -> str:
    reference = row["reference"]
    headings = [reference["page_title"], *reference["section_headers"]]
    return "\n".join([" > ".join(filter(None, headings)), reference["section_content"]])


def _drawn(whole: Collection, most: int) -> Collection:
    names = sorted(whole.questions)
    drawn = sorted(random.Random(7).sample(names, min(most, len(names))))
    questions = {name: whole.questions[name] for name in drawn}
    return Collection(whole.name, whole.passages, questions, {n: whole.gold[n] for n in drawn})


def _rows(passages: Mapping[str, str]) -> pa.Table:
    hashes = [hash_text(text) for text in passages.values()]
    return pa.table({"id": list(passages), "text": list(passages.values()), "text_hash": hashes})


def _dense(rows: pa.Table, asked: Mapping[str, Vectors]) -> Callable[[str], list[str]]:
    ids = np.array(rows["id"].to_pylist())
    matrix = np.stack(rows["vector"].to_numpy())
    return lambda question: list(ids[np.argsort(-(matrix @ asked[question]), kind="stable")[:_K]])


def _bm25(collection: Collection) -> Callable[[str], list[str]]:
    import bm25s

    ids = list(collection.passages)
    index = bm25s.BM25()
    texts = list(collection.passages.values())
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)

    def search(question: str) -> list[str]:
        words = bm25s.tokenize(
            [collection.questions[question]], stopwords="en", show_progress=False
        )
        found, _ = index.retrieve(words, k=_K, show_progress=False)
        return [ids[place] for place in found[0]]

    return search


def _ndcg(collection: Collection, search: Callable[[str], Sequence[str]]) -> float:
    rankings = {question: search(question) for question in collection.questions}
    means = score_rankings(rankings, collection.gold).means
    return means.ndcg_at_10 if means else float("nan")


def _lines(folder: Path, name: str) -> Iterator[Any]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
