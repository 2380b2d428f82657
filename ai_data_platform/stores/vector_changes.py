"""What a refresh of a vector table has to do: which rows differ, and whose vectors are there already."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.errors import IndexMismatch
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.retrieval.embedder import Embedder, Progress, Vectors

__all__ = ["ChangePlan", "plan_changes", "scan", "vectors_of", "with_identity"]


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """Places of wanted rows that are new or differ, and keys of stored rows that nobody wants."""

    upserts: list[int]
    deletes: list[str]


def scan(table: Any, columns: list[str]) -> pa.Table:
    """These columns of every row of a LanceDB table."""
    return table.search().select(columns).limit(2**31 - 1).to_arrow()


def with_identity(rows: pa.Table, embedder: str, key: str) -> pa.Table:
    """The rows with `embedder` and `row_hash`, which changes when any column does.

    Raises IndexMismatch when two rows have the same key.
    """
    if len(pc.unique(rows[key])) != rows.num_rows:
        raise IndexMismatch(
            f"the key {key} repeats among {rows.num_rows} rows: keys must be unique"
        )
    hashes = [fingerprint(row) for row in rows.to_pylist()]
    return rows.append_column("embedder", pa.repeat(embedder, rows.num_rows)).append_column(
        "row_hash", pa.array(hashes, pa.string())
    )


def plan_changes(wanted: pa.Table, stored: pa.Table, key: str) -> ChangePlan:
    """What turns the stored rows into the wanted ones, told by `row_hash` and `embedder`."""
    have = dict(
        zip(
            stored[key].to_pylist(),
            zip(stored["row_hash"].to_pylist(), stored["embedder"].to_pylist(), strict=True),
            strict=True,
        )
    )
    pairs = zip(wanted["row_hash"].to_pylist(), wanted["embedder"].to_pylist(), strict=True)
    keys = wanted[key].to_pylist()
    upserts = [
        i for i, (k, pair) in enumerate(zip(keys, pairs, strict=True)) if have.get(k) != pair
    ]
    return ChangePlan(upserts, sorted(set(have) - set(keys)))


def vectors_of(
    table: Any,
    changed: pa.Table,
    stored: pa.Table,
    embedder: Embedder,
    embedding_text: str,
    progress: Progress | None,
) -> tuple[Vectors, int]:
    """The vector of each changed row and how many of them had to be computed."""
    known = _known_vectors(table, changed, stored, embedder.fingerprint)
    hashes = changed["text_hash"].to_pylist()
    texts = dict(zip(hashes, changed[embedding_text].to_pylist(), strict=True))
    missing = sorted(text_hash for text_hash in texts if text_hash not in known)
    if missing:
        fresh = embedder.encode([texts[text_hash] for text_hash in missing], progress)
        known |= dict(zip(missing, fresh, strict=True))
    if not hashes:
        return np.zeros((0, embedder.dimension), np.float32), 0
    return np.stack([known[text_hash] for text_hash in hashes]), len(missing)


def _known_vectors(
    table: Any, changed: pa.Table, stored: pa.Table, embedder: str
) -> dict[str, Any]:
    """Vectors by text hash that the table already holds for the changed rows: moved, not rewritten."""
    same_model = stored.filter(pc.equal(stored["embedder"], embedder))
    hashes = pc.unique(changed["text_hash"])
    held = same_model.filter(pc.is_in(same_model["text_hash"], hashes))
    if held.num_rows == 0:
        return {}
    wanted = set(held["text_hash"].to_pylist())
    rows = scan(table, ["text_hash", "embedder", "vector"])
    rows = rows.filter(
        pc.and_(
            pc.equal(rows["embedder"], embedder),
            pc.is_in(rows["text_hash"], pa.array(sorted(wanted))),
        )
    )
    vectors = np.stack(rows["vector"].to_numpy(zero_copy_only=False))
    return dict(zip(rows["text_hash"].to_pylist(), vectors, strict=True))
