"""Training files of every kind: read, checked, and written again with rare labels repeated."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.datasets.checks import CheckedRows, DatasetCheck
from ai_data_platform.core.errors import ConfigurationError, SourceUnreadable
from ai_data_platform.stores.dataset_files import DatasetFiles
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer

CHATS = [
    {
        "id": f"c{n}",
        "messages": [
            {"role": "user", "content": f"How is part {n} reset?"},
            {"role": "assistant", "content": f"Hold button {n} until it blinks."},
        ],
    }
    for n in range(6)
]


def lines(rows: list[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def checked(location: Path) -> CheckedRows:
    files = DatasetFiles(location)
    check = DatasetCheck(files.kind())
    files.check(check)
    return check.result(WordTokenizer())


def written(folder: Path, name: str) -> Path:
    """The chats in a file of this kind."""
    path = folder / name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(CHATS), path)
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress(lines(CHATS).encode()))
    elif name.endswith(".zst"):
        path.write_bytes(pa.compress(lines(CHATS).encode(), codec="zstd", asbytes=True))
    else:
        path.write_text(json.dumps(CHATS) if name == "list.json" else lines(CHATS))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "chats.jsonl",
        "chats.jsonl.gz",
        "chats.jsonl.zst",
        "chats.parquet",
        "list.json",
        "lines.json",
    ],
)
def test_the_same_rows_are_the_same_in_every_kind_of_file(tmp_path: Path, name: str) -> None:
    found = checked(written(tmp_path, name))
    assert (found.kind, found.figures["rows"], found.figures["lines"]) == ("messages", 6, 6)
    assert found.faults == {}


def test_a_csv_of_labelled_texts_is_read_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), ("good, really", "1"), ("bad", "")])
    found = checked(path)
    assert (found.kind, found.labels, found.faults) == (
        "text,label",
        {"1": 1},
        {"missing_label": 1},
    )


def test_broken_lines_are_counted_and_the_format_is_that_of_the_first_sound_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_text("{broken\n[1]\n" + lines([{"a": 1}, *CHATS]) + '{"messages"')
    found = checked(path)
    assert found.kind == "messages"
    assert found.faults == {
        "incomplete_last_line": 1,
        "missing_column": 1,
        "not_an_object": 1,
        "not_json": 1,
    }
    assert [one.place for one in found.findings["malformed_rows"]] == [
        "chats.jsonl:2",
        "chats.jsonl:3",
    ]


def test_a_file_of_an_unknown_format_says_what_it_holds_and_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_text(lines([{"question": "x", "answer": "y"}]))
    with pytest.raises(
        SourceUnreadable, match=r"columns answer, question, wanted one of: messages; "
    ):
        checked(path)


def test_an_empty_file_has_no_rows_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "chats.jsonl").write_text("")
    found = checked(tmp_path / "chats.jsonl")
    assert (found.figures["rows"], found.faults) == (0, {"empty_file": 1})


def test_a_version_is_read_from_its_data_with_its_splits(tmp_path: Path) -> None:
    for folder in ("data", "jsonl"):
        (tmp_path / folder).mkdir()
    pq.write_table(pa.Table.from_pylist(CHATS[:4]), tmp_path / "data" / "train.parquet")
    pq.write_table(pa.Table.from_pylist(CHATS[3:]), tmp_path / "data" / "validation.parquet")
    pq.write_table(pa.table({"record_id": ["r1"]}), tmp_path / "dropped.parquet")
    (tmp_path / "jsonl" / "train.jsonl").write_text(lines(CHATS))
    found = checked(tmp_path)
    assert found.profile.categories["split"] == {"train": 4, "validation": 3}
    assert found.figures["rows_in_two_splits"] == 1


def test_a_folder_of_files_is_read_without_what_tells_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(lines(CHATS[:3]))
    (tmp_path / "b.jsonl").write_text(lines(CHATS[3:]))
    (tmp_path / "manifest.json").write_text("{}")
    pq.write_table(pa.table({"record_id": ["r1"]}), tmp_path / "dropped.parquet")
    found = checked(tmp_path)
    assert (found.figures["rows"], found.faults) == (6, {})


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nothing is at"):
        DatasetFiles(tmp_path / "gone")
    with pytest.raises(ConfigurationError, match="holds no training file"):
        DatasetFiles(tmp_path)


def labelled(folder: Path) -> Path:
    """A folder with 40 good texts and 2 bad ones to train on, and one of each to validate with."""
    rows = [
        {"id": n, "text": f"text {n}", "label": "bad" if n in (3, 30) else "good"}
        for n in range(42)
    ]
    (folder / "train.jsonl").write_text(lines([*rows, {"id": 99, "text": "", "label": "bad"}]))
    held = [{"id": 50, "text": "held", "label": "bad"}, {"id": 51, "text": "out", "label": "good"}]
    (folder / "validation.jsonl").write_text(lines(held))
    return folder


def test_rare_labels_are_repeated_with_their_ids_and_nothing_held_out_is_written(
    tmp_path: Path,
) -> None:
    to = tmp_path / "out" / "train.jsonl"
    to.parent.mkdir()
    plan = DatasetFiles(labelled(tmp_path)).upsample("label", 5, to)
    rows = [json.loads(line) for line in to.read_text().splitlines()]
    assert (plan.before, plan.after) == ({"bad": 2, "good": 40}, {"bad": 8, "good": 40})
    assert Counter(row["label"] for row in rows) == plan.after
    assert Counter(row["id"] for row in rows if row["label"] == "bad") == {3: 4, 30: 4}
    assert {row["id"] for row in rows} == set(range(42))
    assert sorted(path.name for path in to.parent.iterdir()) == ["train.jsonl"]


def test_upsampling_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    files = DatasetFiles(labelled(tmp_path))
    outs = [tmp_path / "out1", tmp_path / "out2"]
    for out in outs:
        files.upsample("label", 3, out)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_the_source_is_never_written_over_and_a_row_has_one_label(tmp_path: Path) -> None:
    files = DatasetFiles(labelled(tmp_path))
    before = (tmp_path / "train.jsonl").read_bytes()
    with pytest.raises(ConfigurationError, match="is what is read"):
        files.upsample("label", 3, tmp_path / "train.jsonl")
    assert (tmp_path / "train.jsonl").read_bytes() == before
    path = tmp_path / "rated.jsonl"
    path.write_text(lines([{**CHATS[0], "ratings": [4, 5]}]))
    with pytest.raises(ConfigurationError, match=r"ratings holds 2 labels in rated.jsonl:1"):
        DatasetFiles(path).upsample("ratings", 3, tmp_path / "out3")
    assert not (tmp_path / "out3").exists()
