"""Files of labels."""

from pathlib import Path

import pytest

from ai_data_platform.core.agreement import Columns
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.label_files import label_columns, read_label_file


def test_cells_are_text_so_that_4_and_4_0_are_one_label(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(
        '{"item": 1, "label": 4}\n{"item": "1", "label": 4.0}\n{"item": "1", "label": "4"}\n'
        '{"item": "2", "tags": ["x"], "label": ""}\n'
    )
    rows = read_label_file(path).table.to_pylist()
    assert rows == [
        {"item": "1", "label": "4", "tags": None},
        {"item": "1", "label": "4", "tags": None},
        {"item": "1", "label": "4", "tags": None},
        {"item": "2", "label": None, "tags": None},
    ]


def test_what_cannot_be_read_is_counted_by_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"item": 1}\nnot json\n[1]\n')
    found = read_label_file(path)
    assert (len(found.table), found.rejected) == (1, {"not_json": 1, "not_an_object": 1})


def test_a_csv_of_labels_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("pair_id,annotator,preference\n1,ann,a\n1,bob,b\n")
    table = read_label_file(path).table
    assert label_columns(table) == Columns("pair_id", "annotator", "preference")


def test_named_columns_come_before_usual_ones_and_times_are_found(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(
        '{"item_id": 1, "rater": "ann", "label": "a", "good": "1", "created_at": "x"}\n'
    )
    found = label_columns(read_label_file(path).table, label="good")
    assert found == Columns("item_id", "rater", "good", time="created_at")


def test_a_column_that_cannot_be_guessed_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"item_id": 1, "who": "ann", "label": "a"}\n')
    with pytest.raises(
        ConfigurationError, match="no column of the rater among item_id, who, label"
    ):
        label_columns(read_label_file(path).table)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("labels.jsonl", "", r"holds no label: empty_file \(1\)"),
        ("labels.txt", "x", r"holds no label: unsupported_file \(1\)"),
    ],
)
def test_a_file_without_labels_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read_label_file(tmp_path / name)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nothing is at"):
        read_label_file(tmp_path / "none.jsonl")
