"""Dataset candidates: staged, judged, reused, and loadable as they lie there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.datasets.assemble import SFT_SCHEMA
from ai_data_platform.core.datasets.sft import SftDataset
from ai_data_platform.core.datasets.sft_gate import SftMeasures, SftThresholds, sft_rules
from ai_data_platform.core.datasets.split import SPLITS, Shares
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.stores.candidates import (
    Candidate,
    DatasetKind,
    Findings,
    StagedDataset,
    stage_dataset,
    staged_from,
)
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.sft_building import built

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
    return built(logged, shares=Shares(0.3, 0))


def _word(number: int) -> str:
    """A word that no other number has: texts that differ in numbers alone belong together."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")


def stage(home: Home, made: SftDataset, inputs: str = "i1", **others: Any) -> Candidate:
    clean = judge("clean_conversations", "f0", {"rows": 1}, [_ROWS], code_version="1")
    home.ledger.record(clean)
    measures = SftMeasures()

    def figures() -> dict[str, float | None]:
        rows = {"rows": measures.rows.total(), "train_rows": measures.rows["train"]}
        return {**rows, "exchanges_unaccounted": 0, **measures.figures()}

    return stage_dataset(
        home,
        KIND,
        {split: measures.passing(split, made.batches(split)) for split in SPLITS},
        inputs=inputs,
        figures=figures,
        rules=sft_rules(SftThresholds()),
        dropped={"unrated": 3},
        upstream={"clean_conversations": "f0"},
        code_version="1",
        **others,
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
        "splits": {split: made.table(split).num_rows for split in SPLITS},
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


def test_the_bytes_do_not_depend_on_where_batches_end(home: Home, tmp_path: Path) -> None:
    whole = dataset()
    other = Home(tmp_path / "other", tmp_path)
    at_once = {split: whole.table(split).combine_chunks().to_batches() for split in SPLITS}
    one = stage_dataset(
        other,
        KIND,
        at_once,
        inputs="i",
        figures=dict,
        rules=(),
        dropped={},
        upstream={},
        code_version="1",
    )
    assert one.fingerprint == stage(home, whole).fingerprint


def test_audits_add_figures_rules_and_proofs_and_files_beside_are_made_last(home: Home) -> None:
    seen: list[Any] = []

    def audit(staged: StagedDataset) -> Findings:
        table = staged.table("train", ["conversation_id", "messages"])
        seen.append((dict(staged.splits), table.column_names, table.num_rows))
        seen.append(staged.published_table("train", ["conversation_id"]))
        rule = Rule("leaks", "==", 0, "nothing leaks")
        return Findings({"leaks": len(seen) - 2}, [rule], {"proof.json": b"{}"})

    def beside(staged: StagedDataset, verdict: Verdict) -> dict[str, bytes]:
        return {"report/page.html": verdict.summary.encode()}

    made = dataset()
    plain = stage(home, made)
    candidate = stage(home, made, audits=[audit], beside=beside)

    sizes = {split: made.table(split).num_rows for split in SPLITS}
    assert seen == [(sizes, ["conversation_id", "messages"], sizes["train"]), None]
    folder = home.versions("sft").folder(candidate.version)
    assert (folder / "proof.json").read_bytes() == b"{}"
    assert (folder / "report/page.html").read_text() == candidate.verdict.summary
    assert candidate.verdict.passed
    assert candidate.verdict.figures["leaks"] == 0
    assert candidate.fingerprint != plain.fingerprint  # the proof is a part of it
    home.versions("sft").publish(candidate.version)
    again = stage(home, made, "i3", audits=[audit])
    assert again.verdict.reasons == ("leaks is 2, wanted == 0 (nothing leaks)",)
    assert seen[-1].num_rows == sizes["train"]


def test_what_was_left_out_and_the_funnel_lie_beside_the_data(home: Home) -> None:
    twice = [
        Exchange(
            message_id=name,
            conversation_id=name,
            turn_index=0,
            user_message="Where is it?",
            assistant_message="It is on its way to you.",
            created_at=datetime(2024, 3, 1, tzinfo=UTC),
            record_id=name,
        )
        for name in ("a", "b")
    ]
    made = built(twice)
    candidate = stage(home, made, dropped_rows=made.dropped, funnel=made.funnel)
    folder = home.versions("sft").folder(candidate.version)
    assert pq.read_table(folder / "dropped.parquet") == made.dropped
    staged = home.versions("sft").last_staged()
    assert staged is not None
    assert staged["funnel"][3] == {
        "stage": "duplicates",
        "rows_in": 2,
        "dropped": {"exact_duplicate": 1},
        "rows_out": 1,
    }


def test_a_build_that_was_interrupted_leaves_nothing_and_the_next_one_is_whole(home: Home) -> None:
    made = dataset()

    def breaking(staged: StagedDataset) -> Findings:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stage(home, made, audits=[breaking])
    assert home.versions("sft").last_staged() is None
    assert not list((home.root / "versions" / "sft").glob("*/data"))
    assert stage(home, made).verdict.passed


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
        for split in loaded:
            rows = made.table(split).to_pylist()
            assert _messages(loaded[split]) == _messages(rows)
            assert list(loaded[split]["ratings"]) == [row["ratings"] for row in rows]
    assert datasets.get_dataset_config_names(str(folder)) == ["default"]


def _messages(rows: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(row["conversation_id"], row["messages"]) for row in rows]
