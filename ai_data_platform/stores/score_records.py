"""The scores that an index was judged by, kept with its version so that they need not be made again."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.evaluation.index_evidence import IndexScores, Judged
from ai_data_platform.core.evaluation.retrieval_metrics import RetrievalScore
from ai_data_platform.core.fingerprints import hash_bytes
from ai_data_platform.stores.lake import parquet_bytes

__all__ = ["SCORES_FILE", "read_scores", "scores_file", "scores_record"]

SCORES_FILE = "scores.parquet"

_SCHEMA = pa.schema(
    [
        pa.field("measure", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),  # of a question or a stored answer
        pa.field("value", pa.float64()),
        pa.field("case", pa.string()),
        pa.field("error", pa.float64()),
    ]
)
_RETRIEVAL = tuple(field.name for field in fields(RetrievalScore))
_JUDGED = ("context_recall", "faithfulness", "retrieved_faithfulness")


def scores_file(scores: IndexScores) -> bytes:
    """The scores as Parquet, byte for byte the same for the same scores."""
    return parquet_bytes(pa.Table.from_pylist(list(_rows(scores)), schema=_SCHEMA))


def scores_record(scores: IndexScores, data: bytes, audit: str) -> dict[str, str]:
    """What a manifest says of the file, so that `read_scores` can tell whether to believe it."""
    return {"key": scores.key, "checksum": hash_bytes(data), "made_by": _made_by(audit)}


def read_scores(folder: Path, record: Any, key: str, audit: str) -> IndexScores | None:
    """The scores in a version's folder when they were made under this key by this code; else None.

    None also when the file is missing, cannot be read or holds other bytes than the record says.
    """
    if not isinstance(record, Mapping) or not key:
        return None
    if (record.get("key"), record.get("made_by")) != (key, _made_by(audit)):
        return None
    try:
        data = (folder / SCORES_FILE).read_bytes()
        if hash_bytes(data) != record.get("checksum"):
            return None
        return _scores(pq.read_table(pa.BufferReader(data)).to_pylist(), key)
    except (pa.ArrowException, OSError, KeyError):
        return None


def _made_by(audit: str) -> str:
    """Another LanceDB may rank otherwise: what it found is no measure for what this one finds."""
    return f"{audit} lancedb-{installed('lancedb')}"


def _rows(scores: IndexScores) -> Iterator[dict[str, Any]]:
    for measure in (*_RETRIEVAL, *_JUDGED):
        judged = scores.judged.get(measure, {})
        for item, value in scores.of(measure).items():
            own = judged.get(item)
            yield {
                "measure": measure,
                "id": item,
                "value": value,
                "case": own.case if own else None,
                "error": own.error if own else None,
            }


def _scores(rows: list[dict[str, Any]], key: str) -> IndexScores:
    values: defaultdict[str, dict[str, float | None]] = defaultdict(dict)
    judged: defaultdict[str, dict[str, Judged]] = defaultdict(dict)
    for row in rows:
        values[row["measure"]][row["id"]] = row["value"]
        if row["case"] is not None:
            judged[row["measure"]][row["id"]] = Judged(row["case"], row["error"])
    retrieval = {
        item: RetrievalScore(**{name: values[name][item] for name in _RETRIEVAL})  # type: ignore[arg-type]
        for item in values[_RETRIEVAL[0]]
    }
    shares = {measure: values[measure] for measure in _JUDGED}
    return IndexScores(key, retrieval, **shares, judged=dict(judged))
