"""Redaction and sketching in this process, in worker processes and on Ray: the same bytes, and the time.

python -m benchmarks.scale_out --rows 200000
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import pyarrow as pa

from ai_data_platform.core.compute import Compute, InThisProcess
from ai_data_platform.core.conversations.redact import Redactor
from ai_data_platform.core.conversations.redacted import redact_log
from ai_data_platform.core.datasets.near_duplicates import NearDuplicateOptions, Text
from ai_data_platform.core.datasets.near_duplicates.new_texts import NewTexts
from ai_data_platform.core.datasets.near_duplicates.shelves import InMemory
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.compute import LocalProcesses, RayCluster
from ai_data_platform.stores.lake import Lake, parquet_bytes
from benchmarks.chat_rows import write_raw_days
from benchmarks.measuring import show, temporary_folder

__all__ = ["main"]

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of one piece of work in one place, and the hash of what came out."""

    work: str
    where: str
    cpu: float | None  # not known for Ray: its workers are not of our family
    wall: float
    sha256: str


def main(rows: int = 50_000, workers: int = 2) -> None:
    """Target: the same bytes everywhere, and less wall time with two workers than with none."""
    logged = _logged(rows)
    places: dict[str, Compute] = {
        "this process": InThisProcess(),
        f"{workers} processes": LocalProcesses(workers, pays=0),
    }
    runs = [run for where, compute in places.items() for run in _runs(where, compute, logged)]
    runs += _on_a_cluster(rows)
    alone = {run.work: run for run in runs[:2]}
    lines = [_line(run, alone[run.work]) for run in sorted(runs, key=lambda run: run.work)]
    columns = ["work", "where", "CPU s", "wall s", "speed-up", "the same bytes"]
    size = logged.select(["user_message", "assistant_message"]).nbytes / 1e6
    show(f"{logged.num_rows:,} exchanges, {size:,.0f} MB of text", columns, lines)


def on_ray(address: str, rows: int) -> None:
    """The same work on a cluster, printed as JSON."""
    for run in _runs("Ray, 2 CPUs", RayCluster(address), _logged(rows)):
        print(json.dumps(asdict(run)))


def _line(run: Run, alone: Run) -> list[object]:
    cpu = "-" if run.cpu is None else round(run.cpu, 1)
    same = "yes" if run.sha256 == alone.sha256 else "NO"
    speed_up = f"{alone.wall / run.wall:.2f}x"
    return [run.work, run.where, cpu, round(run.wall, 1), speed_up, same]


def _runs(where: str, compute: Compute, logged: pa.Table) -> Iterator[Run]:
    for work, do in (("redaction", _redacted), ("sketching", _sketched)):
        do(InThisProcess(), logged.slice(0, 100))  # patterns and tables are compiled once
        with _family_cpu() as cpu:
            started = perf_counter()
            digest = do(compute, logged)
            wall = perf_counter() - started
        yield Run(work, where, None if isinstance(compute, RayCluster) else cpu[0], wall, digest)


def _redacted(compute: Compute, logged: pa.Table) -> str:
    made = redact_log(logged, None, Redactor(), compute)
    return hashlib.sha256(parquet_bytes(made.table)).hexdigest()


def _sketched(compute: Compute, logged: pa.Table) -> str:
    texts = [
        Text(*pair)
        for name in ("user_message", "assistant_message")
        for pair in zip(
            (f"{name} {row}" for row in logged["record_id"].to_pylist()),
            logged[name].to_pylist(),
            strict=True,
        )
    ]
    segments = NewTexts({}, {}, NearDuplicateOptions()).sketched(texts, compute, InMemory())
    batches = [look() for looks in segments.values() for look in looks]
    return hashlib.sha256(parquet_bytes(pa.Table.from_batches(batches))).hexdigest()


def _logged(rows: int) -> pa.Table:
    """Generated chat logs, grouped by conversation."""
    with temporary_folder() as folder:
        lake = Lake(folder)
        write_raw_days(lake, rows)
        days = sorted(path.stem for path in (folder / "raw_chat_logs").glob("*.parquet"))
        logged = pa.concat_tables([lake.read(f"raw_chat_logs/{day}") for day in days])
    return logged.sort_by([("conversation_id", "ascending"), ("turn_index", "ascending")])


def _on_a_cluster(rows: int) -> list[Run]:
    """Runs on a Ray of two CPUs that this starts, in a network of its own where it may."""
    if importlib.util.find_spec("ray") is None:
        print("\nRay: skipped, pip install 'ai_data_platform[ray]'")
        return []
    head = "ai_data_platform_tests.stores.compute.ray_head"
    asked = ["--address", "ADDRESS", "--rows", str(rows)]
    command = [sys.executable, "-m", head, "benchmarks.scale_out", *asked]
    if os.geteuid() == 0 and shutil.which("unshare") and shutil.which("ip"):
        alone = 'ip link set lo up && exec "$@"'
        command = ["unshare", "--net", "bash", "-c", alone, "bash", *command]
    with temporary_folder() as folder:
        environment = {**os.environ, "HOME": str(folder)}
        done = subprocess.run(
            command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"work"')]
    return [Run(**json.loads(line)) for line in lines]


@contextmanager
def _family_cpu() -> Iterator[list[float]]:
    """CPU seconds of this process and its descendants in the block, in a list when it ended.

    Looked up ten times a second: who waits for whom does not count, unlike in `getrusage`.
    """
    before, seen, ended = _cpu_by_process(), {}, threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            seen.update(_cpu_by_process())

    watcher: Callable[[], None] = watch
    thread = threading.Thread(target=watcher, daemon=True)
    thread.start()
    found: list[float] = []
    try:
        yield found
    finally:
        ended.set()
        thread.join()
        seen.update(_cpu_by_process())
        found.append(sum(cpu - before.get(pid, 0) for pid, cpu in seen.items()))


def _cpu_by_process() -> dict[int, float]:
    family, found = [os.getpid()], {}
    for pid in family:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found[pid] = (int(fields[11]) + int(fields[12])) / _TICK
            for task in Path(f"/proc/{pid}/task").iterdir():
                family += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # it has ended since
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="exchanges")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    parser.add_argument("--address", help="run on this Ray alone and print JSON")
    return parser.parse_args()


if __name__ == "__main__":
    arguments = _arguments()
    if arguments.address:
        on_ray(arguments.address, arguments.rows)
    else:
        main(arguments.rows, arguments.workers)
