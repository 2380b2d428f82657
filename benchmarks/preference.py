"""What preference pairs cost by the number of events, and beside the build of the specification.

python -m benchmarks.preference (`--sizes 10000,100000`)
"""

import argparse
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import orjson

from ai_data_platform.core.preference import PairOptions, build_preferences, preference_parts
from benchmarks.measuring import Cost, cost_of, median_cost, python, ratios, show, temporary_folder
from benchmarks.preference_events import Shape, better, careless, events_table, mapped, write_events
from benchmarks.specified_pairs import SpecifiedPairs

__all__ = ["main"]

_SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
_PAIRS = 10_000
_ROUNDS = 3


def main(sizes: Sequence[int] = _SIZES) -> None:
    """Targets: a slope of at most 1.1, and 100 times the specification's build at 10,000 pairs."""
    busy, single = Shape(questions=10, raters=1), Shape(raters=1)
    _beside_the_specification("100 conversations of 10 compared questions", 2_000, busy)
    _beside_the_specification("10,000 conversations of one", 20_000, single)
    _with_careless_raters()
    found = [orjson.loads(python("benchmarks.preference", "--one", str(size))) for size in sizes]
    columns = ["events", "exchanges", "pairs", "CPU s", "CPU µs an event", "peak MiB of its own"]
    show("Ratings to pairs", columns, [list(one.values()) for one in found])
    if len(sizes) > 1:
        seconds = [one["cpu"] for one in found]
        slope = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
        print(f"\nslope of CPU seconds over events, log-log: {slope:.2f}")


def measured(events: int) -> dict[str, float | str]:
    """What the pairs of so many events cost, part by part, from files that are mapped."""
    with temporary_folder() as folder:
        exchanges, ratings = (mapped(path) for path in write_events(events, folder))
        pairs: list[int] = []

        def build() -> None:
            pairs.extend(len(part.pairs) for part in preference_parts(exchanges, ratings))

        with _Watch() as watch:
            cost = cost_of(build)
    return {
        "events": f"{events:,}",
        "exchanges": f"{len(exchanges):,}",
        "pairs": f"{sum(pairs):,}",
        "cpu": cost.cpu,
        "each": cost.cpu / events * 1e6,
        "peak": watch.peak,
    }


def _beside_the_specification(title: str, events: int, shape: Shape) -> None:
    """Both builds on the same ratings, of which the specification makes 10,000 pairs."""
    exchanges, ratings = events_table(events, shape)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    found = build_preferences(exchanges, ratings).pairs  # imports and first calls count for neither
    with SpecifiedPairs(exchanges, ratings) as specified:
        for _ in range(_ROUNDS):
            theirs.append(specified.build(_PAIRS))
            ours.append(cost_of(lambda: build_preferences(exchanges, ratings)))
    rows = [
        ["the specification: a join, then three queries a pair", f"{_PAIRS:,}", *_figures(theirs)],
        ["aidp: every check but the tokenizer's", f"{len(found):,}", *_figures(ours)],
        ["ratio", "", *ratios(theirs, ours)],
    ]
    show(f"{title}: {len(ratings):,} ratings", ["build", "pairs", "CPU s", "wall s"], rows)


def _with_careless_raters() -> None:
    """Pairs on the wrong side when some raters give any stars, by how raters are weighted."""
    rows = []
    for share in (0.0, 0.2, 0.4):
        exchanges, ratings = events_table(20_000, Shape(raters=5))
        ratings = careless(ratings, share)
        for reliability in ("none", "dawid_skene"):
            pairs = build_preferences(
                exchanges, ratings, PairOptions(reliability=reliability)
            ).pairs
            wrong = len(pairs) - sum(better(pairs))
            rows.append([f"{share:.0%}", reliability, len(pairs), f"{wrong / len(pairs):.2%}"])
    columns = ["careless raters", "weights", "pairs of 2,000", "wrong way round"]
    show("2,000 prompts, two answers, five raters", columns, rows)


def _figures(costs: Sequence[Cost]) -> tuple[str, str]:
    middle = median_cost(costs)
    return f"{middle.cpu:.3f}", f"{middle.wall:.3f}"


class _Watch:
    """The most memory of its own that this process has while it is watched, ten times a second."""

    def __init__(self) -> None:
        self.peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self.peak = max(self.peak, _own_memory())


def _own_memory() -> int:
    """MiB of this process that are no pages of a file."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, _SIZES)), help="events, by commas")
    parser.add_argument("--one", type=int, help="measure one size and print it as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    if given.one:
        print(orjson.dumps(measured(given.one)).decode())
    else:
        main([int(size) for size in given.sizes.split(",")])
