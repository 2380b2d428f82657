"""The door to the vectors of exchanges: judged where they are made, obeyed where they are read."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.stores.home import Home

__all__ = ["CONVERSATION_VECTORS", "conversation_vectors", "judge_conversation_vectors"]

CONVERSATION_VECTORS = "conversation_embeddings"
"""The asset whose content the gate judges."""

_RULES = (
    Rule("rows", ">", 0, "no vectors, nothing to compare"),
    Rule("rows_missing", "==", 0, "each clean exchange has a vector"),
    Rule("embedders", "==", 1, "vectors of two models cannot be compared"),
    Rule("unusable_vectors", "==", 0, "a vector of zeros or not a number is near nothing"),
)


def judge_conversation_vectors(
    home: Home, fingerprint: str, wanted: pa.ChunkedArray, upstream: Mapping[str, str], version: str
) -> Verdict:
    """Judge the vectors that stand for exactly these records, and record the verdict.

    `fingerprint` is that of the table's newest version, `upstream` what it was made from.
    """
    rows = home.conversations.read(["record_id", "embedder", "vector"])
    found = pc.is_in(wanted, value_set=rows["record_id"].combine_chunks())
    sizes = np.linalg.norm(_matrix(rows["vector"]), axis=1)
    figures: dict[str, float | None] = {
        "rows": rows.num_rows,
        "rows_missing": len(wanted) - int(pc.sum(found).as_py() or 0),
        "embedders": len(pc.unique(rows["embedder"])),
        "unusable_vectors": int((~(np.isfinite(sizes) & (sizes > 0))).sum()),
    }
    verdict = judge(
        CONVERSATION_VECTORS, fingerprint, figures, _RULES, code_version=version, inputs=upstream
    )
    home.ledger.record(verdict)
    return verdict


def conversation_vectors(
    home: Home, fingerprint: str, records: pa.Array
) -> npt.NDArray[np.float32]:
    """The vector of each of these records, in their order, shape (records, dimension).

    Raises GateBlocked when the table does not hold the content with this fingerprint, when no gate has
    passed it, or when a record has no vector in it.
    """
    home.ledger.require(CONVERSATION_VECTORS, fingerprint)
    version = home.conversations.head()
    if home.conversations.content_fingerprint(version) != fingerprint:
        raise GateBlocked(
            f"{CONVERSATION_VECTORS} is not read: it no longer holds what was judged as {fingerprint}; "
            f"run `aidp run {CONVERSATION_VECTORS}`"
        )
    rows = home.conversations.read(["record_id", "vector"], version)
    places = pc.index_in(records, value_set=rows["record_id"].combine_chunks())
    if places.null_count:
        raise GateBlocked(
            f"{CONVERSATION_VECTORS} lacks the vectors of {places.null_count} exchanges that train: "
            f"run `aidp run {CONVERSATION_VECTORS}`"
        )
    found: npt.NDArray[np.float32] = _matrix(rows["vector"])[places.to_numpy()]
    return found


def _matrix(vectors: pa.ChunkedArray) -> npt.NDArray[np.float32]:
    column = pa.concat_arrays(vectors.chunks) if vectors.num_chunks else vectors.combine_chunks()
    flat: npt.NDArray[np.float32] = column.flatten().to_numpy()
    return flat.reshape(len(column), -1) if len(column) else flat.reshape(0, 1)
