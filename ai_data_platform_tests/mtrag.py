"""MT-RAG: answers of people and models, the texts they were given from, and what people say of them."""

import gzip
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson

__all__ = ["JudgedAnswer", "judged_answers"]


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer with people's mean faithfulness, 1 to 4; answers to one task share its `task`."""

    task: str
    answer: str
    contexts: tuple[str, ...]
    faithfulness: float


def judged_answers(shared_data: Path) -> list[JudgedAnswer]:
    """The 225 answers that were given from at least one text."""
    folder = shared_data / "annotations"
    labels: defaultdict[str, list[float]] = defaultdict(list)
    for label in _rows(folder / "mtrag_human_eval.labels.jsonl.gz"):
        if label["scale"] == "faithfulness":
            labels[label["item_id"]].append(float(label["label"]))
    return [
        JudgedAnswer(
            item["task_id"],
            item["response"],
            tuple(context["text"] for context in item["contexts"]),
            fmean(labels[item["item_id"]]),
        )
        for item in _rows(folder / "mtrag_human_eval.items.jsonl.gz")
        if item["contexts"]
    ]


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path) as lines:
        return [orjson.loads(line) for line in lines]
