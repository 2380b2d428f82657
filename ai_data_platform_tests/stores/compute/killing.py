"""A worker killed in the middle of a batch, and what came out all the same.

`python -m ai_data_platform_tests.stores.compute.killing ray local FOLDER` prints it as JSON.
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from ai_data_platform.core.compute import Compute
from ai_data_platform.stores.compute import LocalProcesses, RayCluster
from ai_data_platform_tests.stores.compute.functions import Watched, numbered

__all__ = ["BATCHES", "Outcome", "killed_half_way"]

BATCHES = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rows that came out in order, the process that was killed, and batches that were begun twice."""

    rows: list[str]
    killed: int
    begun_twice: int


def killed_half_way(compute: Compute, folder: Path) -> Outcome:
    """Map slow batches; kill one worker with SIGKILL while it is in the middle of one."""
    answers = compute.map(Watched(folder), numbered(BATCHES))
    rows = next(answers)["text"].to_pylist()
    killed = _busy(folder)
    os.kill(killed, signal.SIGKILL)
    for batch in answers:
        rows += batch["text"].to_pylist()
    begun = Counter(path.name.split("-")[0] for path in folder.glob("*.started"))
    return Outcome(rows, killed, sum(count > 1 for count in begun.values()))


def _busy(folder: Path) -> int:
    """A process that began a batch and has not ended it."""
    while True:
        begun = {path.stem for path in folder.glob("*.started")}
        if busy := sorted(begun - {path.stem for path in folder.glob("*.ended")}):
            return int(busy[-1].split("-")[1])
        time.sleep(0.01)


def _compute(kind: str, address: str) -> Compute:
    return RayCluster(address) if kind == "ray" else LocalProcesses(2, pays=0)


if __name__ == "__main__":
    outcome = killed_half_way(_compute(*sys.argv[1:3]), Path(sys.argv[3]))
    sys.stdout.write(json.dumps(asdict(outcome)))
