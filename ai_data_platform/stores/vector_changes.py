"""What a refresh of a vector table has to do: which rows differ, and whose vectors are there already."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.errors import IndexMismatch
from ai_data_platform.core.retrieval.embedder import Embedder, Progress, Vectors

__all__ = ["ChangePlan", "differing", "plan_changes", "scan", "vectors_of"]


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """Places of wanted rows that are new or differ, and keys of stored rows that nobody wants."""

    upserts: list[int]
    deletes: list[str]


def scan(table: Any, columns: list[str]) -> pa.Table:
    """These columns of every row of a LanceDB table."""
    return table.search().select(columns).limit(2**31 - 1).to_arrow()


def differing(wanted: pa.Table, stored: pa.Table, key: str) -> list[int]:
    """Places of the wanted rows that are not stored under their key with just these values.

    Every column of `wanted` is compared; `stored` has them all. Raises IndexMismatch when two wanted
    rows have the same key.
    """
    if len(pc.unique(wanted[key])) != wanted.num_rows:
        raise IndexMismatch(
            f"the key {key} repeats among {wanted.num_rows} rows: keys must be unique"
        )
    places = pc.index_in(wanted[key], stored[key].combine_chunks())
    beside = stored.take(places)
    differs = places.is_null().to_numpy(zero_copy_only=False).copy()
    for name in wanted.column_names:
        differs |= _unequal(wanted[name], beside[name])
    return [int(place) for place in np.flatnonzero(differs)]


def plan_changes(wanted: pa.Table, stored: pa.Table, key: str) -> ChangePlan:
    """What turns the stored rows into the wanted ones."""
    strangers = set(stored[key].to_pylist()) - set(wanted[key].to_pylist())
    return ChangePlan(differing(wanted, stored, key), sorted(strangers))


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


def _unequal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Where two columns of one length differ; null equals null."""
    if pa.types.is_nested(one.type):
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return np.array([left != right for left, right in pairs], dtype=bool)
    unequal = pc.fill_null(pc.not_equal(one, other.cast(one.type)), False)
    one_is_null = pc.xor(one.is_null(), other.is_null())
    return pc.or_(unequal, one_is_null).to_numpy()  # type: ignore[no-any-return]


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
