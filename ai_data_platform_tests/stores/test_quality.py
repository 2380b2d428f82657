"""The quality of a candidate: measured, asked by its gate, told beside its data, compared with the last."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.core.datasets.assemble import SFT_SCHEMA
from ai_data_platform.core.datasets.examples import Format
from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.preference.schemas import PREFERENCE_SCHEMA
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.candidates import Candidate, DatasetKind, stage_dataset
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.quality import QualityAudit, QualityOptions, languages_by_record
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer

ROWS = Rule("rows", ">", 0, "an empty dataset trains nothing")
SFT = DatasetKind("sft", "Chats", "A summary.", SFT_SCHEMA, "text-generation")
PAIRS = DatasetKind("preference", "Pairs", "A summary.", PREFERENCE_SCHEMA, "text-generation")
OPTIONS = QualityOptions(WordTokenizer(), max_tokens=60)


def chat(number: int, words: int = 8, asked: int = 4) -> dict[str, Any]:
    return {
        "conversation_id": f"c{number}",
        "messages": [
            {"role": "user", "content": f"Question {number}" + " why" * asked},
            {"role": "assistant", "content": f"Answer {number}" + " so" * words},
        ],
        "ratings": [4 + number % 2],
        "record_ids": [f"r{number}"],
    }


def pair(number: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "prompt": [{"role": "user", "content": f"Question {number}?"}],
        "chosen": [{"role": "assistant", "content": f"A good answer to {number}."}],
        "rejected": [{"role": "assistant", "content": f"A bad answer to {number}."}],
        "pair_id": f"p{number}",
    }
    ids = {name: [f"r{number}"] for name in ("rating_record_ids", "exchange_record_ids")}
    names = ("conversation_id", "chosen_message_id", "rejected_message_id")
    numbers = ("turn_index", "chosen_rating", "rejected_rating", "chosen_raters", "rejected_raters")
    came = {"origin": "ratings", "began": datetime(2025, 3, 1, tzinfo=UTC)}
    return {**made, **ids, **came, **dict.fromkeys(names, "x"), **dict.fromkeys(numbers, 1)}


def staged(
    home: Home,
    rows: Mapping[str, list[dict[str, Any]]],
    options: QualityOptions = OPTIONS,
    kind: DatasetKind = SFT,
    shape: Format = "messages",
    **others: Any,
) -> Candidate:
    audit = QualityAudit(options, shape, "exchanges", **others)
    return stage_dataset(
        home,
        kind,
        {side: pa.Table.from_pylist(made, kind.schema).to_batches() for side, made in rows.items()},
        inputs=json.dumps([len(made) for made in rows.values()]),
        figures=lambda: {"rows": sum(map(len, rows.values()))},
        rules=[ROWS],
        dropped={"unrated": 3},
        upstream={},
        code_version="1",
        audits=[audit.measure],
        beside=audit.files,
    )


def folder(home: Home, candidate: Candidate, name: str = "sft") -> Path:
    return home.versions(name).folder(candidate.version)


def test_a_version_lies_with_its_report_its_picture_its_profile_and_trainer_files(
    home: Home,
) -> None:
    candidate = staged(home, {"train": [chat(n) for n in range(20)], "validation": [chat(20)]})
    laid = folder(home, candidate)
    names = {path.relative_to(laid).as_posix() for path in laid.iterdir() if path.is_file()}
    assert names == {
        "README.md",
        "axolotl.yml",
        "dataset_info.json",
        "manifest.json",
        "quality.html",
        "quality.json",
        "quality.svg",
    }
    assert "![Quality of this version](quality.svg)" in (laid / "README.md").read_text()
    assert b"prefers-color-scheme" in (laid / "quality.html").read_bytes()
    assert list(json.loads((laid / "dataset_info.json").read_text())) == ["sft", "sft_validation"]
    assert candidate.verdict.passed
    figures = candidate.verdict.figures
    assert figures["malformed_rows"] == 0
    assert figures["response_words_p50"] == 10
    assert "drift_psi" not in figures


def test_more_than_one_row_in_a_hundred_that_teaches_nothing_blocks(home: Home) -> None:
    rows = [chat(n, asked=60 if n < 3 else 4) for n in range(200)]
    blocked = staged(home, {"train": rows})
    assert blocked.verdict.reasons == (
        "untrainable_share is 0.015, wanted <= 0.01 (nothing to learn is left once cut)",
    )
    with pytest.raises(GateBlocked):
        home.versions("sft").publish(blocked.version)
    page = (folder(home, blocked) / "quality.html").read_text()
    assert "data/train.parquet:1" in page
    assert staged(home, {"train": rows}, replace(OPTIONS, max_tokens=99)).verdict.passed


def test_a_malformed_row_blocks(home: Home) -> None:
    broken = {**chat(1), "messages": [{"role": "user", "content": "Hello?"}]}
    verdict = staged(home, {"train": [chat(0), broken]}).verdict
    assert verdict.reasons == ("malformed_rows is 1, wanted == 0 (trainers drop or misread them)",)


def test_drift_is_measured_against_what_is_published_and_blocks_where_it_is_asked_to(
    home: Home,
) -> None:
    first = staged(home, {"train": [chat(n) for n in range(300)]})
    home.versions("sft").publish(first.version)
    longer = {"train": [chat(n, words=30) for n in range(300)]}

    shown = staged(home, longer)
    assert shown.verdict.passed
    drift = shown.verdict.figures["drift_psi"]
    assert drift is not None
    assert drift > 1
    page = (folder(home, shown) / "quality.html").read_text()
    assert f"published version {first.version}" in page
    assert 'class="ghost"' in page

    strict = replace(OPTIONS, max_drift=0.25)
    assert staged(home, longer, strict).verdict.reasons[0].startswith("drift_psi is ")
    alike = {"train": [chat(n) for n in range(5, 305)]}
    assert staged(home, alike, strict).verdict.passed


def test_a_profile_that_was_changed_is_not_compared_with(home: Home) -> None:
    first = staged(home, {"train": [chat(n) for n in range(30)]})
    home.versions("sft").publish(first.version)
    (folder(home, first) / "quality.json").write_text("{}")
    again = staged(home, {"train": [chat(n, words=30) for n in range(30)]})
    assert "drift_psi" not in again.verdict.figures


def test_the_same_rows_give_the_same_files(home: Home, tmp_path: Path) -> None:
    rows = {"train": [chat(n) for n in range(40)]}
    other = Home(tmp_path / "other", tmp_path)
    laid = [folder(one, staged(one, rows)) for one in (home, other)]
    files = [
        {path.name: path.read_bytes() for path in one.iterdir() if path.is_file()} for one in laid
    ]
    assert files[0] == files[1]


def test_pairs_have_their_own_report_and_a_file_for_llama_factory(home: Home) -> None:
    rows = {"train": [pair(n) for n in range(5)], "validation": []}
    candidate = staged(home, rows, kind=PAIRS, shape="prompt/chosen/rejected")
    laid = folder(home, candidate, "preference")
    lines = (laid / "llama_factory" / "train.jsonl").read_text().splitlines()
    assert [json.loads(line)["pair_id"] for line in lines] == [f"p{n}" for n in range(5)]
    assert list(json.loads((laid / "dataset_info.json").read_text())) == ["preference"]
    assert "Rejected answers" in (laid / "quality.html").read_text()
    assert candidate.verdict.passed


def test_languages_are_counted_by_the_records_behind_the_rows(home: Home) -> None:
    languages = {"r0": "en", "r1": "de", "r2": "en", "r9": "fr"}
    screened = pa.table(
        {"record_id": list(languages), "language": list(languages.values())},
        schema=pa.schema([("record_id", pa.string()), ("language", pa.string())]),
    )
    audited_write(
        home.lake, home.ledger, "screened_chat_logs", screened, [ROWS], inputs="i", code_version="1"
    )
    candidate = staged(
        home,
        {"train": [chat(0), chat(1)], "test": [chat(2), chat(3)]},
        languages=languages_by_record(home, "record_ids"),
    )
    profile = json.loads((folder(home, candidate) / "quality.json").read_text())
    assert profile["categories"]["language"] == {"de": 1, "en": 2}  # r3 was never screened


def test_every_option_and_the_tokenizer_change_the_fingerprint() -> None:
    class Other(WordTokenizer):
        fingerprint = "words-2"

    changed = [
        replace(OPTIONS, max_tokens=61),
        replace(OPTIONS, max_drift=0.3),
        replace(OPTIONS, tokenizer=Other()),
    ]
    assert len({options.fingerprint for options in (OPTIONS, *changed)}) == 4


@pytest.mark.slow
def test_datasets_loads_both_versions_in_both_formats_with_every_row(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    datasets = pytest.importorskip("datasets")
    chats = {"train": [chat(n) for n in range(30)], "test": [chat(n) for n in range(30, 34)]}
    pairs = {"train": [pair(n) for n in range(9)]}
    versions = [
        (folder(home, staged(home, chats)), chats),
        (
            folder(
                home,
                staged(home, pairs, kind=PAIRS, shape="prompt/chosen/rejected"),
                "preference",
            ),
            pairs,
        ),
    ]
    for laid, rows in versions:
        for place in (laid, laid / "jsonl"):
            loaded = datasets.load_dataset(str(place), cache_dir=str(tmp_path / "cache"))
            assert {split: len(loaded[split]) for split in loaded} == {
                split: len(made) for split, made in rows.items()
            }
            wanted = "prompt" if "prompt" in loaded["train"].column_names else "messages"
            assert list(loaded["train"][wanted]) == [row[wanted] for row in rows["train"]]
    for name, entry in json.loads((versions[1][0] / "dataset_info.json").read_text()).items():
        path = str(versions[1][0] / entry["file_name"])
        loaded = datasets.load_dataset("json", data_files=path, cache_dir=str(tmp_path / name))
        assert loaded["train"][0]["chosen"] == pairs["train"][0]["chosen"][0]
