"""What the stages of a training dataset cost by the number of rows: how steeply the curve rises."""

import argparse
import resource
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.compute import conversation_batches
from ai_data_platform.core.datasets.assemble import ASSEMBLED, EXCHANGES, SFT_SCHEMA, assembled
from ai_data_platform.core.datasets.conversations import Conversations
from ai_data_platform.core.datasets.funnel import DROPPED
from ai_data_platform.core.datasets.near_duplicates import (
    Corpus,
    NearDuplicateOptions,
    Text,
    find_near_duplicates,
)
from ai_data_platform.core.datasets.sft import SftDataset, build_sft
from ai_data_platform.core.datasets.sft_gate import SftMeasures
from ai_data_platform.core.datasets.split import SPLITS, Shares
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.core.samples.exchanges import Exchange
from ai_data_platform.stores.duplicate_index import DuplicateIndex
from ai_data_platform.stores.hashed_files import write_rows
from benchmarks.chat_rows import chat_exchanges
from benchmarks.measuring import Cost, cost_of, python, show, temporary_folder

__all__ = ["main"]

_SIZES = (10_000, 100_000, 1_000_000)
_STAGES = ("assemble", "compare", "decide and split", "write")
_OPTIONS = NearDuplicateOptions(threshold=0.7)


def main(sizes: Sequence[int] = _SIZES) -> None:
    """Target: a slope of at most 1.1 between CPU seconds and rows, both as logarithms."""
    found = [orjson.loads(python("benchmarks.cost_curve", "--one", str(rows))) for rows in sizes]
    lines: list[list[object]] = [
        [f"{rows:,}", *(one[stage] for stage in _STAGES), sum(one[s] for s in _STAGES), one["peak"]]
        for rows, one in zip(sizes, found, strict=True)
    ]
    columns = ["rows", *(f"{stage}, CPU s" for stage in _STAGES), "together", "peak GiB"]
    show("Exchanges to a split dataset", columns, lines)
    if len(sizes) > 1:
        together = [sum(one[stage] for stage in _STAGES) for one in found]
        slope = np.polyfit(np.log(sizes), np.log(together), 1)[0]
        print(f"\nslope of CPU seconds over rows, log-log: {slope:.2f}")


def measured(rows: int) -> dict[str, float]:
    """CPU seconds by stage, and the peak memory of this process in GiB."""
    find_near_duplicates([Text("a", "1 2 3 4 5 6 7 8")])  # loads the compiled loops
    with temporary_folder() as folder:
        made, logged = folder / "conversations.parquet", folder / "logged.arrow"
        _write_log(logged, rows)
        costs = {"assemble": cost_of(lambda: _assemble(logged, made))}
        kept: list[SftDataset] = []
        search = _Search(folder / "duplicates")
        conversations = Conversations(partial(_batches, made))
        build = cost_of(
            lambda: kept.append(
                build_sft(conversations, DROPPED.empty_table(), Shares(), search=search)
            )
        )
        costs |= {"compare": search.cost, "decide and split": build - search.cost}
        costs["write"] = cost_of(lambda: _write(kept[0], folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {**{name: cost.cpu for name, cost in costs.items()}, "peak": peak}


class _Search:
    """All texts compared anew by an index on disk, and what that costs."""

    def __init__(self, folder: Path) -> None:
        self._index = DuplicateIndex(folder, _OPTIONS)
        self.cost = Cost(0, 0)

    def __call__(self, texts: Iterable[Text]) -> Corpus:
        found: list[Corpus] = []
        self.cost = cost_of(lambda: found.append(self._index.sync(texts).corpus))
        return found[0]


def _write_log(path: Path, rows: int) -> None:
    """Exchanges as `assembled` reads them, all of which train, by conversation."""
    schema = pa.schema(
        [
            *(CHAT_LOG.field(name) for name in EXCHANGES if name != "user_hash"),
            pa.field("user_hash", pa.string()),
            pa.field("trains", pa.bool_()),
        ]
    )
    with pa.ipc.new_file(path, schema) as writer:
        exchanges = chat_exchanges(rows)
        while some := list(islice(exchanges, 8_192)):
            writer.write_batch(_log_batch(some, schema))


def _log_batch(exchanges: Sequence[Exchange], schema: pa.Schema) -> pa.RecordBatch:
    columns = {
        "record_id": [hash_text(exchange.message_id) for exchange in exchanges],
        "created_at": [exchange.second * 1_000_000 for exchange in exchanges],
        "user_hash": [exchange.user_id for exchange in exchanges],
        "trains": [True] * len(exchanges),
    }
    for name in EXCHANGES:
        if name not in columns:
            columns[name] = [getattr(exchange, name) for exchange in exchanges]
    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _assemble(logged: Path, made: Path) -> None:
    with pa.OSFile(str(logged)) as source:
        file = pa.ipc.open_file(source)
        batches = (file.get_batch(i) for i in range(file.num_record_batches))
        write_rows(map(assembled, conversation_batches(batches)), ASSEMBLED, made)


def _batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=4_096, columns=list(columns))


def _write(dataset: SftDataset, folder: Path) -> None:
    measures = SftMeasures()
    for split in SPLITS:
        batches = measures.passing(split, dataset.batches(split))
        write_rows(batches, SFT_SCHEMA, folder / f"{split}.parquet", folder / f"{split}.jsonl")
    measures.figures()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, _SIZES)), help="rows, by commas")
    parser.add_argument("--one", type=int, help="measure one size and print it as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    if given.one:
        print(orjson.dumps(measured(given.one)).decode())
    else:
        main([int(size) for size in given.sizes.split(",")])
