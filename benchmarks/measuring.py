"""What a piece of work costs, and how the figures are shown."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, gettempdir

__all__ = ["Cost", "aidp", "cost_of", "median_cost", "python", "ratios", "show", "temporary_folder"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: of all processors together (children included), and on the clock."""

    cpu: float
    wall: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.cpu - other.cpu, self.wall - other.wall)


def cost_of(work: Callable[[], object]) -> Cost:
    """Run the work once. Children count when they were waited for."""
    cpu, wall = _cpu_seconds(), time.perf_counter()
    work()
    return Cost(_cpu_seconds() - cpu, time.perf_counter() - wall)


def median_cost(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(median(cost.cpu for cost in costs), median(cost.wall for cost in costs))


def ratios(above: Sequence[Cost], below: Sequence[Cost]) -> tuple[str, str]:
    """The median of the rounds' ratios, by CPU and by the clock: two runs of one round share its noise."""
    pairs = list(zip(above, below, strict=True))
    cpu = median(first.cpu / second.cpu for first, second in pairs)
    wall = median(first.wall / second.wall for first, second in pairs)
    return f"{cpu:.2f}x", f"{wall:.2f}x"


def aidp(*arguments: str, settings: Mapping[str, str]) -> Cost:
    """What the command line costs in a process of its own, with these settings and no others."""
    command = [str(Path(sys.executable).with_name("aidp")), *arguments]
    elsewhere = gettempdir()  # away from a `.env` in the working directory
    return cost_of(lambda: _run(command, settings, elsewhere))


def python(module: str, *arguments: str) -> str:
    """What a module prints, run in a process of its own."""
    return _run([sys.executable, "-m", module, *arguments], {})


@contextmanager
def temporary_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="aidp-bench-") as folder:
        yield Path(folder).resolve()


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    cells = [list(columns), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    head, *body = (" | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in cells)
    rule = " | ".join("-" * width for width in widths)
    print(f"\n{title}\n")
    print(*(f"| {line} |" for line in (head, rule, *body)), sep="\n", flush=True)


def _cpu_seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _run(command: Sequence[str], settings: Mapping[str, str], folder: str | None = None) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIDP_")}
    environment = {**inherited, **settings}
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
