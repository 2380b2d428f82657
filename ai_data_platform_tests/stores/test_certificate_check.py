"""A certificate is believed when everything that it says is found to be so again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.datasets.leakage import (
    CertificateOptions,
    CertifiedRow,
    EvaluationItem,
    certify,
)
from ai_data_platform.core.datasets.leakage.certificate import seal_of
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.fingerprints import hash_bytes
from ai_data_platform.stores.certificate_check import Verification, verify_certificate
from ai_data_platform.stores.certified_files import certified_rows
from ai_data_platform_tests.leaky_splits import ITEMS, SPLITS, write_version


def verify(path: Path, items: list[EvaluationItem] | None = None) -> Verification:
    return verify_certificate(path, lambda _: ITEMS if items is None else items)


def edit(path: Path, change: Callable[[dict[str, Any]], None], *, sealed: bool = True) -> None:
    """Change a certificate, and put its seal right as somebody who means it would."""
    record = json.loads(path.read_bytes())
    change(record)
    record["seal"] = seal_of(record) if sealed else record["seal"]
    path.write_bytes(orjson.dumps(record))


def test_a_certificate_that_holds_says_what_was_compared(tmp_path: Path) -> None:
    found = verify(write_version(tmp_path))
    assert found.holds
    assert found.differences == ()
    assert found.compared == {
        "files": 6,
        "rows": 7,
        "pairs_of_rows": 14,
        "evaluation_items": 2,
        "rows_with_items": 14,
    }


def test_a_changed_data_file_is_named(tmp_path: Path) -> None:
    path = write_version(tmp_path)
    data = tmp_path / "data" / "train.parquet"
    pq.write_table(pq.read_table(data).slice(1), data)
    found = verify(path)
    assert not found.holds
    assert found.differences[0].startswith("files.data/train.parquet: its SHA-256 is")


def test_a_missing_file_and_one_that_lies_beside_are_named(tmp_path: Path) -> None:
    path = write_version(tmp_path)
    (tmp_path / "data" / "test.parquet").rename(tmp_path / "data" / "extra.parquet")
    (tmp_path / "jsonl" / "test.jsonl").unlink()
    assert verify(path).differences == (
        "files.data/test.parquet: there is no such file",
        "files.jsonl/test.jsonl: there is no such file",
        "files.data/extra.parquet: lies beside the certified files, and the certificate does not name it",
    )


@pytest.mark.parametrize("data", [b"{}", b"[", None])
def test_jsonl_that_holds_other_rows_than_parquet_is_named(
    tmp_path: Path, data: bytes | None
) -> None:
    path = write_version(tmp_path)
    edit(path, lambda record: record["files"].pop("jsonl/test.jsonl"))
    assert verify(path).holds
    other = tmp_path / "jsonl" / "test.jsonl"
    other.write_bytes(data or other.read_bytes().replace(b"rain", b"snow"))
    assert verify(path).differences == (
        "files.jsonl/test.jsonl: row 1 is not that of data/test.parquet",
    )


def test_jsonl_without_a_certified_file_of_its_rows_is_named(tmp_path: Path) -> None:
    path = write_version(tmp_path)
    (tmp_path / "jsonl" / "more.jsonl").write_bytes(b"{}")
    assert verify(path).differences == (
        "files.jsonl/more.jsonl: there is no Parquet file of these rows",
    )


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("splits.train.rows", 5),
        ("splits.train.rows_without_user", 0),
        ("compared.pairs_of_rows.train x test", 40),
        ("figures.leaked_pairs", 1),
        ("figures.evaluation_items", 3),
        ("violations.count", 1),
        ("evaluation.sets.exam.items", 9),
        ("evaluation.common_texts", 4),
        ("method.leaked_pairs", "by eye"),
        ("certificate", "leakage-0"),
        ("holds", False),
    ],
)
def test_every_statement_is_worked_out_again(tmp_path: Path, where: str, value: object) -> None:
    path = write_version(tmp_path)

    def change(record: dict[str, Any]) -> None:
        *steps, last = where.split(".")
        for step in steps:
            record = record[step]
        record[last] = value

    edit(path, change)
    (difference,) = verify(path).differences
    assert difference.startswith(f"{where}: the certificate says {json.dumps(value)}, worked out")


def test_a_threshold_that_was_changed_by_hand_breaks_the_seal(tmp_path: Path) -> None:
    path = write_version(tmp_path)
    edit(path, lambda record: record["thresholds"].update(jaccard=0.9), sealed=False)
    assert verify(path).differences == ("seal: the certificate was changed after it was made",)


def test_a_certificate_that_the_manifest_does_not_know_is_not_believed(tmp_path: Path) -> None:
    path = write_version(tmp_path)
    wanted = {"files": {"certificate.json": hash_bytes(path.read_bytes())}}
    (tmp_path / "manifest.json").write_bytes(orjson.dumps(wanted))
    good = verify(path)
    edit(path, lambda record: record["thresholds"].update(jaccard=0.9))
    assert good.holds
    assert verify(path).differences == (
        "certificate.json: not the file that the version's manifest names",
    )


def test_other_evaluation_items_than_those_of_the_certificate_differ(tmp_path: Path) -> None:
    path = write_version(tmp_path)
    other = [ITEMS[0], replace(ITEMS[1], text="Which colour has the fourth wire?")]
    points = [line.split(":")[0] for line in verify(path, other).differences]
    assert points == ["evaluation.sha256", "evaluation.sets.exam.sha256"]


def test_evaluation_items_that_are_nowhere_are_a_difference(tmp_path: Path) -> None:
    found = verify_certificate(write_version(tmp_path), lambda _: None)
    assert found.differences[0].startswith("evaluation: no items with the hash")


def test_a_leak_that_the_certificate_denies_is_found(tmp_path: Path) -> None:
    row = SPLITS["train"][0]
    leaky = {**SPLITS, "test": [*SPLITS["test"], replace(row, id="z", conversation_id="z")]}
    path = write_version(tmp_path, leaky)
    said = json.loads(path.read_bytes())
    clean = certify(SPLITS, ITEMS, files=said["files"])
    path.write_bytes(clean.to_json())
    points = {line.split(":")[0] for line in verify(path).differences}
    assert {"holds", "figures.leaked_pairs", "figures.shared_users", "violations.shown"} <= points


def test_a_certificate_that_admits_a_leak_is_right_and_does_not_hold(tmp_path: Path) -> None:
    row = CertifiedRow("z", (ITEMS[0].text, "For a minute."), "u9", "z")
    found = verify(write_version(tmp_path, {**SPLITS, "test": [row]}))
    assert (found.differences, found.claims, found.holds) == ((), False, False)


def test_every_kind_of_violation_is_worked_out_alike(tmp_path: Path) -> None:
    train = SPLITS["train"]
    copies = [replace(row, id=f"{row.id}2", conversation_id=f"{row.id}2") for row in train]
    asked = CertifiedRow(
        train[0].id, ("Hi!", f"You asked: {ITEMS[0].text} Sixty seconds."), None, train[0].id
    )
    leaky = {**SPLITS, "test": [*copies, asked], "validation": train[:2]}
    found = verify(write_version(tmp_path, leaky))
    assert found.differences == ()
    said = json.loads((tmp_path / "certificate.json").read_bytes())["figures"]
    assert min(said.values()) >= 1


def test_a_split_without_rows_needs_no_file(tmp_path: Path) -> None:
    path = write_version(tmp_path, {**SPLITS, "test": []})
    (tmp_path / "data" / "test.parquet").unlink()
    (tmp_path / "jsonl" / "test.jsonl").unlink()

    def without_test(record: dict[str, Any]) -> None:
        record["files"] = {name: h for name, h in record["files"].items() if "test" not in name}

    edit(path, without_test)
    assert verify(path).holds


@pytest.mark.parametrize("data", [b"", b"[]", b'{"files": {}}', b"\x00"])
def test_what_is_no_certificate_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "certificate.json").write_bytes(data)
    with pytest.raises(SourceUnreadable, match="cannot be read as a leakage certificate"):
        verify(tmp_path / "certificate.json")


def test_thresholds_that_cannot_be_meant_are_said_to_be_none(tmp_path: Path) -> None:
    path = write_version(tmp_path)
    edit(path, lambda record: record["thresholds"].update(jaccard=7))
    with pytest.raises(SourceUnreadable, match="thresholds cannot be used"):
        verify(path)


def test_options_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    options = CertificateOptions()
    strict = replace(
        options,
        duplicates=replace(options.duplicates, threshold=0.8, min_words=4),
        contamination=replace(options.contamination, similarity=0.9, common_items=3),
    )
    path = write_version(tmp_path)
    files = json.loads(path.read_bytes())["files"]
    path.write_bytes(certify(SPLITS, ITEMS, strict, files=files).to_json())
    assert verify(path).holds


def says(role: str, text: str) -> list[dict[str, str]]:
    return [{"role": role, "content": text}]


def write_pairs(folder: Path, **questions: str) -> Path:
    """A version of one pair a split, and its certificate."""
    (folder / "data").mkdir()
    for split, question in questions.items():
        row = {
            "pair_id": f"p-{split}",
            "conversation_id": f"c-{split}",
            "user_hash": f"u-{split}",
            "prompt": says("user", question),
            "chosen": says("assistant", f"The better answer of {split}, quite unlike any other."),
            "rejected": says("assistant", f"Something else that {split} brought up one day."),
        }
        pq.write_table(pa.Table.from_pylist([row]), folder / "data" / f"{split}.parquet")
    paths = {f"data/{split}.parquet": folder / "data" / f"{split}.parquet" for split in questions}
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}
    rows = {path.stem: list(certified_rows(path)) for path in paths.values()}
    certificate = folder / "certificate.json"
    certificate.write_bytes(certify(rows, ITEMS, files=hashes).to_json())
    return certificate


def test_a_certificate_of_pairs_is_worked_out_again_with_their_prompts(tmp_path: Path) -> None:
    apart = {"train": "How do I open the valve?", "test": "Which cable fits the old printer?"}
    path = write_pairs(tmp_path, **apart)
    assert json.loads(path.read_bytes())["figures"]["leaked_prompts"] == 0
    assert verify(path).holds


def test_pairs_whose_prompts_leak_are_found_again_and_not_to_be_denied(tmp_path: Path) -> None:
    question = "How do I open the small valve behind the white cover in the cellar?"
    path = write_pairs(tmp_path, train=question, test=f"{question} Thanks!")
    found = verify(path)
    assert (found.differences, found.claims, found.holds) == ((), False, False)

    def deny(record: dict[str, Any]) -> None:
        record["holds"], record["violations"] = True, {"count": 0, "shown": []}
        record["figures"]["leaked_prompts"] = 0

    edit(path, deny)
    said = [line.split(":")[0] for line in verify(path).differences]
    assert said == ["holds", "figures.leaked_prompts", "violations.count", "violations.shown"]
