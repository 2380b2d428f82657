"""Raw Parquet to clean conversations: the project's dbt build against the same SQL in plain DuckDB."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.lake import Lake
from ai_data_platform.stores.warehouse import BuildRecord, Warehouse
from benchmarks.chat_rows import write_raw_days
from benchmarks.measuring import Cost, cost_of, median_cost, python, ratios, show, temporary_folder

__all__ = ["main"]

_ROUNDS = 3
_FEW_ROWS = 100  # enough for every model to hold a row, so what they cost is dbt's start-up


def main(rows: int = 1_000_000) -> None:
    """Target: at most twice plain DuckDB, dbt's start-up apart."""
    with temporary_folder() as folder:
        many, few = folder / "many", folder / "few"
        generation = cost_of(lambda: write_raw_days(Lake(many), rows))
        write_raw_days(Lake(few), _FEW_ROWS)
        built, plain, started = [], [], []
        for _ in range(_ROUNDS):
            built.append(_dbt(many, folder))
            plain.append(_plain(many, folder))
            started.append(_dbt(few, folder))
        _show_costs(rows, generation, built, plain, started)
        show("Where the last of these builds spent its time", ["dbt", "wall s"], _breakdown(folder))


def _dbt(lake: Path, folder: Path) -> Cost:
    """One build as the asset does it: models, tests, and the move into the lake."""
    record: list[BuildRecord] = []
    warehouse = Warehouse(CHECKOUT / "dbt_project", lake, _target(lake, folder))
    cost = cost_of(lambda: record.append(warehouse.build("benchmark", {}, lambda line: None)))
    if not record[0]["models"]:
        raise SystemExit(f"dbt failed: {record[0]['checks']}")
    return cost


def _plain(lake: Path, folder: Path) -> Cost:
    """The same models by DuckDB alone; stops when they hold other rows than dbt's."""
    output, run = folder / "plain", _target(lake, folder) / "run"
    output.mkdir(exist_ok=True)
    models = [name for kind, name, _ in _results(run) if kind == "model"]
    printed = python("benchmarks.plain_duckdb", str(run / "compiled"), str(output), *models)
    for name in models:
        if not _same_rows(lake / f"{name}.parquet", output / f"{name}.parquet"):
            raise SystemExit(f"dbt and plain DuckDB disagree on {name}")
    cpu, wall = printed.split()
    return Cost(float(cpu), float(wall))


def _same_rows(left: Path, right: Path) -> bool:
    """Whether two files hold the same values in the same order; dbt alone marks columns as never null."""
    here, there = pq.read_table(left), pq.read_table(right)
    return bool(here.column_names == there.column_names and here.columns == there.columns)


def _target(lake: Path, folder: Path) -> Path:
    return folder / f"{lake.name}_target"


def _results(run: Path) -> list[tuple[str, str, float]]:
    """(kind, name, seconds) of each node of a build, in the order in which dbt ran them."""
    results = orjson.loads((run / "run_results.json").read_bytes())["results"]
    parts: list[tuple[Sequence[str], Any]] = [(r["unique_id"].split("."), r) for r in results]
    return [(names[0], names[2], float(result["execution_time"])) for names, result in parts]


def _breakdown(folder: Path) -> list[list[object]]:
    found = _results(_target(folder / "many", folder) / "run")
    models: list[list[object]] = [[name, spent] for kind, name, spent in found if kind == "model"]
    tests = [spent for kind, _, spent in found if kind.endswith("test")]
    return [*models, [f"{len(tests)} tests", sum(tests)]]


def _show_costs(
    rows: int, generation: Cost, built: list[Cost], plain: list[Cost], started: list[Cost]
) -> None:
    dbt, duckdb, start = median_cost(built), median_cost(plain), median_cost(started)
    without = [whole - beginning for whole, beginning in zip(built, started, strict=True)]
    lines: list[list[object]] = [
        ["making the rows (not counted)", generation.cpu, generation.wall],
        ["dbt build with its tests", dbt.cpu, dbt.wall],
        [f"dbt build of {_FEW_ROWS} rows: the start-up", start.cpu, start.wall],
        ["the same SQL in plain DuckDB", duckdb.cpu, duckdb.wall],
        ["dbt over plain, start-up included", *ratios(built, plain)],
        ["dbt over plain, start-up apart", *ratios(without, plain)],
    ]
    show(f"{rows:,} chat rows to clean conversations", ["what", "CPU s", "wall s"], lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="raw chat rows")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments().rows)
