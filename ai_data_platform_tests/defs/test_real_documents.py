"""The real model on real pages: a question in plain words finds the chapter that answers it."""

import shutil
from pathlib import Path

import pytest

from ai_data_platform.stores.models import SentenceTransformerEmbedder
from ai_data_platform.stores.search import KnowledgeBase
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow

_PAGES = ("ch03-01*", "ch04-0*", "ch05-01*", "ch08-01*", "ch10-03*", "ch13-01*", "ch15-05*")


def test_how_to_borrow_mutably_is_answered_from_the_chapter_on_references(
    shared_data: Path, tmp_path: Path
) -> None:
    documents = tmp_path / "sources" / "documents"
    documents.mkdir(parents=True)
    for pattern in _PAGES:
        for page in (shared_data / "documents" / "markdown_rust_book").glob(pattern):
            shutil.copy(page, documents)
    for empty in ("chat_logs", "feedback"):
        (tmp_path / "sources" / empty).mkdir()
    world = World(tmp_path, {"eval_questions": None}, SentenceTransformerEmbedder())
    graph = world.run("raw_documents+")
    knowledge = KnowledgeBase(world.home, SentenceTransformerEmbedder())
    hits = knowledge.search("how do I borrow a value mutably", 3).hits
    assert graph.good, graph.failures
    assert hits[0]["uri"].startswith("ch04-02-references-and-borrowing")
    assert "Mutable References" in hits[0]["heading_path"]
