"""PostgreSQL as the place where dbt runs: raw days go in, models come back as the same Parquet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.dbt_project import Outcome
from ai_data_platform.stores.sql_engines import BuildRequest, RunDbt

__all__ = ["PostgresEngine"]

_RAW = "raw_chat_logs"
_FIRST_WITH_OWN_COLLATIONS = 170_000
"""From PostgreSQL 17 on Unicode's rules of small letters are built in; before, they come from ICU."""

_MEMORY = "4GB"  # as the profile of DuckDB; what is more goes to the disk

_VARIABLES = {
    "dbname": "PGDATABASE",
    "password": "DBT_ENV_SECRET_PGPASSWORD",  # dbt masks variables of this name in its logs
    "application_name": "PGAPPNAME",
    "channel_binding": "PGCHANNELBINDING",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
"""libpq's environment variables whose names do not follow from the parameter's."""


class PostgresEngine:
    """A PostgreSQL database. Each build works in a schema of its own, which goes when the build ends."""

    target = "postgres"
    version = "postgres"

    def __init__(self, url: str) -> None:
        try:
            version("dbt-postgres")
        except PackageNotFoundError:
            raise ConfigurationError(
                "AIDP_WAREHOUSE names a PostgreSQL database, and dbt-postgres is not installed: "
                "`pip install 'ai_data_platform[postgres]'`"
            ) from None
        self._url = url
        self._parameters = _parameters(url)

    def environment(self) -> Mapping[str, str]:
        return {_VARIABLES.get(k, f"PG{k.upper()}"): v for k, v in self._parameters.items()}

    def build(self, request: BuildRequest, run: RunDbt) -> list[Outcome]:
        """Load the days, run dbt and read its models back, sorted as the files of the lake are.

        Raises ConfigurationError when the database cannot be reached, or another build works there.
        """
        with self._connected() as connection, _schema(connection, request.schema):
            rows = _load(connection, request.schema, request.days)
            request.log(f"loaded {rows} rows of {len(request.days)} days into PostgreSQL")
            environment = {**self.environment(), "AIDP_DBT_SCHEMA": request.schema}
            outcomes = run(environment, _variables(connection))
            for model in _built(outcomes):
                order = request.order.get(model, ())
                _export(connection, request.schema, model, order, request.output)
        return outcomes

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        from adbc_driver_postgresql import dbapi

        try:
            connection = dbapi.connect(self._url)
        except dbapi.Error as error:
            found = self._parameters
            place = f"{found.get('host', 'localhost')}, database {found.get('dbname', 'postgres')}"
            raise ConfigurationError(
                f"the warehouse at {place} cannot be used: {str(error).splitlines()[0]}; "
                "check AIDP_WAREHOUSE"
            ) from None
        with connection:
            yield connection


def _parameters(url: str) -> dict[str, str]:
    """What libpq reads out of a URL, by parameter. Raises ConfigurationError without repeating the URL."""
    try:
        parts = urlsplit(url)
        found = {
            "host": parts.hostname and unquote(parts.hostname),
            "port": parts.port and str(parts.port),
            "user": parts.username and unquote(parts.username),
            "password": parts.password and unquote(parts.password),
            "dbname": unquote(parts.path.lstrip("/")),
            **dict(parse_qsl(parts.query, strict_parsing=bool(parts.query))),
        }
    except ValueError:
        raise ConfigurationError(
            "AIDP_WAREHOUSE is no URL: wanted postgresql://user:password@host:port/database, with "
            "special characters percent-encoded"
        ) from None
    return {name: value for name, value in found.items() if value}


@contextmanager
def _schema(connection: Any, name: str) -> Iterator[None]:
    """An empty schema of this name, which nobody else fills meanwhile."""
    (mine,) = _rows(connection, f"select pg_try_advisory_lock(hashtext('{name}'))")[0]
    if not mine:
        raise ConfigurationError(
            f"another build works in the schema {name} of the warehouse: wait until it has ended"
        )
    drop = f'drop schema if exists "{name}" cascade'
    try:
        _execute(connection, drop, f'create schema "{name}"')
        yield
    finally:
        connection.rollback()
        _execute(connection, drop)


def _load(connection: Any, schema: str, days: Sequence[Path]) -> int:
    """Rows that the raw table got. Without a day there is no table, and dbt fails on that."""
    rows = 0
    with connection.cursor() as cursor:
        for day in days:
            file = pq.ParquetFile(day)
            batches = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())
            cursor.adbc_ingest(_RAW, batches, "create_append", db_schema_name=schema)
            rows += file.metadata.num_rows
    connection.commit()
    if days:
        _execute(connection, f'analyze "{schema}"."{_RAW}"')
    return rows


def _variables(connection: Any) -> dict[str, str]:
    """What the SQL has to know of this server. Raises ConfigurationError when it does not store UTF-8."""
    shown = "current_setting('server_version_num')::int, current_setting('server_encoding')"
    release, encoding = _rows(connection, f"select {shown}")[0]
    if encoding != "UTF8":
        raise ConfigurationError(
            f"the warehouse stores texts as {encoding}, wanted UTF8: create the database with "
            "`encoding 'UTF8'`"
        )
    built_in = release >= _FIRST_WITH_OWN_COLLATIONS
    return {} if built_in else {"postgres_collation": "und-x-icu"}


def _built(outcomes: Iterable[Outcome]) -> list[str]:
    return [
        outcome["unique_id"].split(".")[-1]
        for outcome in outcomes
        if outcome["unique_id"].startswith("model.") and outcome["status"] == "success"
    ]


def _export(connection: Any, schema: str, model: str, order: Sequence[str], folder: Path) -> None:
    """Write a table as DuckDB writes its own models: sorted and put into row groups by DuckDB itself."""
    import duckdb

    limits: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": str(folder / ".spill")}
    with connection.cursor() as cursor, duckdb.connect(config=limits) as database:
        cursor.execute(f'select * from "{schema}"."{model}"')
        database.register("made", cursor.fetch_record_batch())
        query = "select * from made" + (f" order by {', '.join(order)}" if order else "")
        database.execute(f"copy ({query}) to '{folder / model}.parquet' (format parquet)")


def _execute(connection: Any, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.commit()


def _rows(connection: Any, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    connection.commit()
    return found
