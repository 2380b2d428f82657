"""text-dedup, by its own command: bands alone decide, nothing is verified."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from benchmarks.peers.answers import search_main


def search(rows: Path, options: list[str]) -> Iterable[int]:
    """Options: words in a shingle, threshold."""
    ngram, threshold = options
    with TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "text_dedup.minhash"),
            *("--path", "json", "--data_files", str(rows), "--split", "train"),
            *("--cache_dir", f"{folder}/cache", "--output", f"{folder}/kept"),
            *("--column", "text", "--use_auth_token", "false"),
            *("--ngram", ngram, "--threshold", threshold, "--num_perm", "128"),
            *("--min_length", "1", "--batch_size", "10000", "--num_proc", "2"),
        ]
        subprocess.run(command, check=True)
        kept = {row for path in Path(folder, "kept").glob("*.arrow") for row in _ids(path)}
    with rows.open() as file:
        return {row for row, _ in enumerate(file)} - kept


def _ids(path: Path) -> list[int]:
    ids: list[int] = pa.ipc.open_stream(path.read_bytes()).read_all()["id"].to_pylist()
    return ids


if __name__ == "__main__":
    search_main(search)
