"""dbt's compiled models run by DuckDB alone: `python -m benchmarks.plain_duckdb COMPILED OUTPUT MODEL...`.

Prints the CPU and wall seconds of the SQL, in two numbers.
"""

import sys
from pathlib import Path

import duckdb

from benchmarks.measuring import cost_of

_THREADS = 2  # as the project's profile


def _build(compiled: Path, output: Path, models: list[str]) -> None:
    """Each model as a Parquet file that the next one reads, as dbt's external models do."""
    with duckdb.connect(":memory:", config={"threads": _THREADS}) as connection:
        for model in models:
            sql = next(path for path in compiled.rglob(f"{model}.sql") if path.parent.suffix == "")
            file = f"'{output / model}.parquet'"
            connection.execute(f"copy ({sql.read_text(encoding='utf-8')}) to {file}")
            connection.execute(f"create view {model} as select * from read_parquet({file})")


if __name__ == "__main__":
    cost = cost_of(lambda: _build(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
    print(cost.cpu, cost.wall)
