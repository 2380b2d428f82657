"""Public evaluation sets against public chat logs: what leaks is found, and what does not is left alone."""

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ai_data_platform.core.datasets.leakage import EvaluationItem, find_contamination


@pytest.fixture(scope="module")
def topical(shared_data: Path) -> list[tuple[str, list[str]]]:
    return _conversations(shared_data, "topical_chat")


def test_each_conversation_that_mtrag_asks_about_is_found(shared_data: Path) -> None:
    rows = _conversations(shared_data, "mtrag_un")
    found = find_contamination(rows, _questions(shared_data, "mtrag_un"))
    assert len(rows) == len(found) == 219
    assert {match.kind for match in found.values()} == {"same_question"}


@pytest.mark.parametrize("name", ["mtrag_un", "xquad", "pubmedqa"])
def test_questions_about_other_things_take_no_conversation(
    shared_data: Path, topical: list[tuple[str, list[str]]], name: str
) -> None:
    assert find_contamination(topical, _questions(shared_data, name)) == {}


def _questions(folder: Path, name: str) -> list[EvaluationItem]:
    if name == "pubmedqa":
        articles = json.loads((folder / "eval_questions/pubmedqa/ori_pqal.json").read_bytes())
        return [EvaluationItem(key, name, one["QUESTION"]) for key, one in articles.items()]
    lines = _lines(folder / f"eval_questions/{name}.questions.jsonl.gz")
    return [EvaluationItem(line["question_id"], name, line["question"]) for line in lines]


def _conversations(folder: Path, name: str) -> list[tuple[str, list[str]]]:
    texts: dict[str, list[str]] = defaultdict(list)
    for turn in _lines(folder / f"chat_logs/{name}.turns.jsonl.gz"):
        texts[turn["conversation_id"]] += [turn["user_message"], turn["assistant_message"]]
    return list(texts.items())


def _lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
