"""Raw Parquet to clean conversations: the project's dbt build against the same SQL in plain DuckDB."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import orjson

from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.stores.lake import Lake
from benchmarks.chat_rows import write_raw_days
from benchmarks.measuring import Cost, cost_of, median_cost, python, ratios, show, temporary_folder

__all__ = ["main"]

_BASE = (
    1_000_000  # rows that are generated one by one; more are copies with texts and ids of their own
)
_FEW_ROWS = 100  # enough for every model to hold a row, so what they cost is dbt's start-up
_MODELS = ("stg_chat_logs", "int_chat_logs_judged", "dropped_conversations", "clean_conversations")

Measured = tuple[Cost, float]
"""What a side cost, and its peak memory in MiB."""


def main(rows: int = 10_000_000, rounds: int = 1) -> None:
    """Target: by the clock at most 1.5 times plain DuckDB, peak memory below 6 GB."""
    with temporary_folder() as folder:
        many, few = folder / "many", folder / "few"
        generation = cost_of(lambda: _write_rows(many, rows))
        write_raw_days(Lake(few), _FEW_ROWS)
        sides: dict[str, list[Measured]] = {"dbt": [], "models": [], "query": [], "start": []}
        for _ in range(rounds):
            sides["dbt"].append(_dbt(many))
            sides["models"].append(_plain(many, "models"))
            _compare(many)
            sides["query"].append(_plain(many, "query"))
            sides["start"].append(_dbt(few))
        _show(rows, generation, sides)
        show("Where the last of these builds spent its time", ["dbt", "wall s"], _breakdown(many))


def _write_rows(lake: Path, rows: int) -> None:
    """Raw days of this many rows: a base, and copies of it that repeat nothing of each other."""
    base = min(rows, _BASE)
    write_raw_days(Lake(lake), base)
    unlike = {name: f"{name} || '-' || copy" for name in ("conversation_id", "message_id")}
    unlike |= {name: f"{name} || ' ' || copy" for name in ("user_message", "assistant_message")}
    unlike |= {"record_id": "md5(record_id || copy)"}
    columns = ", ".join(f"{unlike.get(name, name)} as {name}" for name in CHAT_LOG.names)
    with duckdb.connect(config={"threads": 2, "memory_limit": "4GB"}) as database:
        for path in sorted((lake / "raw_chat_logs").glob("*.parquet")) if rows > base else ():
            made = path.with_suffix(".made")
            database.execute(
                f"copy (select {columns} from read_parquet('{path}'), range({rows // base}) as c(copy) "
                "order by conversation_id, turn_index, message_id) "
                f"to '{made}' (format parquet, compression zstd)"
            )
            made.replace(path)


def _dbt(lake: Path) -> Measured:
    return _measured(python("benchmarks.dbt_build", str(lake), str(_target(lake))))


def _plain(lake: Path, how: str) -> Measured:
    output = lake.with_name(f"{lake.name}_{how}")
    output.mkdir(exist_ok=True)
    run = _target(lake) / "run"
    return _measured(python("benchmarks.plain_duckdb", str(run), str(output), how))


def _compare(lake: Path) -> None:
    """Stop when a model of dbt's differs in a byte from plain DuckDB's."""
    for name in _MODELS:
        theirs = lake.with_name(f"{lake.name}_models") / f"{name}.parquet"
        if (lake / f"{name}.parquet").read_bytes() != theirs.read_bytes():
            raise SystemExit(f"dbt and plain DuckDB disagree on {name}")
        theirs.unlink()


def _measured(printed: str) -> Measured:
    cpu, wall, peak = map(float, printed.split())
    return Cost(cpu, wall), peak


def _target(lake: Path) -> Path:
    return lake.with_name(f"{lake.name}_target")


def _breakdown(lake: Path) -> list[list[object]]:
    results = orjson.loads((_target(lake) / "run" / "run_results.json").read_bytes())["results"]
    parts: list[tuple[Sequence[str], Any]] = [(r["unique_id"].split("."), r) for r in results]
    spent = [(names[0], names[2], float(result["execution_time"])) for names, result in parts]
    models: list[list[object]] = [[name, wall] for kind, name, wall in spent if kind == "model"]
    tests = [wall for kind, _, wall in spent if kind.endswith("test")]
    return [*models, [f"{len(tests)} tests", sum(tests)]]


def _show(rows: int, generation: Cost, sides: dict[str, list[Measured]]) -> None:
    titles = {
        "dbt": "dbt build with its tests",
        "models": "the same models in plain DuckDB",
        "query": "the rows that are kept, by one plain query",
        "start": f"dbt build of {_FEW_ROWS} rows: the start-up",
    }
    lines: list[list[object]] = [["making the rows (not counted)", *_figures(generation), ""]]
    for name, title in titles.items():
        cost = median_cost([cost for cost, _ in sides[name]])
        lines.append([title, *_figures(cost), round(max(peak for _, peak in sides[name]))])
    costs = {name: [cost for cost, _ in measured] for name, measured in sides.items()}
    lines += [
        ["dbt over the same models", *ratios(costs["dbt"], costs["models"]), ""],
        ["dbt over the one query", *ratios(costs["dbt"], costs["query"]), ""],
    ]
    head = ["what", "CPU s", "wall s", "peak MiB"]
    show(f"{rows:,} chat rows to clean conversations", head, lines)


def _figures(cost: Cost) -> tuple[float, float]:
    return cost.cpu, cost.wall


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="raw chat rows")
    parser.add_argument("--rounds", type=int, default=1, help="times that each side runs")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(given.rows, given.rounds)
