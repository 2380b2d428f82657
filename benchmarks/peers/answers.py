"""What each search is given and gives back. Runs in every environment: the standard library only."""

import argparse
import json
import resource
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = ["Search", "read_texts", "search_main"]

Search = Callable[[Path, list[str]], Iterable[int]]
"""From the file of rows and the options of the command line to the ids of the rows to remove."""


def read_texts(rows: Path) -> list[str]:
    """The texts of a JSONL file with `id` and `text`; an id is the number of its line, from 0."""
    with rows.open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


def search_main(search: Search) -> None:
    """Run a search from the command line: rows, answer, options.

    The answer is JSON: `removed`, and `cpu_seconds` and `peak_mib` of this process from its start,
    imports and reading included.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=Path)
    parser.add_argument("answer", type=Path)
    parser.add_argument("options", nargs="*")
    asked = parser.parse_args()
    removed = sorted(search(asked.rows, asked.options))
    found = {"removed": removed, "cpu_seconds": _cpu_seconds(), "peak_mib": _peak_mib()}
    asked.answer.write_text(json.dumps(found))


def _cpu_seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak_mib() -> float:
    """Of this process or its largest child. Not `ru_maxrss` for itself: that counts its parent in."""
    status = Path("/proc/self/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
