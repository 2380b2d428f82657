"""Evaluation sets become one table; what cannot be read is set aside, and a set without texts is seen."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.datasets.leakage.items import item_hashes
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.gates import judge
from ai_data_platform.stores.evaluation_archive import EvaluationArchive
from ai_data_platform.stores.evaluation_items import (
    EVALUATION_ITEMS,
    EVALUATION_RULES,
    EvaluationFiles,
    EvaluationScan,
    items_from,
)


def files(
    folder: Path, *sets: str, questions: Path | None = None, columns: dict[str, str] | None = None
) -> EvaluationFiles:
    return EvaluationFiles(sets, questions, columns or {}, lambda name: folder / ".index" / name)


def scan(found: EvaluationFiles) -> EvaluationScan:
    return found.scan(lambda line: None)


def passes(found: EvaluationScan) -> bool:
    return judge("evaluation_items", "f", found.figures, EVALUATION_RULES, code_version="1").passed


def write(path: Path, *records: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_sets_of_every_format_and_the_rag_questions_are_one_table(tmp_path: Path) -> None:
    write(tmp_path / "sets" / "exam.jsonl", {"question": "Why is it blue?"})
    (tmp_path / "sets" / "quiz.csv").write_text("prompt,answer\nWho was it?,Nobody\n")
    pq.write_table(pa.table({"text": ["How so?"]}), tmp_path / "sets" / "third.parquet")
    rag = write(tmp_path / "rag.jsonl", {"question": "Where is it?", "gold_uri": "a.md"})
    found = scan(files(tmp_path, str(tmp_path / "sets"), questions=rag))
    rows = found.items.select(
        ["set_name", "part", "text", "source_file", "source_line"]
    ).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("exam", "question", "Why is it blue?", "exam.jsonl", 1),
        ("quiz", "prompt", "Who was it?", "quiz.csv", 2),
        ("rag", "question", "Where is it?", "rag.jsonl", 1),
        ("third", "text", "How so?", "third.parquet", 1),
    ]
    assert found.items.schema == EVALUATION_ITEMS
    assert len(set(found.items["item_id"].to_pylist())) == 4
    assert found.dropped == {"short_answer": 1}
    assert found.figures == {"evaluation_sets": 4, "sets_without_items": 0}
    assert passes(found)


def test_records_that_cannot_be_read_are_set_aside_with_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "exam.jsonl"
    path.write_text('{"question": "Why?"}\n{"question": \n{"id": 3}\n{"question": "Who?"}\n')
    found = scan(files(tmp_path, str(path)))
    assert found.items["source_line"].to_pylist() == [1, 4]
    aside = found.quarantine.select(["source_line", "reason"]).to_pylist()
    assert aside == [
        {"source_line": 2, "reason": "not_json"},
        {"source_line": 3, "reason": "text_missing"},
    ]
    assert found.dropped == {"not_json": 1, "text_missing": 1}
    assert passes(found)


def test_a_set_that_gives_no_text_does_not_pass(tmp_path: Path) -> None:
    write(tmp_path / "good.jsonl", {"question": "Why?"})
    write(tmp_path / "other.jsonl", {"frage": "Warum?"})
    found = scan(files(tmp_path, str(tmp_path / "*.jsonl")))
    named = scan(files(tmp_path, str(tmp_path / "other.jsonl"), columns={"question": "frage"}))
    assert found.figures["sets_without_items"] == 1
    assert not passes(found)
    assert named.items["text"].to_pylist() == ["Warum?"]


def test_without_a_set_the_table_is_empty_and_the_figure_says_so(tmp_path: Path) -> None:
    found = scan(files(tmp_path))
    assert found.items.num_rows == 0
    assert found.figures == {"evaluation_sets": 0, "sets_without_items": 0}
    assert passes(found)


def test_a_location_without_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for location in ("empty", "nowhere", "empty/*.jsonl"):
        with pytest.raises(ConfigurationError, match=r"no file of an evaluation set|nothing is at"):
            files(tmp_path, str(tmp_path / location)).inputs()


def test_inputs_change_with_content_and_columns_and_not_with_a_second_location(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "exam.jsonl", {"question": "Why?"})
    before = files(tmp_path, str(path)).inputs()
    twice = files(tmp_path, str(path), str(tmp_path / "*.jsonl")).inputs()
    mapped = files(tmp_path, str(path), columns={"question": "q"}).inputs()
    write(path, {"question": "Who?"})
    assert twice == before
    assert mapped != before
    assert files(tmp_path, str(path)).inputs() != before


def test_kept_items_are_found_by_their_hash(
    tmp_path: Path,
) -> None:
    write(tmp_path / "exam.jsonl", {"question": "Why?"}, {"question": "Who?"})
    table = scan(files(tmp_path, str(tmp_path / "exam.jsonl"))).items
    archive = EvaluationArchive(tmp_path / "evaluation")
    digest = archive.keep(table)
    assert archive.find(digest) == items_from(table)
    assert digest == item_hashes(items_from(table)[::-1])
    assert archive.find("0" * 64) is None
    assert archive.find(item_hashes([])) == ()
