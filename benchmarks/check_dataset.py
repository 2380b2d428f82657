"""`aidp check-dataset` on files of growing size: time, memory, and what a row costs."""

import argparse
import os
import random
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from benchmarks.measuring import cost_of, show, temporary_folder

__all__ = ["main"]


def main(rows: int = 100_000) -> None:
    """A tenth of the rows first, so that the table shows what grows."""
    table = []
    with temporary_folder() as folder:
        for count in (rows // 10, rows):
            path = folder / f"{count}.jsonl"
            with path.open("wb") as file:
                file.writelines(orjson.dumps(row) + b"\n" for row in _chats(count))
            peaks: list[float] = []
            cost = cost_of(lambda path=path, peaks=peaks: peaks.append(_check(path)))  # type: ignore[misc]
            size = path.stat().st_size / 2**20
            table.append([count, size, cost.cpu, cost.wall, 1e6 * cost.cpu / count, peaks[0]])
    show(
        "aidp check-dataset, one JSONL file of short chats",
        ["rows", "MiB", "CPU s", "wall s", "CPU µs a row", "peak MiB"],
        table,
    )


def _check(path: Path) -> float:
    """Check the file in a process of its own; returns its peak memory in MiB."""
    command = str(Path(sys.executable).with_name("aidp"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AIDP_")}
    child = os.posix_spawn(
        command,
        [command, "check-dataset", str(path), "--json"],
        clean,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"check-dataset failed on {path}")
    assert isinstance(used, resource.struct_rusage)
    return used.ru_maxrss / 1024


def _chats(rows: int) -> Iterator[dict[str, object]]:
    """Chats of one to three questions, with lengths like those of support logs; 1 % repeat the one before."""
    numbers = random.Random(7)
    words = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "r", "st", "l")]
    last: list[dict[str, str]] = []
    for row in range(rows):
        if not last or numbers.random() > 0.01:
            last = [
                {
                    "role": role,
                    "content": " ".join(numbers.choices(words, k=numbers.randint(*span))),
                }
                for _ in range(numbers.choice((1, 1, 1, 2, 3)))
                for role, span in (("user", (4, 30)), ("assistant", (6, 90)))
            ]
        yield {"id": row, "messages": last, "rating": numbers.choice((4, 4, 5))}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    main(arguments.parse_args().rows)
