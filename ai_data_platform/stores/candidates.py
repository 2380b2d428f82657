"""Dataset candidates: staged as an immutable version, judged, and only then worth publishing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.datasets.card import card
from ai_data_platform.core.datasets.funnel import FunnelStage
from ai_data_platform.core.datasets.split import Split
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes
from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.stores.hashed_files import write_rows
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform.stores.workplace import workplace

__all__ = [
    "Audit",
    "Beside",
    "Candidate",
    "DatasetKind",
    "Figures",
    "Findings",
    "StagedDataset",
    "stage_dataset",
    "staged_from",
]

Figures = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class DatasetKind:
    """What a dataset is called, holds and is for; `task` is Hugging Face's name of the task."""

    name: str
    title: str
    summary: str
    schema: pa.Schema
    task: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A staged version with the verdict on it."""

    version: str
    fingerprint: str
    rows: int
    dropped: Mapping[str, int]
    verdict: Verdict
    reused: bool


@dataclass(frozen=True, slots=True)
class StagedDataset:
    """A dataset whose rows are written and not yet judged.

    `splits` counts rows, `sha256` are the hashes (64 hex digits) of its data files by their path in the
    version, `published` is the folder of the version that readers see, where there is one. `funnel` is
    empty for a dataset without stages.
    """

    kind: DatasetKind
    folder: Path
    splits: Mapping[Split, int]
    sha256: Mapping[str, str]
    dropped: Mapping[str, int]
    funnel: tuple[FunnelStage, ...]
    published: Path | None

    def path(self, split: Split) -> Path:
        """The Parquet file of a split, which is there where the split has rows."""
        return _data(self.folder, split)

    def batches(
        self, split: Split, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a split, a bounded number at a time; none where the split is empty."""
        return _batches(self.folder, split, columns)

    def table(self, split: Split, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of a split at once."""
        return _table(self.batches(split, columns), self.kind.schema, columns)

    def published_table(
        self, split: Split, columns: Sequence[str] | None = None
    ) -> pa.Table | None:
        """The rows of the published version; None without one, or where it lacks the split."""
        path = None if self.published is None else _data(self.published, split)
        return None if path is None or not path.is_file() else pq.read_table(path, columns=columns)


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit adds to the verdict, and files that prove it and so are part of the content."""

    figures: Figures
    rules: Sequence[Rule]
    files: Mapping[str, bytes] = field(default_factory=dict)


Audit = Callable[[StagedDataset], Findings]
"""Measures a dataset before it is judged: a leakage certificate, the quality of its rows."""

Beside = Callable[[StagedDataset, Verdict], Mapping[str, bytes]]
"""Makes files that tell of a judged dataset and lie beside it, by their path in the version: a report,
configurations of trainers."""


def staged_from(home: Home, name: str, inputs: str) -> Candidate | None:
    """The version last staged when it was made from these inputs, is whole and judged; else None."""
    versions = home.versions(name)
    manifest = versions.last_staged()
    if manifest is None or manifest["inputs"] != inputs or versions.damaged(manifest["version"]):
        return None
    found = home.ledger.find(PUBLICATIONS[name], manifest["fingerprint"])
    if found is None:
        return None
    return Candidate(
        manifest["version"],
        manifest["fingerprint"],
        manifest["rows"],
        manifest["dropped"],
        found.verdict,
        reused=True,
    )


def stage_dataset(
    home: Home,
    kind: DatasetKind,
    splits: Mapping[Split, Iterable[pa.RecordBatch]],
    *,
    inputs: str,
    figures: Callable[[], Figures],
    rules: Sequence[Rule],
    dropped: Mapping[str, int],
    upstream: Mapping[str, str],
    code_version: str,
    dropped_rows: pa.Table | None = None,
    funnel: Sequence[FunnelStage] = (),
    audits: Sequence[Audit] = (),
    beside: Beside | None = None,
) -> Candidate:
    """Write a dataset, judge it, record the verdict and lay the files down as a version.

    Nothing is published. Rows are streamed. When all are written, `figures` is asked for, then each of
    the `audits`, then the gate judges, then `beside` makes its files. `dropped_rows` name what was left
    out, one by one. The fingerprint covers the data and the files of the audits; what lies beside them is
    no part of it.
    """
    with workplace(home.root / "versions" / kind.name / ".building") as folder:
        staged = _written(home, kind, splits, folder, dropped, tuple(funnel))
        found = [Findings(figures(), rules), *(audit(staged) for audit in audits)]
        proofs = {name: data for one in found for name, data in one.files.items()}
        hashes = {name: digest[:32] for name, digest in staged.sha256.items()}
        hashes |= {name: hash_bytes(data) for name, data in proofs.items()}
        content = fingerprint(dict(sorted(hashes.items())))
        measured = {name: value for one in found for name, value in one.figures.items()}
        verdict = judge(
            PUBLICATIONS[kind.name],
            content,
            measured,
            [rule for one in found for rule in one.rules],
            code_version=code_version,
            inputs=upstream,
        )
        files: dict[str, bytes | Path] = {name: folder / name for name in staged.sha256}
        if dropped_rows is not None:
            files["dropped.parquet"] = folder / "dropped.parquet"
            write_rows(dropped_rows.to_batches(), dropped_rows.schema, folder / "dropped.parquet")
        counts = {str(split): rows for split, rows in staged.splits.items()}
        summary = card(kind.title, kind.summary, counts, dropped, verdict, kind.task)
        files |= {**proofs, "README.md": summary, **(beside(staged, verdict) if beside else {})}
        home.ledger.record(verdict)
        rows = sum(staged.splits.values())
        manifest = {
            "rows": rows,
            "splits": counts,
            "dropped": dict(dropped),
            "funnel": [asdict(stage) for stage in staged.funnel],
            "inputs": inputs,
            "upstream": dict(upstream),
            "figures": measured,
            "code_version": code_version,
        }
        version = home.versions(kind.name).stage(content, files, manifest)
    return Candidate(version, content, rows, dropped, verdict, reused=False)


def _written(
    home: Home,
    kind: DatasetKind,
    splits: Mapping[Split, Iterable[pa.RecordBatch]],
    folder: Path,
    dropped: Mapping[str, int],
    funnel: tuple[FunnelStage, ...],
) -> StagedDataset:
    """Parquet and JSONL of each split that has rows."""
    counts: dict[Split, int] = {}
    hashes: dict[str, str] = {}
    for split, batches in splits.items():
        parquet, jsonl = _data(folder, split), folder / "jsonl" / f"{split}.jsonl"
        counts[split], written = write_rows(batches, kind.schema, parquet, jsonl)
        if counts[split]:
            hashes |= {path.relative_to(folder).as_posix(): h for path, h in written.items()}
        else:
            parquet.unlink()
            jsonl.unlink()
    published = home.versions(kind.name).current_folder()
    return StagedDataset(kind, folder, counts, hashes, dropped, funnel, published)


def _data(folder: Path, split: Split) -> Path:
    return folder / "data" / f"{split}.parquet"


def _batches(folder: Path, split: Split, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    path = _data(folder, split)
    if path.is_file():
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(columns=None if columns is None else list(columns))


def _table(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, columns: Sequence[str] | None
) -> pa.Table:
    chosen = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    return pa.Table.from_batches(batches, chosen)
