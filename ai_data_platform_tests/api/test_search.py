"""Search over HTTP on a real index: what is served, what is only looked at, and how it is filtered."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ai_data_platform.api.app import create_app
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform.stores.search import KnowledgeBase
from ai_data_platform.stores.tokens import TokenStore
from ai_data_platform_tests.stores.logs import write
from ai_data_platform_tests.stores.test_index_audit import Base
from ai_data_platform_tests.stores.test_search import LENIENT

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    with open_feedback(tmp_path / "feedback.sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A published index, and a candidate with one page more."""
    base = Base(tmp_path_factory.mktemp("base"))
    base.build()
    base.publish(base.audit(thresholds=LENIENT))
    write(
        base.folder / "new.md",
        b"# The funnel\n\nRinse the funnel with clear water every evening.\n",
    )
    base.build()
    return base


@pytest.fixture
def client(base: Base, store: FeedbackStore) -> Iterator[TestClient]:
    search = KnowledgeBase(base.home, base.embedder).search
    with TestClient(create_app(store, search=search)) as opened:
        yield opened


def test_search_is_there_only_when_it_is_given(store: FeedbackStore) -> None:
    with TestClient(create_app(store)) as client:
        assert client.get("/search", params={"q": "refund"}).status_code == 404
        assert "/search" not in client.get("/openapi.json").json()["paths"]


def test_the_answer_names_the_version_and_gives_k_passages(client: TestClient, base: Base) -> None:
    answer = client.get("/search", params={"q": "valve", "k": 2}).json()
    assert (answer["query"], answer["mode"]) == ("valve", "hybrid")
    assert answer["version"] == base.home.versions("knowledge_base").current().version
    assert len(answer["results"]) == 2
    assert len(client.get("/search", params={"q": "valve"}).json()["results"]) == 5
    assert answer["results"][0]["parts"] is None


def test_words_of_the_question_are_marked_on_demand(client: TestClient) -> None:
    asked = {"q": "Which filters?", "k": 1, "mode": "text", "highlight": "true"}
    (passage,) = client.get("/search", params=asked).json()["results"] or [None]
    assert "".join(part["text"] for part in passage["parts"]) == passage["text"]
    assert {p["text"] for p in passage["parts"] if p["hit"]} <= {"filter", "Filter"}
    assert any(part["hit"] for part in passage["parts"])


def test_readers_never_get_the_candidate_and_those_who_judge_do(client: TestClient) -> None:
    def titles(path: str) -> tuple[str, set[str]]:
        answer = client.get(path, params={"q": "funnel", "mode": "text"}).json()
        return answer["version"], {passage["title"] for passage in answer["results"]}

    assert titles("/search")[1] == set()
    assert titles("/search/candidate") == ("candidate", {"The funnel"})
    assert client.get("/search", params={"q": "funnel", "version": "candidate"}).status_code == 422


def test_each_endpoint_is_opened_by_its_role(
    base: Base, store: FeedbackStore, tmp_path: Path
) -> None:
    tokens = TokenStore(tmp_path / "tokens.sqlite")
    reader, judge = (
        {"Authorization": f"Bearer {tokens.create(role, [role], NOW)}"}
        for role in ("read", "annotate")
    )
    search = KnowledgeBase(base.home, base.embedder).search
    with TestClient(create_app(store, search=search, tokens=tokens, clock=lambda: NOW)) as client:
        statuses = [
            client.get(path, params={"q": "valve"}, headers=headers).status_code
            for path in ("/search", "/search/candidate")
            for headers in ({}, reader, judge)
        ]
    assert statuses == [401, 200, 403, 401, 403, 200]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"q": " "}, 422),
        ({"q": "a", "k": 0}, 422),
        ({"q": "a", "k": 51}, 422),
        ({"q": "a", "mode": "guess"}, 422),
        ({"q": "a", "version": "0123"}, 404),
        ({"q": "a", "below": "' or 1=1 --"}, 200),
        ({"q": '"(-*:~^', "mode": "text"}, 200),
    ],
    ids=str,
)
def test_odd_questions_are_answered_or_refused(
    client: TestClient, asked: dict[str, Any], status: int
) -> None:
    assert client.get("/search", params=asked).status_code == status


def test_before_the_first_publication_it_is_answered_503(
    tmp_path: Path, store: FeedbackStore
) -> None:
    empty = Base(tmp_path / "empty")
    search = KnowledgeBase(empty.home, empty.embedder).search
    with TestClient(create_app(store, search=search)) as client:
        answer = client.get("/search", params={"q": "refund"})
    assert answer.status_code == 503
    assert "run `aidp run`" in answer.json()["detail"]
