"""The candidates of the preference datasets: every rating accounted for, on the sides of the SFT dataset."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.compute import InThisProcess
from ai_data_platform.core.datasets.assemble import SFT_SCHEMA
from ai_data_platform.core.datasets.split import Shares, split_of
from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.preference.gate import PreferenceThresholds
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.candidates import Candidate, DatasetKind, stage_dataset
from ai_data_platform.stores.certificate_check import verify_certificate
from ai_data_platform.stores.evaluation_archive import EvaluationArchive
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.preference_candidates import PreferenceOptions, preference_candidate
from ai_data_platform.stores.preference_formats import PAIRED, SINGLE, PreferenceFormat
from ai_data_platform.stores.quality import QualityOptions
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer
from ai_data_platform_tests.preference_building import (
    TOPICS,
    dropped_rating,
    filled,
    pair,
    says,
    single,
)

LENIENT = PreferenceThresholds(max_length_bias=1, min_label_rows=1)
OPTIONS = PreferenceOptions(thresholds=LENIENT)
TRAIN = PreferenceOptions(thresholds=LENIENT, shares=Shares(0, 0))
PAIRS = [pair(n) for n in range(8)]
SINGLES = [single(n) for n in range(10)]


def candidate(
    home: Home, what: PreferenceFormat = PAIRED, options: PreferenceOptions = OPTIONS
) -> Candidate:
    return preference_candidate(home, what, options, InThisProcess(), code_version="1")


def folder_of(home: Home, made: Candidate, what: PreferenceFormat = PAIRED) -> Path:
    return home.versions(what.dataset.name).folder(made.version)


def rows_of(folder: Path) -> dict[str, str]:
    """The split of each row."""
    return {
        row.get("pair_id") or row["row_id"]: path.stem
        for path in sorted(folder.glob("data/*.parquet"))
        for row in pq.read_table(path).to_pylist()
    }


def dropped(folder: Path) -> dict[str, tuple[str, ...]]:
    rows = pq.read_table(folder / "dropped.parquet").to_pylist()
    return {row.pop("record_id"): tuple(row.values()) for row in rows}


def test_every_rating_is_in_a_row_or_named_with_its_stage_and_reason(home: Home) -> None:
    question = TOPICS[3][0]
    again = pair(8, prompt=PAIRS[0]["prompt"], chosen=PAIRS[0]["chosen"], user_hash="u0")
    again["rejected"] = PAIRS[0]["rejected"]
    against = pair(9, user_hash="u1", prompt=PAIRS[1]["prompt"])
    against |= {"chosen": PAIRS[1]["rejected"], "rejected": PAIRS[1]["chosen"]}
    filled(
        home,
        [*PAIRS, again, against],
        [single(0)],
        [dropped_rating("r99")],
        items=[question],
    )
    made = candidate(home, options=TRAIN)
    opposite = "says the opposite"
    assert dropped(folder_of(home, made)) == {
        "q0": ("d0", "pairs", "stands_unpaired", "s0", "row", "in unpaired_answers"),
        "r1a": ("c1", "contradictions", "contradiction", "p9", "row", opposite),
        "r1b": ("c1", "contradictions", "contradiction", "p9", "row", opposite),
        "r3a": _held("c3"),
        "r3b": _held("c3"),
        "r8a": ("c8", "duplicates", "exact_duplicate", "p0", "row", "jaccard 1.000"),
        "r8b": ("c8", "duplicates", "exact_duplicate", "p0", "row", "jaccard 1.000"),
        "r99": ("c", "pairs", "tie", None, None, None),
        "r9a": ("c9", "contradictions", "contradiction", "p1", "row", opposite),
        "r9b": ("c9", "contradictions", "contradiction", "p1", "row", opposite),
    }
    staged = home.versions("preference").last_staged()
    assert staged is not None
    assert [(one["stage"], one["rows_in"], one["rows_out"]) for one in staged["funnel"]] == [
        ("pairs", 22, 20),
        ("contradictions", 20, 16),
        ("duplicates", 16, 14),
        ("decontaminate", 14, 12),
        ("split", 12, 12),
    ]
    figures = made.verdict.figures
    used = [figures[name] for name in ("ratings", "ratings_used", "ratings_unaccounted")]
    assert used == [22, 12, 0]
    assert made.verdict.passed, made.verdict.reasons


def _held(conversation: str) -> tuple[Any, ...]:
    reason, detail = "contaminated_same_question", "exam 1.000"
    return (conversation, "decontaminate", reason, "i0", "evaluation_item", detail)


def test_the_other_format_leaves_out_what_stands_in_a_pair(home: Home) -> None:
    filled(home, [pair(0)], [*SINGLES, single(12, completion=says("assistant", "It is shut."))])
    made = candidate(home, SINGLE, TRAIN)
    assert dropped(folder_of(home, made, SINGLE)) == {
        "r0a": ("c0", "pairs", "stands_in_a_pair", "p0", "row", "in preference_pairs"),
        "r0b": ("c0", "pairs", "stands_in_a_pair", "p0", "row", "in preference_pairs"),
    }
    figures = made.verdict.figures
    assert (figures["rows"], figures["rows_of_the_rarer_label"]) == (11, 5)
    assert made.verdict.passed, made.verdict.reasons


def test_a_rating_that_stands_in_two_places_blocks(home: Home) -> None:
    filled(home, PAIRS, dropped=[dropped_rating("r0a")])
    reasons = candidate(home, options=TRAIN).verdict.reasons
    said = (
        "ratings_unaccounted is 1, wanted == 0 (ratings in are ratings used plus ratings dropped)"
    )
    assert said in reasons


def test_a_pair_is_on_the_side_of_its_user_as_in_the_sft_dataset(home: Home) -> None:
    shares = Shares(0.3, 0.3)
    rows = [pair(n, user_hash=f"u{n % 5}" if n % 2 else None) for n in range(8)]
    filled(home, rows)
    made = candidate(home, options=replace(OPTIONS, shares=shares))
    wanted = {
        row["pair_id"]: split_of(
            f"user {row['user_hash']}" if row["user_hash"] else row["conversation_id"], 0.3, 0.3
        )
        for row in rows
    }
    assert rows_of(folder_of(home, made)) == wanted
    assert len(set(wanted.values())) == 3


def test_prompts_that_resemble_each_other_never_stand_on_two_sides(home: Home) -> None:
    shares = Shares(0.4, 0.3)
    sides = {n: split_of(f"user u{n}", 0.4, 0.3) for n in range(40)}
    other = next(n for n in range(10, 40) if sides[n] != sides[0])
    asked = "How do I open the small valve behind the white cover in the cellar?"
    first = pair(0, prompt=says("user", asked))
    near = pair(other, prompt=says("user", f"{asked} Thanks!"))
    near["chosen"] = says("assistant", "With a wrench of eleven millimetres and a lot of patience.")
    filled(home, [first, *PAIRS[1:], near])
    made = candidate(home, options=replace(OPTIONS, shares=shares))
    assert dropped(folder_of(home, made)) == {
        f"r{other}{side}": (
            f"c{other}",
            "split",
            "crosses_split",
            "p0",
            "row",
            f"is in {sides[0]}",
        )
        for side in "ab"
    }
    assert made.verdict.figures["leaked_prompts"] == 0


def test_a_conversation_without_a_user_follows_the_published_sft_dataset(home: Home) -> None:
    """There it may have joined one that it resembles, so its own hash does not say where it stands."""
    rows = [pair(n, user_hash=None) for n in range(8)]
    own = {row["conversation_id"]: split_of(row["conversation_id"], 0.1, 0.1) for row in rows}
    assert set(own.values()) == {"train"}
    filled(home, rows)
    before = candidate(home)
    assert set(rows_of(folder_of(home, before)).values()) == {"train"}
    assert candidate(home).reused
    published_sft(home, train=["c0", "c1"], test=["c2", "c7"])
    after = candidate(home)
    assert not after.reused
    sides = rows_of(folder_of(home, after))
    assert {name for name, side in sides.items() if side == "test"} == {"p2", "p7"}
    assert after.verdict.figures["conversations_in_another_sft_split"] == 0
    assert candidate(home).reused


def test_an_sft_dataset_that_was_split_by_other_shares_is_told_and_blocks_nothing(
    home: Home,
) -> None:
    filled(home, PAIRS)
    published_sft(home, train=[f"c{n}" for n in range(7)], test=["c7"])
    made = candidate(home, options=replace(TRAIN, shares=Shares(0.9, 0.05)))
    crossing = made.verdict.figures["conversations_in_another_sft_split"]
    assert crossing is not None
    assert crossing > 0
    assert not [reason for reason in made.verdict.reasons if "another_sft" in reason]


def published_sft(home: Home, **splits: list[str]) -> None:
    """An SFT dataset of these conversations, that readers see."""
    kind = DatasetKind("sft", "Chats", "A summary.", SFT_SCHEMA, "text-generation")
    tables = {
        split: pa.Table.from_pylist(
            [
                {
                    "conversation_id": name,
                    "messages": [*says("user", "Why?"), *says("assistant", f"So, {name}.")],
                    "ratings": [5],
                    "record_ids": [f"x{name}"],
                }
                for name in names
            ],
            SFT_SCHEMA,
        )
        for split, names in splits.items()
    }
    made = stage_dataset(
        home,
        kind,
        {split: table.to_batches() for split, table in tables.items()},  # type: ignore[misc]
        inputs="i",
        figures=lambda: {"rows": 1},
        rules=[Rule("rows", ">", 0, "any will do")],
        dropped={},
        upstream={},
        code_version="1",
    )
    home.versions("sft").publish(made.version)


@pytest.mark.parametrize("what", [PAIRED, SINGLE])
def test_the_version_holds_a_certificate_that_another_program_finds_true(
    home: Home, what: PreferenceFormat
) -> None:
    filled(home, PAIRS, SINGLES, items=["What is the capital of France?"])
    archive = EvaluationArchive(home.root / "evaluation")
    archive.keep(home.verified.read("evaluation_items"))
    made = candidate(home, what, replace(OPTIONS, shares=Shares(0.3, 0.2)))
    path = folder_of(home, made, what) / "certificate.json"
    record = orjson.loads(path.read_bytes())
    assert (record["figures"]["leaked_prompts"], record["figures"]["evaluation_items"]) == (0, 1)
    found = verify_certificate(path, archive.find)
    assert (found.differences, found.holds) == ((), True)


def test_nothing_is_made_again_until_a_table_or_an_option_changes(home: Home) -> None:
    quality = QualityOptions(WordTokenizer(), max_tokens=60)
    options = replace(TRAIN, quality=quality)
    filled(home, PAIRS, SINGLES)
    first = candidate(home, options=options)
    assert candidate(home, options=options).reused
    assert not candidate(home, options=replace(options, max_similarity=0.9)).reused
    limit = replace(quality, max_tokens=50)
    assert not candidate(home, options=replace(options, quality=limit)).reused

    class Other(WordTokenizer):
        fingerprint = "words-2"

    other = replace(quality, tokenizer=Other())
    assert not candidate(home, options=replace(options, quality=other)).reused
    filled(home, PAIRS, SINGLES, items=["What is the capital of France?"])
    again = candidate(home, options=options)
    assert not again.reused
    assert again.version != first.version  # the certificate speaks of another set


def test_two_homes_with_the_same_tables_hold_the_same_bytes(home: Home, tmp_path: Path) -> None:
    quality = QualityOptions(WordTokenizer(), max_tokens=60)
    contents = []
    for one, rows in ((home, PAIRS), (Home(tmp_path / "other", tmp_path), PAIRS)):
        filled(one, rows, SINGLES, items=["What is the capital of France?"])
        for what in (PAIRED, SINGLE):
            folder = folder_of(one, candidate(one, what, replace(OPTIONS, quality=quality)), what)
            files = (path for path in sorted(folder.rglob("*")) if path.is_file())
            contents.append({path.relative_to(folder): path.read_bytes() for path in files})
    assert contents[:2] == contents[2:]
    assert {path.as_posix() for path in contents[1]} >= {
        "certificate.json",
        "data/train.parquet",
        "dropped.parquet",
        "jsonl/train.jsonl",
        "quality.html",
        "whole/train.jsonl",
    }


@pytest.mark.parametrize(
    "table", ["preference_pairs", "unpaired_answers", "dropped_ratings", "evaluation_items"]
)
def test_a_table_that_no_gate_passed_is_not_read(home: Home, table: str) -> None:
    filled(home, PAIRS, SINGLES)
    held = home.lake.read(table)
    rule = Rule("rows", ">", 10**9, "never")
    judged = {"inputs": "t", "code_version": "1"}
    audited_write(home.lake, home.ledger, table, held, [rule], **judged)
    with pytest.raises(GateBlocked, match=f"{table} is not read"):
        candidate(home)


def test_a_home_without_a_pair_is_blocked_and_the_single_answers_are_not(home: Home) -> None:
    filled(home, [], SINGLES)
    assert candidate(home, SINGLE, TRAIN).verdict.passed
    reasons = candidate(home, options=TRAIN).verdict.reasons
    assert reasons[0] == "rows is 0, wanted > 0 (an empty dataset trains nothing)"


@pytest.mark.slow
def test_datasets_loads_both_formats_with_the_types_that_trl_documents(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conversational, explicit prompt: DPO and reward models read sides, KTO a completion and a boolean."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    datasets = pytest.importorskip("datasets")
    message = {"role": datasets.Value("string"), "content": datasets.Value("string")}
    filled(home, PAIRS, SINGLES)
    for what, count in ((PAIRED, 8), (SINGLE, 10)):
        folder = folder_of(home, candidate(home, what, TRAIN), what)
        for place in (folder, folder / "jsonl"):
            loaded = datasets.load_dataset(str(place), cache_dir=str(tmp_path / what.table))
            features = loaded["train"].features
            assert len(loaded["train"]) == count
            assert {name: features[name] for name in what.rows.texts} == dict.fromkeys(
                what.rows.texts, datasets.List(message)
            )
            if what is SINGLE:
                assert features["label"] == datasets.Value("bool")
