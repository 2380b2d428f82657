"""Whether the index gate repeats itself: whole audits in processes that are set up differently."""

import argparse
from itertools import product
from pathlib import Path

from ai_data_platform_tests.repeated_audits import (
    Process,
    Repeats,
    differences,
    prepare,
    repeated,
)
from benchmarks.measuring import cost_of, show, temporary_folder

__all__ = ["main"]

_PROCESSES = [Process(*setup) for setup in product((0, 1, 2, 4242, 2**32 - 1), (1, 2), (1, 2))]


def main(runs: int = 5) -> None:
    """Target: every one of the 100 records the same bytes."""
    found: list[Repeats] = []
    with temporary_folder() as folder:
        cost = cost_of(lambda: found.extend(_audits(folder, runs)))
    records = [record for process in found for record in process.records]
    same = max(map(records.count, records))
    seeds = len({process.hash_seed for process in _PROCESSES})
    rows: list[list[object]] = [
        ["verdict and scores the same bytes", f"{same} of {len(records)}"],
        ["index built anew with the same fingerprint", _same([own.rebuilt for own in found])],
        ["same vectors from the model", _same([str(own.vectors) for own in found])],
        ["hash seeds, cores, threads", f"{seeds} x (1, 2) x (1, 2)"],
        ["CPU s, wall s", f"{cost.cpu:,.0f}, {cost.wall:,.0f}"],
    ]
    show(f"{runs} audits in each of {len(found)} processes", ["what", "found"], rows)
    if differing := differences(records):
        show("What differs", ["figure", "values"], [[*item] for item in differing.items()])


def _audits(folder: Path, runs: int) -> list[Repeats]:
    prepare(folder)
    return [repeated(folder, process, runs) for process in _PROCESSES]


def _same(values: list[str]) -> str:
    return f"{max(map(values.count, values))} of {len(values)}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="audits in each process")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments().runs)
