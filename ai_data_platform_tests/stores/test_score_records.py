from dataclasses import replace
from pathlib import Path

import pytest

from ai_data_platform.core.evaluation.index_evidence import IndexScores, Judged
from ai_data_platform.core.evaluation.retrieval_metrics import RetrievalScore
from ai_data_platform.stores.score_records import (
    SCORES_FILE,
    read_scores,
    scores_file,
    scores_record,
)

SCORES = IndexScores(
    "key",
    {"q1": RetrievalScore(1.0, 1 / 3, 0.1 + 0.2), "q2": RetrievalScore(0.0, 0.0, 0.0)},
    {"q1": 0.7, "q2": None},
    {"a1": 2 / 3},
    {"a1": None},
    {"faithfulness": {"a1": Judged("case", 1 / 7)}},
)


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    data = scores_file(SCORES)
    (tmp_path / SCORES_FILE).write_bytes(data)
    return tmp_path, scores_record(SCORES, data, "audit-1")


def test_scores_come_back_to_the_bit(kept: tuple[Path, dict[str, str]]) -> None:
    found = read_scores(*kept, "key", "audit-1")
    assert found == SCORES
    assert scores_file(found) == scores_file(SCORES)


@pytest.mark.parametrize(("key", "audit"), [("other", "audit-1"), ("", "audit-1"), ("key", "2")])
def test_scores_under_another_key_or_of_other_code_are_not_used(
    kept: tuple[Path, dict[str, str]], key: str, audit: str
) -> None:
    assert read_scores(*kept, key, audit) is None


def test_two_indexes_without_a_key_do_not_share_scores(tmp_path: Path) -> None:
    nameless = replace(SCORES, key="")
    data = scores_file(nameless)
    (tmp_path / SCORES_FILE).write_bytes(data)
    assert read_scores(tmp_path, scores_record(nameless, data, "1"), "", "1") is None


def test_scores_that_were_changed_are_not_believed(kept: tuple[Path, dict[str, str]]) -> None:
    folder, record = kept
    better = replace(SCORES, faithfulness={"a1": 1.0})
    (folder / SCORES_FILE).write_bytes(scores_file(better))
    assert read_scores(folder, record, "key", "audit-1") is None


def test_a_file_that_is_gone_or_no_scores_gives_none(kept: tuple[Path, dict[str, str]]) -> None:
    folder, record = kept
    (folder / SCORES_FILE).write_bytes(b"no parquet")
    assert read_scores(folder, scores_record(SCORES, b"no parquet", "1"), "key", "1") is None
    (folder / SCORES_FILE).unlink()
    assert read_scores(folder, record, "key", "audit-1") is None
    assert read_scores(folder, None, "key", "audit-1") is None
