"""Near-duplicates by threshold, and the kept index: what a new day costs beside comparing all anew."""

import argparse
import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson

from ai_data_platform.core.datasets.near_duplicates import (
    NearDuplicateOptions,
    Text,
    find_near_duplicates,
)
from ai_data_platform.stores.duplicate_index import DuplicateIndex
from ai_data_platform_tests.planted_texts import EDITS, Planted, planted_texts
from benchmarks.chat_texts import chat_texts
from benchmarks.measuring import cost_of, python, show, temporary_folder
from benchmarks.real_data import real_data

__all__ = ["main"]

_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
_DAYS = 100
_SETTLED = 2.5  # seconds after which a file that was written is taken as it was hashed
Matches = list[tuple[str, str]]


def main(texts: int = 10_000, stored: int = 100_000) -> None:
    """Targets of a new day of 10,000 rows on 1,000,000: 20 CPU s, 2 GiB, 3 % of comparing all anew."""
    folder = real_data("chat_logs")
    if folder is None:
        print("\nNear-duplicates: skipped, for want of chat logs to imitate; set AIDP_TEST_DATA")
        return
    sample = chat_texts(folder)
    _thresholds(planted_texts(sample, texts), planted_texts(sample, texts, numbers_too=True))
    _kept_index(planted_texts(sample, stored + 2 * stored // _DAYS), stored)


def _thresholds(planted: Sequence[Planted], numbers_too: Sequence[Planted]) -> None:
    rows: list[list[object]] = []
    for threshold in _THRESHOLDS:
        options = NearDuplicateOptions(threshold=threshold)
        rows.append([threshold, "kept", *_quality(planted, _found(planted, options))])
    edited = _found(numbers_too, NearDuplicateOptions())
    rows.append([0.5, "changed by some edits", *_quality(numbers_too, edited)])
    words_only = NearDuplicateOptions(numbers_are_variants=False)
    rows.append([0.5, "count like words", *_quality(planted, _found(planted, words_only))])
    columns = ["threshold", "numbers", "recall", "precision", *EDITS]
    show(f"{len(planted):,} texts, a fifth of them near-copies, by threshold", columns, rows)


def _found(planted: Sequence[Planted], options: NearDuplicateOptions) -> Matches:
    ranks = {text.id: (float(text.source is not None),) for text in planted}
    found = find_near_duplicates([Text(one.id, one.text) for one in planted], options, ranks)
    return [(match.id, match.kept_id) for match in found.dropped]


def _quality(planted: Sequence[Planted], found: Matches) -> list[object]:
    """Recall, precision (a look-alike that was dropped counts against it), and recall by edit."""
    kinds = {text.id: text for text in planted}
    copies = [text for text in planted if text.source]
    dropped = {name for name, _ in found if kinds[name].source}
    by_kind = [[text.id in dropped for text in copies if text.kind == kind] for kind in EDITS]
    figures = [len(dropped) / len(copies), len(dropped) / max(1, len(found))]
    return [f"{figure:.4f}" for figure in (*figures, *(np.mean(hits) for hits in by_kind))]


def _kept_index(planted: Sequence[Planted], stored: int) -> None:
    """Each step in a process of its own, so that its memory is its own."""
    with temporary_folder() as folder:
        day = stored // _DAYS
        parts = {
            "stored": planted[:stored],
            "first": planted[stored : stored + day],
            "second": planted[stored + day :],
        }
        for number, (name, some) in enumerate(parts.items()):
            _write(folder / f"{name}.jsonl", some, day, number)
        whole = _step(folder, "stored")
        time.sleep(_SETTLED)
        first = _step(folder, "first")
        time.sleep(_SETTLED)
        second = _step(folder, "second")
        size = sum(path.stat().st_size for path in (folder / "index").iterdir()) / 2**20
    columns = ["step", "CPU s", "wall s", "peak GiB", "of all anew"]
    rows: list[list[object]] = [
        [name, one["cpu"], one["wall"], one["peak"], f"{one['cpu'] / whole['cpu']:.1%}"]
        for name, one in (
            (f"{stored:,} texts anew", whole),
            (f"{day:,} more, the index hashed", first),
            (f"{day:,} more on the next day", second),
        )
    ]
    show(f"The kept index, {_DAYS} days in it, {size:,.0f} MiB on disk", columns, rows)


def _write(path: Path, planted: Sequence[Planted], day: int, number: int) -> None:
    with path.open("wb") as file:
        for row, one in enumerate(planted):
            segment = f"day {row // day:04}" if number == 0 else f"later {number}"
            file.write(orjson.dumps([one.id, one.text, segment]) + b"\n")


def _step(folder: Path, name: str) -> dict[str, float]:
    printed = python("benchmarks.near_duplicates", "--step", str(folder), "--name", name)
    found: dict[str, float] = orjson.loads(printed)
    return found


def _measured(folder: Path, name: str) -> dict[str, float]:
    """What it costs to add these texts and to decide over all, and the peak memory of this process."""
    texts = _read(folder / f"{name}.jsonl")
    find_near_duplicates([Text("a", "1 2 3 4 5 6 7 8")])  # loads pandas and the compiled loops
    index = DuplicateIndex(folder / "index")

    def work() -> None:
        change = index.sync(texts) if name == "stored" else index.update(texts)
        corpus = change.corpus
        corpus.decide(np.zeros((len(corpus), 1)))

    cost = cost_of(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"cpu": cost.cpu, "wall": cost.wall, "peak": peak}


def _read(path: Path) -> Iterator[Text]:
    with path.open("rb") as file:
        for line in file:
            yield Text(*orjson.loads(line))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000, help="texts to search by threshold")
    parser.add_argument("--stored", type=int, default=100_000, help="texts that the index holds")
    parser.add_argument("--step", type=Path, help="measure one step in this folder, as JSON")
    parser.add_argument("--name", help="which texts the step adds")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    if given.step:
        print(orjson.dumps(_measured(given.step, given.name)).decode())
    else:
        main(given.texts, given.stored)
