"""Dataset candidates: staged as an immutable version, judged, and only then worth publishing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ai_data_platform.core.datasets.files import card, jsonl, split_table
from ai_data_platform.core.datasets.split import Split
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes
from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform.stores.lake import parquet_bytes

__all__ = ["Candidate", "DatasetKind", "stage_dataset", "staged_from"]


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
    splits: Mapping[Split, Sequence[Any]],
    *,
    inputs: str,
    figures: Mapping[str, float | None],
    rules: Sequence[Rule],
    dropped: Mapping[str, int],
    dropped_rows: pa.Table | None = None,
    upstream: Mapping[str, str],
    code_version: str,
) -> Candidate:
    """Judge a dataset, record the verdict and lay the files down as a version. Nothing is published.

    `dropped_rows` name what was left out, one by one; they lie beside the data and are no part of it.
    """
    files: dict[str, bytes] = {}
    for split, rows in splits.items():
        if rows:
            files[f"data/{split}.parquet"] = parquet_bytes(split_table(rows, kind.schema))
            files[f"jsonl/{split}.jsonl"] = jsonl(rows)
    content = fingerprint({name: hash_bytes(data) for name, data in sorted(files.items())})
    asset = PUBLICATIONS[kind.name]
    verdict = judge(asset, content, figures, rules, code_version=code_version, inputs=upstream)
    counts: dict[str, int] = {split: len(rows) for split, rows in splits.items()}
    files["README.md"] = card(kind.title, kind.summary, counts, dropped, verdict, kind.task)
    if dropped_rows is not None:
        files["dropped.parquet"] = parquet_bytes(dropped_rows)
    home.ledger.record(verdict)
    version = home.versions(kind.name).stage(
        content,
        files,
        {
            "rows": sum(counts.values()),
            "splits": counts,
            "dropped": dict(dropped),
            "inputs": inputs,
            "upstream": dict(upstream),
            "figures": dict(figures),
            "code_version": code_version,
        },
    )
    return Candidate(version, content, sum(counts.values()), dropped, verdict, reused=False)
