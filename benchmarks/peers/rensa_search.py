"""rensa alone: signatures and bands, nothing verified. The engine below ours, for orientation."""

from collections.abc import Iterable
from pathlib import Path

from rensa import RMinHash, RMinHashLSH

from benchmarks.peers.answers import read_texts, search_main


def search(rows: Path, options: list[str]) -> Iterable[int]:
    """Options: threshold, bands."""
    words = (text.lower().split() for text in read_texts(rows))
    digests = RMinHash.digest_matrix_from_token_sets(words, 128, 42)
    index = RMinHashLSH(threshold=float(options[0]), num_perm=128, num_bands=int(options[1]))
    flags = index.insert_matrix_and_query_duplicate_flags(digests)
    return (row for row, repeated in enumerate(flags) if repeated)


if __name__ == "__main__":
    search_main(search)
