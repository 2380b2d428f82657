"""Where the SQL of a build runs: DuckDB in dbt's own process, or a server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.dbt_project import Outcome

__all__ = ["BuildRequest", "DuckDbEngine", "SqlEngine", "engine_of"]

RunDbt = Callable[[Mapping[str, str], Mapping[str, Any]], list[Outcome]]
"""`dbt build` with these environment variables and these dbt variables beside the caller's."""


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What a build reads and where its models go.

    `days` are the Parquet files of `raw_chat_logs`, `order` the columns that sort each model, `schema` a
    name that no other home uses, `output` the folder for one Parquet file a model.
    """

    days: tuple[Path, ...]
    order: Mapping[str, tuple[str, ...]]
    schema: str
    output: Path
    log: Callable[[str], None]


class SqlEngine(Protocol):
    """A target of the dbt project."""

    target: str
    version: str
    """Part of what a build depends on."""

    def environment(self) -> Mapping[str, str]:
        """What the target's profile reads."""
        ...

    def build(self, request: BuildRequest, run: RunDbt) -> list[Outcome]:
        """Run dbt and leave every model that it built as a Parquet file in the output folder."""
        ...


class DuckDbEngine:
    """DuckDB in memory: reads the days where they lie and writes the models itself."""

    target = "duckdb"
    version = f"duckdb {version('duckdb')}"

    def environment(self) -> Mapping[str, str]:
        return {}

    def build(self, request: BuildRequest, run: RunDbt) -> list[Outcome]:
        return run({"AIDP_DBT_OUTPUT": str(request.output)}, {})


def engine_of(warehouse: str) -> SqlEngine:
    """The engine that a setting names: `duckdb`, or the URL of a PostgreSQL database.

    Raises ConfigurationError for anything else.
    """
    if warehouse == "duckdb":
        return DuckDbEngine()
    if warehouse.startswith(("postgresql://", "postgres://")):
        from ai_data_platform.stores.postgres_engine import PostgresEngine  # loads its driver

        return PostgresEngine(warehouse)
    raise ConfigurationError(
        f"AIDP_WAREHOUSE begins with {warehouse.split(':')[0]!r}: wanted `duckdb` or "
        "`postgresql://user@host/database`"
    )
