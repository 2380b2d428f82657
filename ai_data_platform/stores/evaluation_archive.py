"""Evaluation items as they were when a certificate spoke of them, by their hash.

They lie outside the versions: whoever copies a folder of training data and loads all of it would otherwise
train on the test set.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.datasets.leakage.items import EvaluationItem, item_hashes
from ai_data_platform.stores.evaluation_items import items_from
from ai_data_platform.stores.files import write_atomically
from ai_data_platform.stores.lake import parquet_bytes

__all__ = ["EvaluationArchive"]


class EvaluationArchive:
    """Tables of evaluation items in one folder, each under the hash of its items."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, table: pa.Table) -> str:
        """Keep these items; returns their hash, which a certificate names."""
        digest = item_hashes(items_from(table))
        write_atomically(self._root / f"{digest}.parquet", parquet_bytes(table))
        return digest

    def find(self, digest: str) -> Sequence[EvaluationItem] | None:
        """The items with this hash; None when they were never kept. No items need no table."""
        if digest == item_hashes(()):
            return ()
        path = self._root / f"{digest}.parquet"
        return items_from(pq.read_table(path)) if path.is_file() else None
