"""The warehouse: real dbt builds on DuckDB, moved in whole or not at all."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days, pending_days
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform.stores.warehouse import BuildRecord, Warehouse
from ai_data_platform_tests.stores.logs import chat, jsonl, write

VARIABLES: dict[str, Any] = {
    "sft_min_rating": 4,
    "sft_keep_unrated": False,
    "min_user_characters": 10,
    "min_assistant_characters": 20,
}
RECORDS = [
    chat("kept"),
    chat("latest", user_message="What is the latest contest about?"),
    chat("low", rating=3),
    chat("unrated", rating=None),
    chat("short", user_message="Hi there!"),
    chat("brief", assistant_message="Press it twice."),
    chat("silent", user_message=" \n"),
    chat("mute", assistant_message=""),
    chat("trial", user_message="This is a test message"),
    chat("twin", "2024-03-02"),
    chat(
        "copy",
        user_message="how do I SET   kept?",
        assistant_message=chat("kept")["assistant_message"],
    ),
    chat("twin", "2024-03-03", user_message="The same id on another day?"),
]
DROPPED = {
    "low": "rating_below_minimum",
    "unrated": "unrated",
    "short": "user_message_too_short",
    "brief": "assistant_message_too_short",
    "silent": "empty_user_message",
    "mute": "empty_assistant_message",
    "trial": "test_traffic",
    "copy": "exact_duplicate",
    "twin": "repeated_message_id",
}


def land(home: Home, drop: Path, *records: object) -> None:
    """The records as daily tables of the lake."""
    write(drop / "log.jsonl", jsonl(*records))
    source = chat_log_days(home, SourceSpec(str(drop)), lambda line: None)
    for day in pending_days(home, source, "raw_chat_logs"):
        source.table.publish(day, source.parts[day], lambda: source.quarantine)


def sources(home: Home) -> dict[str, str]:
    found = {name: home.lake.manifest(name) for name in home.lake.names("raw_chat_logs")}
    return {name: manifest.fingerprint for name, manifest in found.items() if manifest}


def build(home: Home) -> BuildRecord:
    inputs = home.warehouse.inputs(sources(home), VARIABLES)
    return home.warehouse.build(inputs, sources(home), VARIABLES, lambda line: None)


@pytest.fixture(scope="session")
def built_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home on which dbt was built once; copy it before changing it."""
    folder = tmp_path_factory.mktemp("warehouse")
    home = Home(folder / "home", CHECKOUT / "dbt_project")
    land(home, folder / "drop", *RECORDS)
    record = build(home)
    assert record["models"], record["checks"]
    return folder


@pytest.fixture
def built(built_folder: Path, tmp_path: Path) -> Home:
    """A copy of the built home."""
    shutil.copytree(built_folder, tmp_path / "copy")
    return Home(tmp_path / "copy" / "home", CHECKOUT / "dbt_project")


def in_place(home: Home) -> dict[str, tuple[bytes, int]]:
    paths = home.lake.root.glob("*.parquet")
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


@pytest.mark.slow
def test_every_exchange_is_kept_or_dropped_for_one_reason(built: Home) -> None:
    kept = built.lake.read("clean_conversations")["message_id"].to_pylist()
    dropped = built.lake.read("dropped_conversations").to_pylist()

    assert sorted(kept) == ["kept", "latest", "twin"]
    assert {row["message_id"]: row["drop_reason"] for row in dropped} == DROPPED
    records = {
        row["message_id"]: row["record_id"] for row in built.lake.read("stg_chat_logs").to_pylist()
    }
    matched = {row["message_id"]: row["matched_record_id"] for row in dropped}
    assert matched["copy"] == records["kept"]
    assert matched["low"] is None


@pytest.mark.slow
def test_the_record_of_a_build_names_models_and_every_check(built: Home) -> None:
    inputs = built.warehouse.inputs(sources(built), VARIABLES)
    record = built.warehouse.last_build(inputs)
    assert record is not None
    rows = {name: made["rows"] for name, made in record["models"].items()}
    assert (rows["stg_chat_logs"], rows["clean_conversations"]) == (12, 3)
    assert rows["dropped_conversations"] == 9
    assert {check["status"] for check in record["checks"]} <= {"success", "pass"}
    kinds = {check["unique_id"].split(".")[0] for check in record["checks"]}
    assert {"model", "test"} <= kinds
    assert record["blocked"] == []
    assert not (built.lake.root / ".dbt_staging").exists()


@pytest.mark.slow
def test_a_build_is_taken_over_until_its_inputs_or_its_files_change(built: Home) -> None:
    warehouse = built.warehouse
    inputs = warehouse.inputs(sources(built), VARIABLES)
    assert warehouse.last_build(inputs) is not None
    assert warehouse.last_build("others") is None
    others = [
        warehouse.inputs({**sources(built), "raw_chat_logs/new": "f"}, VARIABLES),
        warehouse.inputs(sources(built), VARIABLES | {"sft_min_rating": 5}),
    ]
    assert len({inputs, *others}) == 3
    built.lake.path("clean_conversations").write_bytes(b"changed by hand")
    assert warehouse.last_build(inputs) is None
    built.lake.path("clean_conversations").unlink()
    assert warehouse.last_build(inputs) is None


@pytest.mark.slow
def test_building_again_gives_the_same_bytes_and_touches_no_file(built: Home) -> None:
    before = in_place(built)
    record = build(built)
    assert in_place(built) == before
    assert {name: made["fingerprint"] for name, made in record["models"].items()} == (
        built.verified.fingerprints(*record["models"])
    )


@pytest.mark.slow
def test_a_build_that_fails_a_test_moves_nothing_in(built: Home, tmp_path: Path) -> None:
    before = in_place(built)
    for name in built.lake.names("raw_chat_logs"):
        built.lake.remove(name)
    land(built, tmp_path / "bad", chat("low", "2024-04-01", rating=1))

    record = build(built)

    assert record["models"] == {}
    failed = [check["unique_id"] for check in record["checks"] if check["status"] == "fail"]
    assert any("not_empty" in name and "clean_conversations" in name for name in failed)
    assert in_place(built) == before
    assert built.warehouse.last_build(record["inputs"]) is None
    latest = built.ledger.latest("clean_conversations")
    assert latest is not None
    assert latest.verdict.outcome == "BLOCKED"
    assert any("not_empty" in reason for reason in latest.verdict.reasons)


@pytest.mark.slow
def test_each_model_has_a_verdict_that_names_its_tests_and_what_it_read(built: Home) -> None:
    kept = built.ledger.latest("clean_conversations")
    staged = built.ledger.latest("stg_chat_logs")
    assert kept is not None
    assert staged is not None
    assert kept.verdict.outcome == staged.verdict.outcome == "PASSED"
    assert dict(staged.verdict.inputs) == sources(built)
    assert set(kept.verdict.inputs) == {"int_chat_logs_judged", "stg_chat_logs"}
    assert {rule.figure: rule.threshold for rule in kept.verdict.rules} == {
        "tests": 1,
        **dict.fromkeys(set(kept.verdict.figures) - {"rows", "tests"}, 0),
    }
    assert kept.verdict.figures["tests"] == len(kept.verdict.rules) - 1 > 4


@pytest.mark.slow
def test_a_model_without_its_verdict_is_built_again(built: Home) -> None:
    inputs = built.warehouse.inputs(sources(built), VARIABLES)
    (built.root / "verdicts.sqlite").unlink()
    assert built.warehouse.last_build(inputs) is None
    for day in built.lake.names("raw_chat_logs"):
        assert not built.verified.passes(day)


@pytest.mark.slow
def test_the_project_is_parsed_once_for_each_change(tmp_path: Path) -> None:
    project = tmp_path / "project"
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(CHECKOUT / "dbt_project", project, ignore=ignored)
    warehouse = Warehouse(
        project, tmp_path / "lake", tmp_path / "dbt", GateLedger(tmp_path / "verdicts.sqlite")
    )

    path = warehouse.manifest()
    first = path.stat().st_mtime_ns
    assert warehouse.manifest().stat().st_mtime_ns == first

    (project / "models" / "broken.sql").write_text("select * from {{ ref('nobody') }}")
    with pytest.raises(ConfigurationError, match=r"(?s)`dbt parse` failed in .*nobody"):
        warehouse.manifest()
    (project / "models" / "broken.sql").unlink()
    assert warehouse.manifest().stat().st_mtime_ns == first


def test_before_the_first_build_there_is_none(home: Home) -> None:
    assert home.warehouse.last_build("any") is None
    assert not home.verified.passes("stg_chat_logs")


def test_the_project_fingerprint_follows_sql_and_yml_alone(tmp_path: Path) -> None:
    write(tmp_path / "models" / "a.sql", b"select 1")
    write(tmp_path / "dbt_project.yml", b"name: x")
    warehouse = Warehouse(
        tmp_path, tmp_path / "lake", tmp_path / "dbt", GateLedger(tmp_path / "verdicts.sqlite")
    )
    before = warehouse.project.fingerprint()
    write(tmp_path / "target" / "compiled.sql", b"select 1")
    write(tmp_path / "README.md", b"read me")
    assert warehouse.project.fingerprint() == before
    write(tmp_path / "models" / "b.sql", b"select 1")
    assert warehouse.project.fingerprint() != before
