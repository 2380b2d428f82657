"""A built home, and dbt as a person runs it beside one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.warehouse import BuildRecord
from ai_data_platform_tests.dbt_project.rows import nasty, pairs_of_copies, write_day

Dbt = Callable[..., "subprocess.CompletedProcess[str]"]


def build(folder: Path, warehouse: str = "duckdb") -> tuple[Home, BuildRecord]:
    """The hard rows in a new home, built."""
    home = Home(folder, CHECKOUT / "dbt_project", warehouse)
    sources = write_day(home, nasty(), "2024-03-01")
    sources |= write_day(home, pairs_of_copies(), "2024-03-02")
    return home, home.warehouse.build("inputs", sources, {}, lambda line: None)


@pytest.fixture(scope="session")
def on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Read it, do not change it."""
    home, record = build(tmp_path_factory.mktemp("duckdb"))
    assert record["blocked"] == []
    return home


@pytest.fixture(scope="session")
def manifest(on_duckdb: Home) -> Mapping[str, Any]:
    """dbt's manifest of the project."""
    parsed: Mapping[str, Any] = orjson.loads(on_duckdb.warehouse.manifest().read_bytes())
    return parsed


@pytest.fixture
def dbt(on_duckdb: Home, tmp_path: Path) -> Dbt:
    """dbt on the project, or on a copy of it; reads and writes the built home's lake or another's."""

    parsed = on_duckdb.warehouse.project.target / "partial_parse.msgpack"
    (tmp_path / "target").mkdir()
    shutil.copy(parsed, tmp_path / "target")  # what did not change is not parsed again

    def run(
        *arguments: str, project: Path = CHECKOUT / "dbt_project", lake: Path = on_duckdb.lake.root
    ) -> "subprocess.CompletedProcess[str]":
        folders = ["--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs")]
        profiles = ["--project-dir", str(project), "--profiles-dir", str(project)]
        return subprocess.run(
            [str(Path(sys.executable).with_name("dbt")), *arguments, *folders, *profiles],
            cwd=tmp_path,  # where Spark leaves its metastore and its tables
            env={**os.environ, "AIDP_LAKE": str(lake), "AIDP_DBT_OUTPUT": str(lake)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
