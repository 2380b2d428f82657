"""Vectors of evaluation questions, kept from one audit to the next: the questions seldom change."""

from collections.abc import Mapping, Sequence

import numpy as np
import orjson
import pyarrow as pa

from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.retrieval.embedder import Embedder, Vectors
from ai_data_platform.stores.lake import Lake, table_fingerprint

__all__ = ["QuestionVectors"]

_TABLE = "question_vectors"


class QuestionVectors:
    """A lake table of vectors by the hash of their text, all of one model.

    What is stored is used only where it hashes to what was written and comes from this model; otherwise
    every text is embedded again.
    """

    def __init__(self, lake: Lake, embedder: Embedder) -> None:
        self._lake = lake
        self._embedder = embedder

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts in their order; only texts that are new are embedded.

        Afterwards the table holds exactly these texts.
        """
        wanted = {hash_text(text): text for text in texts}
        known = self._known()
        missing = sorted(wanted.keys() - known.keys())
        if missing:
            fresh = self._embedder.encode([wanted[text_hash] for text_hash in missing])
            known |= dict(zip(missing, fresh, strict=True))
        if missing or known.keys() != wanted.keys():
            self._keep({text_hash: known[text_hash] for text_hash in sorted(wanted)})
        if not texts:
            return np.zeros((0, self._embedder.dimension), np.float32)
        return np.stack([known[hash_text(text)] for text in texts])

    def _known(self) -> dict[str, Vectors]:
        try:
            manifest = self._lake.manifest(_TABLE)
            if manifest is None or manifest.inputs != self._embedder.fingerprint:
                return {}
            rows = self._lake.read(_TABLE)
        except (pa.ArrowException, OSError, orjson.JSONDecodeError, TypeError):
            return {}  # a file that cannot be read is no more than a file that is not there
        if table_fingerprint(rows) != manifest.fingerprint:
            return {}
        vectors = rows["vector"].combine_chunks().flatten().to_numpy()
        matrix = vectors.reshape(rows.num_rows, self._embedder.dimension)
        return dict(zip(rows["text_hash"].to_pylist(), matrix, strict=True))

    def _keep(self, vectors: Mapping[str, Vectors]) -> None:
        dimension = self._embedder.dimension
        flat = np.concatenate([np.zeros(0, np.float32), *vectors.values()])
        table = pa.table(
            {
                "text_hash": pa.array(list(vectors), pa.string()),
                "vector": pa.FixedSizeListArray.from_arrays(
                    pa.array(flat, pa.float32()), dimension
                ),
            }
        )
        self._lake.write(_TABLE, table, inputs=self._embedder.fingerprint)
