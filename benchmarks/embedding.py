"""Chunks embedded per second: the project's embedder against a bare SentenceTransformer."""

import argparse
from pathlib import Path

import numpy as np
import orjson

from benchmarks.documents import chunk_texts
from benchmarks.measuring import Cost, median_cost, python, ratios, show, temporary_folder

__all__ = ["main"]

_ROUNDS = 3


def main(chunks: int = 400) -> None:
    """Target: at least 0.95 times the chunks per second of the bare model, with equal vectors."""
    with temporary_folder() as folder:
        texts = sorted(chunk_texts(chunks, folder), key=len)
        (folder / "texts.json").write_bytes(orjson.dumps(texts))
        ours, bare = [], []
        for _ in range(_ROUNDS):
            ours.append(_encode("ours", folder))
            bare.append(_encode("bare", folder))
        apart = np.abs(np.load(folder / "ours.npy") - np.load(folder / "bare.npy")).max()
    rows = [_row("bare SentenceTransformer", bare, len(texts)), _row("aidp", ours, len(texts))]
    rows.append(["ratio of chunks per second", *reversed(ratios(bare, ours)), ""])
    columns = ["encoding", "by the clock", "by CPU seconds", "each round, by the clock"]
    show(f"Chunks per second over {len(texts):,} chunks", columns, rows)
    print(f"\nLargest difference between two vectors' elements: {apart:.1e}")


def _encode(side: str, folder: Path) -> Cost:
    printed = python(
        "benchmarks.encode_texts", side, str(folder / "texts.json"), str(folder / f"{side}.npy")
    )
    cpu, wall = printed.split()[-2:]
    return Cost(float(cpu), float(wall))


def _row(name: str, costs: list[Cost], chunks: int) -> list[object]:
    middle = median_cost(costs)
    each = ", ".join(f"{chunks / cost.wall:.1f}" for cost in costs)
    return [name, chunks / middle.wall, chunks / middle.cpu, each]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=400, help="chunks to embed")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments().chunks)
