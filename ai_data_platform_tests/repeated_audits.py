"""A whole index audit, again and again: `python -m ai_data_platform_tests.repeated_audits FOLDER CORES
THREADS RUNS`, after `prepare(FOLDER)`, prints its `Repeats` as JSON."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import pyarrow as pa

from ai_data_platform.core.documents import CHUNK, ChunkOptions, chunk_rows
from ai_data_platform.core.evaluation.index_evidence import GateThresholds
from ai_data_platform.core.evaluation.index_gate import index_figures_and_rules
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes
from ai_data_platform.core.gates import judge
from ai_data_platform.core.retrieval import Embedder, Progress, Vectors
from ai_data_platform.settings import SAMPLE
from ai_data_platform.stores.documents import DocumentFolders
from ai_data_platform.stores.index_audit import IndexAudit, QuestionSet, questions_for
from ai_data_platform.stores.models import SentenceTransformerEmbedder
from ai_data_platform.stores.vectors import VectorTable

__all__ = ["Process", "Repeats", "differences", "prepare", "repeated"]

_PAGES = 12  # their chunks are two slices of the embedder: work for two workers
_QUESTIONS = 30  # a single slice, for which torch keeps as many threads as it was given
_CHUNKS = ChunkOptions(target_words=30, max_words=50)  # short, so that a run takes seconds
_THRESHOLDS = GateThresholds(min_questions=20)


@dataclass(frozen=True, slots=True)
class Process:
    """How a process is set up: hash seed, cores that it may use, threads of each numeric library.

    The embedder has one worker a core; as many audits as threads run at once, on one table.
    """

    hash_seed: int
    cores: int
    threads: int

    @property
    def environment(self) -> dict[str, str]:
        libraries = ("OMP_NUM", "MKL_NUM", "OPENBLAS_NUM", "LANCE_CPU")
        counts = {f"{name}_THREADS": str(self.threads) for name in libraries}
        counts["LANCE_IO_THREADS"] = str(2 * self.threads)  # with a single one Lance waits forever
        return {**os.environ, **counts, "PYTHONHASHSEED": str(self.hash_seed)}


@dataclass(frozen=True, slots=True)
class Repeats:
    """The runs of one process.

    `records` has one JSON text a run: the whole verdict, and a hash of the table of scores.
    `vectors` has the hashes of what the model gave, by hash of the texts; these may differ in their
    last bits. `rebuilt` is the fingerprint of the same index built anew by the process.
    """

    records: list[str]
    vectors: dict[str, list[str]]
    rebuilt: str


def prepare(folder: Path) -> None:
    """Write the sample's pages, their chunks, and a table with a published index and a candidate."""
    source = (str(SAMPLE / "documents"),)
    scan = DocumentFolders(source, folder.joinpath).scan(None, None, lambda line: None)
    pages = scan.documents.slice(0, _PAGES)
    rows = [row for page in pages.to_pylist() for row in chunk_rows(page, _CHUNKS)]
    _save(folder / "pages.arrow", pages)
    _save(folder / "chunks.arrow", pa.Table.from_pylist(rows, schema=CHUNK))
    _build(folder, "index", SentenceTransformerEmbedder())


def repeated(folder: Path, process: Process, runs: int) -> Repeats:
    """The audit so many times in a new process; RuntimeError when that fails."""
    arguments = [str(part) for part in (folder, process.cores, process.threads, runs)]
    done = subprocess.run(
        [sys.executable, "-m", __name__, *arguments],
        env=process.environment,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return Repeats(**orjson.loads(done.stdout))


def differences(records: Sequence[str]) -> dict[str, int]:
    """What is not the same in all records, with how many values it has; empty when nothing differs."""
    read = [orjson.loads(record) for record in records]
    flat = [own | own["figures"] for own in read]
    names = sorted({name for own in flat for name in own})
    values = {name: {orjson.dumps(own.get(name)) for own in flat} for name in names}
    return {name: len(seen) for name, seen in values.items() if len(seen) > 1}


class _Noting:
    """An embedder that notes a hash of all vectors it gave, by hash of the texts."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension
        self.noted: dict[str, set[str]] = {}

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = self._embedder.encode(texts, progress)
        self.noted.setdefault(fingerprint(list(texts)), set()).add(hash_bytes(vectors.tobytes()))
        return vectors


def _repeats(folder: Path, threads: int, runs: int) -> Repeats:
    embedder = _Noting(SentenceTransformerEmbedder())
    questions = questions_for(_load(folder / "pages.arrow"), None, _QUESTIONS)
    with ThreadPoolExecutor(threads) as pool:
        records = list(pool.map(lambda _: _record(folder, questions, embedder), range(runs)))
    noted = {texts: sorted(hashes) for texts, hashes in sorted(embedder.noted.items())}
    return Repeats(records, noted, _build(folder, f"rebuilt-{os.getpid()}", embedder))


def _record(folder: Path, questions: QuestionSet, embedder: Embedder) -> str:
    """Everything that an audit does, from search to verdict."""
    table = _table(folder, "index")
    published, candidate = (table.tags()[tag] for tag in ("published", "candidate"))
    audit = IndexAudit(table, embedder, questions, _load(folder / "chunks.arrow"))
    scores, rows = audit.scores(candidate)
    before, _ = audit.scores(published)
    figures, rules = index_figures_and_rules(
        questions.questions, audit.integrity(candidate), scores, before, _THRESHOLDS
    )
    content = table.content_fingerprint(candidate)
    verdict = judge("knowledge_base", content, figures, rules, code_version="1")
    record = {**asdict(verdict), "scores": hash_bytes(_bytes(rows))}
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()


def _build(folder: Path, name: str, embedder: Embedder) -> str:
    """A new table whose candidate has a tenth more rows than what is published; its fingerprint."""
    chunks = _load(folder / "chunks.arrow").drop_columns(["content_hash"])
    table = _table(folder, name)
    few = chunks.slice(chunks.num_rows // 10)
    for tag, rows in (("published", few), ("candidate", chunks)):
        table.tag(tag, table.sync(rows, embedder, "embedding_text").version)
    return table.content_fingerprint()


def _table(folder: Path, name: str) -> VectorTable:
    return VectorTable(folder / name, "chunks", key="chunk_id", text="embedding_text")


def _save(path: Path, table: pa.Table) -> None:
    path.write_bytes(_bytes(table))


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def _load(path: Path) -> pa.Table:
    with pa.ipc.open_file(path) as reader:
        return reader.read_all()


if __name__ == "__main__":
    named, cores, allowed, wanted = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):  # not every system lets a process choose its cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
    print(  # noqa: T201  # its parent reads it
        orjson.dumps(asdict(_repeats(Path(named), int(allowed), int(wanted)))).decode()
    )
