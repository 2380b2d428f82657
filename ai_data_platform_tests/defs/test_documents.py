"""Chunking as a step: unchanged documents keep their chunks, and what read a document counts as change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ai_data_platform.defs.assets import documents
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores import documents as store
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.stores.logs import write

GUIDE = (
    b"# Router\n\nHold the small button for ten seconds, then wait for the light to turn green.\n"
)


@pytest.fixture
def chunked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Reads and cuts the documents; the uris of those that were cut anew."""
    home = Home(tmp_path / "home", CHECKOUT / "dbt_project")
    write(tmp_path / "docs" / "a.md", GUIDE)
    write(tmp_path / "docs" / "b.md", GUIDE + b"\nCall the hotline when it stays dark for long.\n")
    cut: list[str] = []
    chunk_rows = documents.chunk_rows

    def counted(document: Any, options: Any) -> Any:
        cut.append(document["uri"])
        return chunk_rows(document, options)

    monkeypatch.setattr(documents, "chunk_rows", counted)
    settings = Settings(
        _env_file=None, home=home.root, chat_logs="none", documents=(str(tmp_path / "docs"),)
    )

    def run() -> list[str]:
        cut.clear()
        steps = [documents.raw_documents, documents.document_chunks]
        dg.materialize(steps, resources={"settings": settings, "home": home})
        return sorted(cut)

    return run


def test_only_the_chunks_of_a_changed_document_are_cut_anew(
    chunked: Callable[[], list[str]], tmp_path: Path
) -> None:
    assert chunked() == ["a.md", "b.md"]
    assert chunked() == []
    write(tmp_path / "docs" / "b.md", GUIDE + b"\nCall us.\n")
    assert chunked() == ["b.md"]


def test_a_new_extractor_cuts_the_documents_that_it_reads_anew(
    chunked: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    chunked()
    renewed = dict(store.EXTRACTOR_VERSIONS) | {"text/markdown": "markdown-it-py 99"}
    extract = store.extract

    def read(data: bytes, uri: str) -> Any:
        return replace(extract(data, uri), extractor="markdown-it-py 99")

    monkeypatch.setattr(store, "EXTRACTOR_VERSIONS", renewed)
    monkeypatch.setattr(store, "_EXTRACTORS", "renewed")
    monkeypatch.setattr(store, "extract", read)

    assert chunked() == ["a.md", "b.md"]
