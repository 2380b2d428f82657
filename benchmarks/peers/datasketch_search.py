"""datasketch: a text is removed when its estimated similarity to an earlier candidate is high enough."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from datasketch import MinHash, MinHashLSH

from benchmarks.peers.answers import read_texts, search_main


def search(rows: Path, options: list[str]) -> Iterable[int]:
    """Options: words or pairs (words and pairs of words), threshold, permutations."""
    shingles, threshold, permutations = options[0], float(options[1]), int(options[2])
    texts = read_texts(rows)
    sets = ([*_shingles(text, pairs=shingles == "pairs")] for text in texts)
    signatures = MinHash.bulk(sets, num_perm=permutations, seed=42)
    index = MinHashLSH(threshold=threshold, num_perm=permutations)
    for row, signature in enumerate(signatures):
        near = index.query(signature)
        if any(signature.jaccard(signatures[other]) >= threshold for other in near):
            yield row
        index.insert(row, signature)


def _shingles(text: str, *, pairs: bool) -> Iterator[bytes]:
    words = text.lower().split()
    yield from (word.encode() for word in words)
    if pairs:
        yield from (f"{a} {b}".encode() for a, b in pairwise(words))


if __name__ == "__main__":
    search_main(search)
