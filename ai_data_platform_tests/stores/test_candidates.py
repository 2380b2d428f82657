"""Dataset candidates: staged, judged, reused, and loadable as they lie there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.datasets.near_duplicates import (
    NearDuplicateOptions,
    find_near_duplicates,
)
from ai_data_platform.core.datasets.sft import (
    SFT_SCHEMA,
    SftDataset,
    SftThresholds,
    build_sft,
    sft_rules,
)
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.stores.candidates import Candidate, DatasetKind, stage_dataset, staged_from
from ai_data_platform.stores.home import Home

_ROWS = Rule("rows", ">", 0, "an empty table trains nothing")
KIND = DatasetKind("sft", "Conversations", "A summary.", SFT_SCHEMA, "text-generation")


def dataset(
    conversations: int = 20, answer: str = "Hold the button until it blinks."
) -> SftDataset:
    logged = [
        Exchange(
            message_id=f"m{n}.{turn}",
            conversation_id=f"c{n:02}",
            turn_index=turn,
            user_message=f"Question {turn} about the {_word(n)}?",
            assistant_message=f"{answer} {_word(n)}",
            created_at=datetime(2024, 3, 1, tzinfo=UTC),
            rating=None if n % 7 == 0 else 4 + n % 2,
            record_id=f"r{n}.{turn}",
        )
        for n in range(conversations)
        for turn in range(2)
    ]
    equal = partial(find_near_duplicates, options=NearDuplicateOptions(threshold=1.0))
    clean = {one.record_id for one in logged}
    return build_sft(logged, clean, validation_share=0.3, search=equal)


def _word(number: int) -> str:
    """A word that no other number has: texts that differ in numbers alone belong together."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")


def stage(home: Home, made: SftDataset, inputs: str = "i1") -> Candidate:
    clean = judge("clean_conversations", "f0", {"rows": 1}, [_ROWS], code_version="1")
    home.ledger.record(clean)
    return stage_dataset(
        home,
        KIND,
        made.splits,
        inputs=inputs,
        figures=made.figures(),
        rules=sft_rules(SftThresholds()),
        dropped={"unrated": 3},
        upstream={"clean_conversations": "f0"},
        code_version="1",
    )


def test_a_candidate_lies_whole_in_its_folder_and_nothing_is_published(home: Home) -> None:
    made = dataset()
    candidate = stage(home, made)

    store = home.versions("sft")
    folder = store.folder(candidate.version)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {
        "README.md",
        "manifest.json",
        "data/train.parquet",
        "data/validation.parquet",
        "jsonl/train.jsonl",
        "jsonl/validation.jsonl",
    }
    assert pq.read_schema(folder / "data" / "train.parquet") == SFT_SCHEMA
    assert (candidate.rows, candidate.verdict.passed, candidate.reused) == (20, True, False)
    assert store.published() == []
    staged = store.last_staged()
    assert staged is not None
    assert {key: staged[key] for key in ("rows", "splits", "dropped", "inputs", "upstream")} == {
        "rows": 20,
        "splits": {split: len(rows) for split, rows in made.splits.items()},
        "dropped": {"unrated": 3},
        "inputs": "i1",
        "upstream": {"clean_conversations": "f0"},
    }
    assert home.ledger.require("sft_dataset", candidate.fingerprint) == candidate.verdict


def test_a_candidate_is_taken_over_for_the_same_inputs_alone(home: Home) -> None:
    assert staged_from(home, "sft", "i1") is None
    candidate = stage(home, dataset())
    reused = staged_from(home, "sft", "i1")
    assert reused is not None
    assert (reused.version, reused.verdict, reused.rows, reused.dropped, reused.reused) == (
        candidate.version,
        candidate.verdict,
        20,
        {"unrated": 3},
        True,
    )
    assert staged_from(home, "sft", "i2") is None
    (home.root / "verdicts.sqlite").unlink()
    assert staged_from(home, "sft", "i1") is None


def test_the_same_content_from_other_inputs_is_the_same_version_and_is_taken_over(
    home: Home,
) -> None:
    first = stage(home, dataset(), "i1")
    home.versions("sft").publish(first.version)
    second = stage(home, dataset(), "i2")
    assert second.version == first.version
    assert staged_from(home, "sft", "i2") is not None
    assert home.versions("sft").current().manifest["inputs"] == "i1"


def test_a_dataset_that_fails_is_staged_to_be_looked_at_and_cannot_be_published(
    home: Home,
) -> None:
    candidate = stage(home, dataset(answer="No"))
    assert candidate.verdict.reasons[0].startswith("response_words_p5 is 2, wanted >= 5")
    card = (home.versions("sft").folder(candidate.version) / "README.md").read_text()
    assert "Gate verdict: BLOCKED: response_words_p5 is 2" in card
    with pytest.raises(GateBlocked):
        home.versions("sft").publish(candidate.version)


def test_an_empty_dataset_is_staged_without_data_files_and_blocked(home: Home) -> None:
    candidate = stage(home, dataset(conversations=0))
    assert not candidate.verdict.passed
    assert candidate.rows == 0


def test_the_same_rows_give_the_same_bytes(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other", tmp_path)
    first, second = stage(home, dataset()), stage(other, dataset())
    assert first.fingerprint == second.fingerprint
    folders = [h.versions("sft").folder(first.version) for h in (home, other)]
    files = [{p.name: p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in folders]
    assert files[0] == files[1]


@pytest.mark.slow
def test_parquet_and_jsonl_load_as_they_lie_there(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    datasets = pytest.importorskip("datasets")
    made = dataset()
    folder = home.versions("sft").folder(stage(home, made).version)

    for place in (folder, folder / "jsonl"):
        loaded = datasets.load_dataset(str(place), cache_dir=str(tmp_path / "cache"))
        assert set(loaded) == {"train", "validation"}
        for split, rows in made.splits.items():
            assert _messages(loaded[split]) == [(row.conversation_id, row.messages) for row in rows]
            assert list(loaded[split]["ratings"]) == [row.ratings for row in rows]
    assert datasets.get_dataset_config_names(str(folder)) == ["default"]


def _messages(rows: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(row["conversation_id"], row["messages"]) for row in rows]
