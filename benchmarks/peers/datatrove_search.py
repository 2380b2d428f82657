"""datatrove: its four steps one after the other in this process; bands alone decide."""

import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.typeshelper import Languages

from benchmarks.peers.answers import search_main


def search(rows: Path, options: list[str]) -> Iterable[int]:
    """Options: words in a shingle. 14 buckets of 8 hashes, datatrove's default."""
    config = MinhashConfig(hash_config=HashConfig(precision=64), n_grams=int(options[0]))
    with TemporaryDirectory() as name:
        folder = Path(name)
        for step, (pipeline, tasks) in enumerate(_steps(rows, folder, config)):
            LocalPipelineExecutor(
                pipeline, tasks=tasks, workers=1, logging_dir=str(folder / f"log-{step}")
            ).run()
        kept = {
            int(json.loads(line).get("id", 0))  # an id of 0 is left out
            for path in (folder / "kept").iterdir()
            for line in path.read_text().splitlines()
        }
    with rows.open() as file:
        return {row for row, _ in enumerate(file)} - kept


def _steps(rows: Path, folder: Path, config: MinhashConfig) -> Iterable[tuple[list[object], int]]:
    signatures, buckets, removed = (str(folder / name) for name in ("sig", "buckets", "removed"))

    def reader() -> object:
        return JsonlReader(str(rows.parent), glob_pattern=rows.name)

    sign = MinhashDedupSignature(signatures, config=config, language=Languages.english)
    match = MinhashDedupBuckets(signatures, buckets, config=config)
    yield [reader(), sign], 1
    yield [match], config.num_buckets
    yield [MinhashDedupCluster(buckets, removed, config=config)], 1
    keep = JsonlWriter(str(folder / "kept"), compression=None)
    yield [reader(), MinhashDedupFilter(removed), keep], 1


if __name__ == "__main__":
    search_main(search)
