"""Engines: what a URL says, and what a build leaves on a real PostgreSQL."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.dbt_project import Outcome
from ai_data_platform.stores.postgres_engine import PostgresEngine
from ai_data_platform.stores.sql_engines import BuildRequest, DuckDbEngine, engine_of
from ai_data_platform_tests.servers import Postgres, run_alone

ROWS = pa.table(
    {"id": ["b", "B", "a", "é"], "tags": [["x"], None, [], ["y", None]], "n": [1, 2, 3, 4]}
)
BUILT: list[Outcome] = [
    {"unique_id": "model.project.made", "status": "success", "failures": None, "message": None},
    {"unique_id": "model.project.broken", "status": "error", "failures": None, "message": "no"},
]


def request(folder: Path, *, schema: str = "aidp_build_test", days: int = 1) -> BuildRequest:
    """One raw day, and a model `made` that is sorted by id."""
    paths = tuple(folder / f"2024-03-0{day + 1}.parquet" for day in range(days))
    for path in paths:
        pq.write_table(ROWS, path)
    return BuildRequest(paths, {"made": ("id",)}, schema, folder / "output", lambda line: None)


def copying(postgres: Postgres) -> Any:
    """Instead of dbt: the raw table as the model `made`, in the schema that the environment names."""

    def run(environment: Mapping[str, str], variables: Mapping[str, Any]) -> list[Outcome]:
        schema = environment["AIDP_DBT_SCHEMA"]
        postgres.run(f"create table {schema}.made as select * from {schema}.raw_chat_logs")
        return BUILT

    return run


def schemas(postgres: Postgres) -> list[str]:
    with adbc.connect(postgres.url) as connection, connection.cursor() as cursor:
        cursor.execute("select nspname from pg_namespace where nspname like 'aidp%'")
        return [name for (name,) in cursor.fetchall()]


def test_a_url_becomes_what_dbt_and_libpq_read_from_the_environment() -> None:
    url = "postgresql://us%40er:p%2Fw@db.example:6543/lo%20gs?sslmode=require&application_name=x"
    assert PostgresEngine(url).environment() == {
        "PGHOST": "db.example",
        "PGPORT": "6543",
        "PGUSER": "us@er",
        "DBT_ENV_SECRET_PGPASSWORD": "p/w",
        "PGDATABASE": "lo gs",
        "PGSSLMODE": "require",
        "PGAPPNAME": "x",
    }
    assert PostgresEngine("postgres:///logs?host=/run/pg").environment() == {
        "PGHOST": "/run/pg",
        "PGDATABASE": "logs",
    }


def test_an_engine_is_duckdb_or_a_url_and_nothing_else() -> None:
    assert isinstance(engine_of("duckdb"), DuckDbEngine)
    assert isinstance(engine_of("postgres://host/db"), PostgresEngine)
    with pytest.raises(ConfigurationError, match="begins with 'mysql'") as raised:
        engine_of("mysql://user:secret@host/db")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:secret@h:port/db", "postgresql://u:secret@127.0.0.1:9/db"]
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="AIDP_WAREHOUSE") as raised:
        PostgresEngine(url).build(request(tmp_path), lambda environment, variables: [])
    assert "secret" not in str(raised.value)


def test_models_come_back_sorted_by_bytes_and_the_schema_goes(
    postgres: Postgres, tmp_path: Path
) -> None:
    asked = request(tmp_path, days=2)
    asked.output.mkdir()

    assert PostgresEngine(postgres.url).build(asked, copying(postgres)) == BUILT

    assert [path.name for path in asked.output.glob("*.parquet")] == ["made.parquet"]
    made = pq.read_table(asked.output / "made.parquet")
    assert made["id"].to_pylist() == ["B", "B", "a", "a", "b", "b", "é", "é"]
    assert made["tags"].to_pylist()[::2] == [None, [], ["x"], ["y", None]]
    assert schemas(postgres) == []


def test_what_a_killed_build_left_goes_with_the_next_one(
    postgres: Postgres, tmp_path: Path
) -> None:
    postgres.run("create schema aidp_build_test", "create table aidp_build_test.made (n int)")
    asked = request(tmp_path)
    asked.output.mkdir()

    PostgresEngine(postgres.url).build(asked, copying(postgres))

    assert pq.read_table(asked.output / "made.parquet").num_rows == ROWS.num_rows
    assert schemas(postgres) == []


def test_a_build_that_dies_takes_its_schema_along(postgres: Postgres, tmp_path: Path) -> None:
    def dies(environment: Mapping[str, str], variables: Mapping[str, Any]) -> list[Outcome]:
        assert schemas(postgres) == ["aidp_build_test"]
        raise ConfigurationError("dbt did not run")

    with pytest.raises(ConfigurationError, match="dbt did not run"):
        PostgresEngine(postgres.url).build(request(tmp_path), dies)
    assert schemas(postgres) == []


def test_two_builds_never_share_a_schema(postgres: Postgres, tmp_path: Path) -> None:
    engine, asked = PostgresEngine(postgres.url), request(tmp_path)

    def again(environment: Mapping[str, str], variables: Mapping[str, Any]) -> list[Outcome]:
        return engine.build(asked, again)

    with pytest.raises(
        ConfigurationError, match="another build works in the schema aidp_build_test"
    ):
        engine.build(asked, again)
    assert schemas(postgres) == []


def test_a_database_that_does_not_store_unicode_is_refused(
    postgres: Postgres, tmp_path: Path
) -> None:
    name = f"{postgres.database}_latin"
    run_alone(postgres, f"create database {name} encoding 'LATIN1' locale 'C' template template0")
    try:
        latin = Postgres(postgres.host, postgres.user, name)
        with pytest.raises(ConfigurationError, match="stores texts as LATIN1, wanted UTF8"):
            PostgresEngine(latin.url).build(request(tmp_path, days=0), copying(latin))
    finally:
        run_alone(postgres, f"drop database {name} with (force)")
