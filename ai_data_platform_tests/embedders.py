"""A small embedder that needs no model: words hashed into a unit vector, so shared words mean near."""

import hashlib
from collections.abc import Sequence

import numpy as np

from ai_data_platform.core.retrieval import Progress, Vectors
from ai_data_platform.core.text import normalise, words

__all__ = ["WordHashEmbedder"]


class WordHashEmbedder:
    """Deterministic, and counts what it embedded in `texts`."""

    def __init__(self, name: str = "word-hash-1", dimension: int = 256) -> None:
        self.fingerprint = name
        self.dimension = dimension
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.texts += texts
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in [self.fingerprint, *words(normalise(text))]:
                digest = hashlib.blake2b(
                    f"{self.fingerprint}{word}".encode(), digest_size=8
                ).digest()
                vectors[row, int.from_bytes(digest) % self.dimension] += 1.0
        if progress is not None:
            progress(len(texts), len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
