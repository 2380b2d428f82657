"""Searches for near-duplicates beside each other: `python -m benchmarks.peers --texts 100000`."""

import argparse
import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ai_data_platform.settings import CHECKOUT
from ai_data_platform_tests.planted_texts import EDITS, Planted, planted_texts
from benchmarks.chat_texts import chat_texts
from benchmarks.measuring import show, temporary_folder
from benchmarks.peers.environments import OURS, python_of
from benchmarks.real_data import real_data

__all__ = ["main"]


@dataclass(frozen=True, slots=True)
class Run:
    """A search by the name of its environment and module, and what it is asked for."""

    peer: str
    title: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows that a search removes, and what it cost."""

    removed: frozenset[int]
    cpu_seconds: float
    peak_mib: float


_RUNS = (
    Run(OURS, "aidp, words and pairs, 0.5, verified"),
    Run(OURS, "the same, numbers count like words", ("numbers-count-like-words",)),
    Run("datasketch", "datasketch 2.0.0, words, 0.7, 128", ("words", "0.7", "128")),
    Run("datasketch", "datasketch 2.0.0, words and pairs, 0.5, 256", ("pairs", "0.5", "256")),
    Run("text-dedup", "text-dedup 0.4.0, words, 0.7", ("1", "0.7")),
    Run("datatrove", "datatrove 0.10.1, runs of 5 words, 14x8", ("5",)),
    Run("datatrove", "datatrove 0.10.1, runs of 2 words, 14x8", ("2",)),
    Run("rensa", "rensa 0.5.0, words, 0.7, 16 bands", ("0.7", "16")),
)
_NUMBERS_TOO = (OURS, "datasketch")


def main(
    texts: int = 10_000, rounds: int = 1, environments: Path | None = None, only: Sequence[str] = ()
) -> None:
    """Targets at 100,000: recall >= 0.98, precision >= 0.99; per CPU second at least 2x datasketch,
    8x text-dedup and 15x datatrove."""
    folder = real_data("chat_logs")
    if folder is None:
        print("\nPeers: skipped, for want of chat logs to imitate; set AIDP_TEST_DATA")
        return
    pythons = environments or CHECKOUT / ".aidp" / "peers"
    runs = [run for run in _RUNS if not only or run.peer in only]
    sample = chat_texts(folder)
    for numbers_too in (False, True):
        planted = _oldest_first(planted_texts(sample, texts, numbers_too=numbers_too))
        # What the second table adds is the recall of some; its costs are those of the first.
        asked = [run for run in runs if run.peer in _NUMBERS_TOO] if numbers_too else runs
        repeats = 1 if numbers_too else rounds
        with temporary_folder() as scratch:
            rows = _written(planted, scratch / "rows.jsonl")
            answers = [[_asked(run, rows, pythons) for run in asked] for _ in range(repeats)]
        how = "may change numbers too" if numbers_too else "leave numbers alone"
        if asked:
            _table(f"{texts:,} texts; edits {how}", planted, asked, answers)


def _oldest_first(planted: Iterable[Planted]) -> list[Planted]:
    """Copies after everything else: a search that keeps the first of several keeps the original."""
    return sorted(planted, key=lambda text: text.source is not None)


def _written(planted: Sequence[Planted], path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for row, text in enumerate(planted):
            file.write(json.dumps({"id": row, "text": text.text}) + "\n")
    return path


def _asked(run: Run, rows: Path, environments: Path) -> Answer:
    python = python_of(run.peer, environments)
    answer = rows.with_name("answer.json")
    module = f"benchmarks.peers.{run.peer.replace('-', '_')}_search"
    command = [str(python), "-m", module, str(rows), str(answer), *run.options]
    quiet = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    found = json.loads(answer.read_text())
    return Answer(frozenset(found["removed"]), found["cpu_seconds"], found["peak_mib"])


def _table(
    title: str,
    planted: Sequence[Planted],
    runs: Sequence[Run],
    answers: Sequence[Sequence[Answer]],
) -> None:
    """A row for each search: medians of the rounds; `slower` is the median of each round's ratio."""
    rows: list[list[object]] = []
    for place, run in enumerate(runs):
        costs = [found[place].cpu_seconds for found in answers]
        slower = median(found[place].cpu_seconds / found[0].cpu_seconds for found in answers)
        speed = round(len(planted) / median(costs))
        peak = round(max(found[place].peak_mib for found in answers))
        quality = _quality(planted, answers[0][place].removed)
        rows.append([run.title, median(costs), speed, f"{slower:.1f}x", peak, *quality])
    columns = ["search", "CPU s", "texts a CPU s", "slower", "peak MiB"]
    quality_columns = ["recall", "precision", "without look-alikes", *EDITS]
    show(title, [*columns, *quality_columns], rows)


def _quality(planted: Sequence[Planted], removed: frozenset[int]) -> list[str]:
    """A pair is found when one side of it is removed; a row is removed rightly when it is of a pair.

    So no search is blamed for keeping the other side. Without look-alikes: rows that fill a template
    left out of the precision.
    """
    place = {text.id: row for row, text in enumerate(planted)}
    pairs = [(row, place[t.source], t.kind) for row, t in enumerate(planted) if t.source]
    paired = {row for pair in pairs for row in pair[:2]}
    found = [(kind, not removed.isdisjoint((copy, source))) for copy, source, kind in pairs]
    alike = {row for row, text in enumerate(planted) if text.kind == "template"}
    shares = [
        _share([hit for _, hit in found]),
        _share([row in paired for row in removed]),
        _share([row in paired for row in removed - alike]),
    ]
    return [*shares, *(_share([hit for kind, hit in found if kind == edit]) for edit in EDITS)]


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits) / len(hits):.4f}" if hits else "-"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000, help="rows to search")
    parser.add_argument("--rounds", type=int, default=1, help="times that each search runs")
    parser.add_argument("--environments", type=Path, help="folder of the peers' environments")
    parser.add_argument("--only", nargs="*", default=(), help="peers to run; every one by default")
    return parser.parse_args()


if __name__ == "__main__":
    main(**vars(_arguments()))
