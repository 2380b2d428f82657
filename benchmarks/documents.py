"""Pages to load: the Rust book where the real data is at hand, and their chunks."""

import os
from pathlib import Path
from typing import Any

from ai_data_platform.core.documents import ChunkOptions, chunk_rows
from ai_data_platform.settings import CHECKOUT, SAMPLE
from ai_data_platform.stores.documents import DocumentFolders

__all__ = ["chunk_texts", "rust_book"]


def rust_book() -> Path | None:
    """The folder of the Rust book below AIDP_TEST_DATA or beside the checkout; None without it."""
    data = os.environ.get("AIDP_TEST_DATA") or CHECKOUT.parent / "shared" / "data"
    folder = Path(data) / "documents" / "markdown_rust_book"
    return folder if folder.is_dir() else None


def chunk_texts(count: int, scratch: Path) -> list[str]:
    """At most so many texts as they are embedded, of the Rust book or else of the sample's pages."""
    folder = rust_book() or SAMPLE / "documents"
    scan = DocumentFolders((str(folder),), scratch.joinpath).scan(None, None, lambda line: None)
    rows: list[dict[str, Any]] = []
    for document in scan.documents.to_pylist():
        rows += chunk_rows(document, ChunkOptions())
    return [str(row["embedding_text"]) for row in rows[:count]]
