"""The dbt project as dbt users expect it: documented, tested, exposed, and selected by what changed."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow.parquet as pq
import pytest
import yaml

from ai_data_platform.core.records import COLUMNS
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.dbt_project.conftest import Dbt
from ai_data_platform_tests.dbt_project.rows import exchange, write_day

PROJECT = CHECKOUT / "dbt_project"


def models(manifest: Mapping[str, Any]) -> dict[str, Any]:
    nodes = manifest["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


def generic_tests(manifest: Mapping[str, Any], model: str) -> set[str]:
    """`name column` of each generic test of a model."""
    return {
        f"{node['test_metadata']['name']} {node['column_name'] or ''}".strip()
        for node in manifest["nodes"].values()
        if node.get("attached_node", "").endswith(f".{model}")  # a singular test has none
        and "test_metadata" in node
    }


def feeding(manifest: Mapping[str, Any], ids: list[str]) -> Iterator[str]:
    """Every model below these nodes, down to the source."""
    for unique_id in ids:
        if unique_id.startswith("model."):
            node = manifest["nodes"][unique_id]
            yield node["name"]
            yield from feeding(manifest, node["depends_on"]["nodes"])


def test_the_rules_of_the_project_are_the_defaults_of_the_settings() -> None:
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    del variables["postgres_collation"]  # of the server, not of the platform
    settings = Settings.model_construct()
    assert variables == {
        name: list(value) if isinstance(value := getattr(settings, name), tuple) else value
        for name in variables
    }


@pytest.mark.slow
def test_every_column_of_every_model_is_described(
    on_duckdb: Home, manifest: Mapping[str, Any]
) -> None:
    for name, node in models(manifest).items():
        assert node["description"]
        assert list(node["columns"]) == pq.read_schema(on_duckdb.lake.path(name)).names
        assert [c["name"] for c in node["columns"].values() if not c["description"]] == []
        assert set(node["columns"]) <= set(COLUMNS)
    (source,) = manifest["sources"].values()
    assert all(column["description"] for column in [source, *source["columns"].values()])


@pytest.mark.slow
def test_every_model_has_a_key_and_none_that_feeds_a_dataset_may_be_empty(
    manifest: Mapping[str, Any],
) -> None:
    for name in models(manifest):
        assert {"unique record_id", "not_null record_id"} <= generic_tests(manifest, name)
    exposures = manifest["exposures"].values()
    fed = {m for e in exposures for m in feeding(manifest, e["depends_on"]["nodes"])}
    assert fed == {"stg_chat_logs", "int_chat_logs_judged", "clean_conversations"}
    assert {name for name in fed if "not_empty" not in generic_tests(manifest, name)} == set()


@pytest.mark.slow
def test_what_is_made_of_the_models_is_exposed_with_its_owner(
    manifest: Mapping[str, Any],
) -> None:
    found = {e["name"]: e for e in manifest["exposures"].values()}
    assert {
        name: sorted(i.split(".")[-1] for i in e["depends_on"]["nodes"])
        for name, e in found.items()
    } == {
        "sft_dataset": ["clean_conversations", "stg_chat_logs"],
        "preference_dataset": ["stg_chat_logs"],
        "unpaired_preference_dataset": ["stg_chat_logs"],
        "conversation_index": ["clean_conversations", "stg_chat_logs"],
    }
    assert all(e["owner"]["email"] and e["owner"]["name"] for e in found.values())


@pytest.mark.slow
def test_a_changed_model_is_selected_with_what_reads_it_wherever_the_lake_lies(
    on_duckdb: Home, tmp_path: Path, dbt: Dbt
) -> None:
    state = ["--state", str(on_duckdb.warehouse.manifest().parent), "--output", "name", "--quiet"]
    chosen = ["--resource-type", "model", "--resource-type", "exposure"]
    copy = tmp_path / "project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    changed = copy / "models" / "intermediate" / "int_chat_logs_judged.sql"
    changed.write_text(f"{changed.read_text()}-- another last line\n")

    done = dbt(
        *("ls", "--select", "state:modified+", *state, *chosen), project=copy, lake=tmp_path / "x"
    )

    assert done.returncode == 0, done.stdout
    assert done.stdout.split() == [
        *("conversation_index", "sft_dataset"),
        *("clean_conversations", "dropped_conversations", "int_chat_logs_judged"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("hours", "status"), [(40, "warn"), (80, "error")])
def test_a_source_grows_stale_by_the_time_of_its_newest_row(
    tmp_path: Path, dbt: Dbt, hours: int, status: str
) -> None:
    home = Home(tmp_path / "home", PROJECT)
    newest = datetime.now(UTC) - timedelta(hours=hours)
    rows = [exchange("new", created_at=newest), exchange("old")]
    write_day(home, rows)

    dbt("source", "freshness", lake=home.lake.root)

    (result,) = orjson.loads((tmp_path / "target" / "sources.json").read_bytes())["results"]
    assert (result["status"], result["max_loaded_at"][:19]) == (status, newest.isoformat()[:19])


@pytest.mark.slow
def test_the_docs_have_a_catalog_with_the_columns_of_the_files(
    on_duckdb: Home, tmp_path: Path, dbt: Dbt
) -> None:
    done = dbt("docs", "generate")

    assert done.returncode == 0, done.stdout
    catalog = orjson.loads((tmp_path / "target" / "catalog.json").read_bytes())
    found = {node["metadata"]["name"]: list(node["columns"]) for node in catalog["nodes"].values()}
    names = (
        "stg_chat_logs",
        "int_chat_logs_judged",
        "clean_conversations",
        "dropped_conversations",
    )
    assert found == {name: pq.read_schema(on_duckdb.lake.path(name)).names for name in names}
    assert list(catalog["sources"]) == ["source.ai_data_platform.lake.raw_chat_logs"]


@pytest.mark.slow
def test_an_empty_source_fails_the_build(on_duckdb: Home, tmp_path: Path) -> None:
    shutil.copytree(on_duckdb.root / "dbt", tmp_path / "home" / "dbt")  # parsed already
    home = Home(tmp_path / "home", PROJECT)
    sources = write_day(home, [])

    record = home.warehouse.build("inputs", sources, {}, lambda line: None)

    assert record["models"] == {}
    assert any(line.startswith("not_empty_stg_chat_logs") for line in record["blocked"])
    assert home.warehouse.last_build("inputs") is None
    assert not any(home.verified.passes(name) for name in ("stg_chat_logs", "clean_conversations"))


@pytest.mark.slow
def test_a_source_without_a_file_fails_the_build_and_says_what_to_do(
    on_duckdb: Home, tmp_path: Path, dbt: Dbt
) -> None:
    done = dbt("build", lake=tmp_path / "nowhere")
    assert done.returncode != 0
    assert "nowhere/raw_chat_logs/*.parquet: run `aidp run raw_chat_logs` first" in done.stdout


@pytest.mark.slow
def test_a_part_of_the_models_reads_the_files_of_the_others(
    on_duckdb: Home, tmp_path: Path, dbt: Dbt
) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(on_duckdb.lake.root, lake)
    wanted = on_duckdb.lake.path("clean_conversations").read_bytes()
    (lake / "clean_conversations.parquet").unlink()

    done = dbt("build", "--select", "training_data", lake=lake)

    assert done.returncode == 0, done.stdout
    assert (lake / "clean_conversations.parquet").read_bytes() == wanted


@pytest.mark.slow
def test_rows_that_come_twice_are_lost_or_invented_are_found(on_duckdb: Home) -> None:
    compiled = on_duckdb.warehouse.project.target / "run" / "compiled"

    def found(test: str) -> list[str]:
        (path,) = compiled.rglob(f"{test}.sql")
        query = path.read_text().replace('"memory"."main".', "")
        return sorted(row[0] for row in database.execute(query).fetchall())

    with duckdb.connect() as database:
        for name in ("stg_chat_logs", "clean_conversations", "dropped_conversations"):
            database.execute(f"create table {name} as from '{on_duckdb.lake.path(name)}'")
        unique, balanced = (
            "unique_stg_chat_logs_record_id",
            "assert_every_row_is_kept_or_dropped_once",
        )
        assert (found(unique), found(balanced)) == ([], [])

        database.execute(
            "update dropped_conversations set record_id = 'r-late' where record_id = 'r-blank'"
        )
        database.execute("delete from clean_conversations where record_id = 'r-text-00'")
        database.execute(
            "update stg_chat_logs set record_id = 'r-huge' where record_id = 'r-unrated'"
        )

        assert found(unique) == ["r-huge"]
        assert found(balanced) == ["r-blank", "r-late", "r-text-00", "r-unrated"]
