"""One build as the asset does it: `python -m benchmarks.dbt_build LAKE TARGET`.

Models, tests, verdicts and the move into the lake. Prints CPU and wall seconds, and dbt's peak in MiB.
"""

import resource
import sys
from pathlib import Path

from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform.stores.warehouse import BuildRecord, Warehouse
from benchmarks.measuring import cost_of

if __name__ == "__main__":
    lake, target = Path(sys.argv[1]), Path(sys.argv[2])
    ledger = GateLedger(target.with_suffix(".sqlite"))
    warehouse = Warehouse(CHECKOUT / "dbt_project", lake, target, ledger)
    warehouse.manifest()  # which Dagster has had parsed when it loaded the definitions
    records: list[BuildRecord] = []
    cost = cost_of(lambda: records.append(warehouse.build("", {}, {}, lambda line: None)))
    if records[0]["blocked"]:
        raise SystemExit(f"dbt failed: {records[0]['blocked']}")
    print(cost.cpu, cost.wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
