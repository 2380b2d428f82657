"""dbt's compiled models run by DuckDB alone: `python -m benchmarks.plain_duckdb RUN OUTPUT HOW`.

HOW is `models` (each one a sorted Parquet file that the next one reads, as dbt builds them) or `query` (one
statement for the rows that are kept, nothing between). Prints CPU and wall seconds and the peak in MiB.
"""

import resource
import sys
from pathlib import Path
from typing import Any

import duckdb
import orjson

from benchmarks.measuring import cost_of

_MODELS = (
    "stg_chat_logs",
    "int_chat_logs_judged",
    "dropped_conversations",
    "clean_conversations",
)


def _build(run: Path, output: Path, how: str) -> None:
    nodes = orjson.loads((run / "manifest.json").read_bytes())["nodes"]
    limits: dict[str, Any] = {
        "threads": 2,
        "memory_limit": "4GB",
        "temp_directory": str(output / "spill"),
        "disabled_optimizers": "statistics_propagation",  # as the project's profile: else bytes differ
    }
    with duckdb.connect(":memory:", config=limits) as connection:
        connection.execute(_raw_view(nodes, run))
        for model in _MODELS:
            node = nodes[f"model.ai_data_platform.{model}"]
            sql = (run / "compiled" / "ai_data_platform" / node["original_file_path"]).read_text()
            file = f"'{output / model}.parquet'"
            if how == "models" or model == _MODELS[-1]:
                order = ", ".join(node["config"]["meta"]["order_by"])
                connection.execute(f"copy (select * from ({sql}) order by {order}) to {file}")
                sql = f"select * from read_parquet({file})"
            connection.execute(f"create view {model} as {sql}")


def _raw_view(nodes: dict[str, Any], run: Path) -> str:
    lake = run.parent.with_name(run.parent.name.removesuffix("_target"))
    return (
        f"create view raw_chat_logs as select * from read_parquet('{lake}/raw_chat_logs/*.parquet')"
    )


if __name__ == "__main__":
    run, output, how = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    cost = cost_of(lambda: _build(run, output, how))
    print(cost.cpu, cost.wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
