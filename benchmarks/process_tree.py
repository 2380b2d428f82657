"""A command with its memory: that of all its processes together, looked at ten times a second."""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

__all__ = ["Spent", "watched"]

_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of all processes, seconds on the clock, and peak memory in GiB.

    The peak is the sum of proportional set sizes: a page that processes share counts once.
    """

    cpu: float
    wall: float
    peak: float


def watched(command: Sequence[str], settings: Mapping[str, str], folder: Path) -> Spent:
    """Run a command to its end. Stops the benchmark when it fails."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIDP_")}
    started = perf_counter()
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(
            command, env={**inherited, **settings}, cwd=folder, stdout=log, stderr=log
        )
        peak = _Peak(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        peak.stop()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{(folder / 'output.log').read_text()}")
    wall = perf_counter() - started
    return Spent(usage.ru_utime + usage.ru_stime, wall, peak.bytes / 2**30)


class _Peak:
    """The largest memory of a process and its descendants so far."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_PAUSE):
            self.bytes = max(self.bytes, sum(map(_proportional, _family(self._pid))))


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*"):
            try:
                found += [int(child) for child in (task / "children").read_text().split()]
            except OSError:
                continue  # it has ended since
    return found


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has ended since
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
