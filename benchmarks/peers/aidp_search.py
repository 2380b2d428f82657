"""Ours: word pairs, every candidate verified by its exact Jaccard index."""

from collections.abc import Iterable
from pathlib import Path

from ai_data_platform.core.datasets.near_duplicates import (
    NearDuplicateOptions,
    Text,
    find_near_duplicates,
)
from benchmarks.peers.answers import read_texts, search_main


def search(rows: Path, options: list[str]) -> Iterable[int]:
    texts = [Text(f"{row:09}", text) for row, text in enumerate(read_texts(rows))]
    numbers = "numbers-count-like-words" not in options
    found = find_near_duplicates(texts, NearDuplicateOptions(numbers_are_variants=numbers))
    return (int(match.id) for match in found.dropped)


if __name__ == "__main__":
    search_main(search)
