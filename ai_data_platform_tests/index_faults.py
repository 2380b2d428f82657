"""Indexes with known faults and harmless rebuilds of one index, written and audited as in production."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.evaluation.index_evidence import IndexScores, Integrity
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.retrieval import Embedder, Progress, Vectors
from ai_data_platform.stores.index_audit import IndexAudit
from ai_data_platform.stores.vectors import PUBLISHED, VectorTable
from ai_data_platform_tests.pubmedqa import Abstracts

__all__ = [
    "CUT_CHARACTERS",
    "SOUND",
    "VARIANTS",
    "Audited",
    "Content",
    "Remembering",
    "Variant",
    "VectorSearch",
    "audited",
    "write_index",
]

_NAME = "chunks"
CUT_CHARACTERS = 100
_DIMENSIONS = 64
_HALF_PRECISION_ERROR = 0.022
"""Length of the error of a unit vector from weights in half precision: the worst of 128 passages had
cosine 0.99976 with that from weights in single precision."""

_PARTITIONS = 64


@dataclass(frozen=True, slots=True)
class Content:
    """What an index holds: rows of a chunk table, and the vector of each."""

    rows: pa.Table
    vectors: Vectors


Change = Callable[[Content, Embedder, np.random.Generator], Content]


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to write the same collection as another index.

    `drawn` ones differ by seed. An `approximate` one is searched through LanceDB's IVF index with
    LanceDB's own number of probes, the others row by row.
    """

    name: str
    change: Change
    harmful: bool
    drawn: bool = False
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Audited:
    """The audit's findings on one index; `retrieved` holds chunk ids by question id, best first."""

    integrity: Integrity
    scores: IndexScores
    retrieved: Mapping[str, Sequence[str]]


class Remembering:
    """An embedder that embeds each text once, and may be given vectors beforehand."""

    def __init__(
        self, fingerprint: str, known: dict[str, Vectors], embedder: Embedder | None = None
    ) -> None:
        self.fingerprint = fingerprint
        self.dimension = 384
        self.known = known
        self._embedder = embedder

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """The vectors of the texts; KeyError for a new one where there is no embedder behind."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new and self._embedder is not None:
            self.known |= dict(zip(new, self._embedder.encode(new, progress), strict=True))
        return np.stack([self.known[text] for text in texts])


class VectorSearch(VectorTable):
    """A table whose search goes by vectors alone; readers' search goes by vectors and words."""

    def search(
        self, query: str, vector: Vectors, k: int, *, version: int | str = PUBLISHED
    ) -> list[dict[str, Any]]:
        return super().search("", vector, k, version=version)


def write_index(
    variant: Variant, abstracts: Abstracts, embedder: Embedder, folder: Path, seed: int = 0
) -> None:
    """Write the variant of an index of these abstracts below `folder`."""
    texts = abstracts.chunks["embedding_text"].to_pylist()
    sound = Content(abstracts.chunks, embedder.encode(texts))
    made = variant.change(sound, embedder, np.random.default_rng(seed))
    own = dict(zip(made.rows["embedding_text"].to_pylist(), made.vectors, strict=True))
    _table(VectorTable, folder).sync(
        made.rows, Remembering(embedder.fingerprint, own), "embedding_text"
    )
    if variant.approximate:
        import lancedb
        from lancedb.index import IvfFlat

        config = IvfFlat(distance_type="cosine", num_partitions=_PARTITIONS)
        lancedb.connect(folder).open_table(_NAME).create_index("vector", config=config)


def audited(
    folder: Path,
    abstracts: Abstracts,
    embedder: Embedder,
    kind: type[VectorTable] = VectorTable,
) -> Audited:
    """What the audit finds in an index that should hold the sound chunks of these abstracts."""
    table = _table(kind, folder)
    audit = IndexAudit(table, embedder, abstracts.questions, abstracts.chunks)
    scores, rows = audit.scores(table.head())
    retrieved = zip(rows["question_id"].to_pylist(), rows["retrieved"].to_pylist(), strict=True)
    return Audited(audit.integrity(table.head()), scores, dict(retrieved))


def _table(kind: type[VectorTable], folder: Path) -> VectorTable:
    return kind(folder, _NAME, key="chunk_id", text="embedding_text")


def _as_it_is(content: Content, embedder: Embedder, random: np.random.Generator) -> Content:
    return content


def _missing(
    content: Content, embedder: Embedder, random: np.random.Generator, *, share: float
) -> Content:
    """Without this share of the documents."""
    documents = sorted(set(content.rows["doc_id"].to_pylist()))
    gone = random.choice(documents, round(share * len(documents)), replace=False)
    kept = pc.invert(pc.is_in(content.rows["doc_id"], pa.array(gone.tolist())))
    return Content(content.rows.filter(kept), content.vectors[kept.to_numpy()])


def _misaligned(
    content: Content, embedder: Embedder, random: np.random.Generator, *, share: float
) -> Content:
    """This share of the rows, each with the vector of another of them."""
    picked = random.choice(len(content.vectors), round(share * len(content.vectors)), replace=False)
    vectors = content.vectors.copy()
    vectors[picked] = content.vectors[np.roll(picked, 1)]
    return Content(content.rows, vectors)


def _cut(content: Content, embedder: Embedder, random: np.random.Generator) -> Content:
    """Every passage cut short and embedded so."""
    texts = [text[:CUT_CHARACTERS] for text in content.rows["text"].to_pylist()]
    columns = {"text": texts, "embedding_text": texts, "text_hash": list(map(hash_text, texts))}
    rows = content.rows
    for name, values in columns.items():
        rows = rows.set_column(rows.schema.get_field_index(name), name, pa.array(values))
    return Content(rows, embedder.encode(texts))


def _few_dimensions(content: Content, embedder: Embedder, random: np.random.Generator) -> Content:
    """Vectors whose first dimensions alone are left, of length 1 again."""
    vectors = content.vectors.copy()
    vectors[:, _DIMENSIONS:] = 0
    return Content(content.rows, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _half_precision(content: Content, embedder: Embedder, random: np.random.Generator) -> Content:
    """Vectors with the error of half-precision weights, stored in 16 bits."""
    noise = random.standard_normal(content.vectors.shape)
    noise *= _HALF_PRECISION_ERROR / np.linalg.norm(noise, axis=1, keepdims=True)
    moved = content.vectors + noise
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    return Content(content.rows, moved.astype(np.float16).astype(np.float32))


def _another_order(content: Content, embedder: Embedder, random: np.random.Generator) -> Content:
    order = random.permutation(len(content.vectors))
    return Content(content.rows.take(pa.array(order)), content.vectors[order])


SOUND = Variant("the index itself", _as_it_is, harmful=False)

VARIANTS = (
    Variant("5 % of documents missing", partial(_missing, share=0.05), True, drawn=True),
    Variant("10 % of documents missing", partial(_missing, share=0.1), True, drawn=True),
    Variant("10 % of vectors misaligned", partial(_misaligned, share=0.1), True, drawn=True),
    Variant("20 % of vectors misaligned", partial(_misaligned, share=0.2), True, drawn=True),
    Variant("chunks cut to 100 characters", _cut, True),
    Variant("64 of 384 dimensions", _few_dimensions, True),
    Variant("all vectors shuffled", partial(_misaligned, share=1.0), True, drawn=True),
    Variant("half-precision embedding", _half_precision, False),
    Variant("approximate search", _as_it_is, False, approximate=True),
    Variant("rows in another order", _another_order, False),
)
"""What a gate must block, and what it must let through."""
