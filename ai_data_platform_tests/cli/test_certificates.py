"""`aidp verify-certificate`: what a person and a program are told, and the exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from typer.testing import Result

from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.stores.evaluation_archive import EvaluationArchive
from ai_data_platform.stores.evaluation_items import EVALUATION_ITEMS
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.leaky_splits import ITEMS, SPLITS, write_version

Aidp = Callable[..., Result]


def items_table() -> pa.Table:
    rows = [
        {
            "item_id": item.item_id,
            "set_name": item.set_name,
            "part": "question",
            "text": item.text,
            "text_hash": hash_text(item.text),
            "source_file": "exam.jsonl",
            "source_line": line,
        }
        for line, item in enumerate(ITEMS, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=EVALUATION_ITEMS)


def test_a_certificate_that_holds_is_said_to_hold(aidp: Aidp, home: Home, tmp_path: Path) -> None:
    EvaluationArchive(home.root / "evaluation").keep(items_table())
    path = write_version(tmp_path / "v1")
    shown = aidp("verify-certificate", str(path))
    said = aidp("verify-certificate", str(path), "--json")
    assert shown.exit_code == 0
    assert "The certificate holds" in shown.stdout
    assert "pairs of rows" in shown.stdout
    assert json.loads(said.stdout) == {
        "certificate": str(path),
        "holds": True,
        "claims": True,
        "compared": {
            "files": 6,
            "rows": 7,
            "pairs_of_rows": 14,
            "evaluation_items": 2,
            "rows_with_items": 14,
        },
        "differences": [],
    }


def test_a_changed_file_ends_with_code_1_and_the_file(aidp: Aidp, tmp_path: Path) -> None:
    path = write_version(tmp_path / "v1", items=[])
    (tmp_path / "v1" / "jsonl" / "train.jsonl").write_bytes(b"{}")
    shown = aidp("verify-certificate", str(path))
    said = aidp("verify-certificate", str(path), "--json")
    assert (shown.exit_code, said.exit_code) == (1, 1)
    assert "does not hold" in shown.stdout
    assert "files.jsonl/train.jsonl" in shown.stdout
    assert json.loads(said.stdout)["holds"] is False


def test_items_are_taken_from_a_file_where_one_is_given(aidp: Aidp, tmp_path: Path) -> None:
    path = write_version(tmp_path / "v1")
    pq.write_table(items_table(), tmp_path / "items.parquet")
    pq.write_table(items_table().slice(1), tmp_path / "fewer.parquet")
    unknown = aidp("verify-certificate", str(path))
    good = aidp("verify-certificate", str(path), "--items", str(tmp_path / "items.parquet"))
    other = aidp("verify-certificate", str(path), "--items", str(tmp_path / "fewer.parquet"))
    assert (unknown.exit_code, good.exit_code, other.exit_code) == (1, 0, 1)
    assert "no items with the hash" in " ".join(unknown.stdout.split())
    assert "evaluation.sha256" in other.stdout


def test_without_evaluation_sets_and_with_a_leak_people_are_told(
    aidp: Aidp, tmp_path: Path
) -> None:
    alone = aidp("verify-certificate", str(write_version(tmp_path / "v1", items=[])))
    leaky = {**SPLITS, "test": SPLITS["train"][:1]}
    admitted = aidp("verify-certificate", str(write_version(tmp_path / "v2", leaky, [])))
    assert alone.exit_code == 0
    assert "No evaluation set was registered" in alone.stdout
    assert admitted.exit_code == 1
    assert "says itself that the data leak" in " ".join(admitted.stdout.split())


def test_a_file_that_is_no_certificate_ends_in_one_sentence(aidp: Aidp, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    shown = aidp("verify-certificate", str(tmp_path / "x.json"))
    assert shown.exit_code == 1
    assert shown.stdout == ""
