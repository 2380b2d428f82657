"""Labelling over HTTP: what is shown of an item, what a choice stores, and who may choose."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ai_data_platform.api.annotation_routes import annotation_routes
from ai_data_platform.api.app import create_app
from ai_data_platform.stores.annotation import AnnotationQueue
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform.stores.tokens import TokenStore
from ai_data_platform_tests.stores.annotated import Annotated

NOW = datetime(2025, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    with open_feedback(tmp_path / "feedback.sqlite") as opened:
        yield opened


def opened(
    annotated: Annotated, store: FeedbackStore, tokens: TokenStore | None = None
) -> TestClient:
    routes = annotation_routes(AnnotationQueue(annotated.home), store, lambda: NOW)
    return TestClient(create_app(store, tokens=tokens, routers=[routes], clock=lambda: NOW))


@pytest.fixture
def annotated(tmp_path: Path) -> Annotated:
    made = Annotated(tmp_path / "home")
    made.refresh()
    return made


@pytest.fixture
def client(annotated: Annotated, store: FeedbackStore) -> Iterator[TestClient]:
    with opened(annotated, store) as client:
        yield client


def items(client: TestClient, rater: str = "kim") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/annotate/items", params={"rater": rater}).json()[
        "items"
    ]
    return found


def test_an_item_shows_the_answers_and_nothing_of_where_they_come_from(client: TestClient) -> None:
    answer = client.get("/annotate/items", params={"rater": "kim", "limit": 1}).json()
    (item,) = answer["items"]
    assert (answer["rater"], answer["remaining"]) == ("kim", 3)
    assert set(item) == {"item_id", "prompt", "left", "right", "reason", "people"}
    assert "Ten metres." in (item["left"], item["right"])
    assert item["prompt"][-1]["role"] == "user"


def test_a_choice_is_stored_as_a_rating_of_each_answer_and_not_asked_again(
    client: TestClient, store: FeedbackStore
) -> None:
    item = items(client)[0]
    choice = "left" if item["left"] == "Ten metres." else "right"
    label = {"item_id": item["item_id"], "choice": choice, "rater": "kim"}

    answers = [client.post("/annotate/labels", json=label) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["status"] for answer in answers] == ["stored", "already stored"]
    events = store.events_of_day("2025-03-02")
    assert {e.message_id[-1]: (e.rating, e.user_id, e.kind) for e in events if e.message_id} == {
        "a": (5, "kim", "comparison"),
        "b": (1, "kim", "comparison"),
    }
    assert sorted(event.shown_position or 0 for event in events) == [1, 2]
    assert item["item_id"] not in {other["item_id"] for other in items(client)}
    assert item["item_id"] in {other["item_id"] for other in items(client, "lee")}


def test_a_changed_mind_is_stored_beside_the_first_choice(
    client: TestClient, store: FeedbackStore
) -> None:
    label = {"item_id": items(client)[0]["item_id"], "rater": "kim"}
    client.post("/annotate/labels", json=label | {"choice": "left"})
    client.post("/annotate/labels", json=label | {"choice": "tie", "revision": 1})
    assert [event.rating for event in store.events_of_day("2025-03-02")][2:] == [3, 3]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"choice": "both"}, 422),
        ({"item_id": "0" * 32}, 404),
        ({"item_id": "../../etc/passwd"}, 422),
        ({"rater": None}, 422),
        ({"rater": "  "}, 422),
        ({"revision": -1}, 422),
        ({"rating": 5}, 422),
    ],
    ids=str,
)
def test_what_is_no_label_is_refused_and_stores_nothing(
    client: TestClient, store: FeedbackStore, change: dict[str, Any], status: int
) -> None:
    label = {"item_id": items(client)[0]["item_id"], "choice": "left", "rater": "kim"}
    assert client.post("/annotate/labels", json=label | change).status_code == status
    assert store.last_sequence() == 0


def test_before_the_first_build_there_is_nothing_to_label(
    tmp_path: Path, store: FeedbackStore
) -> None:
    with opened(Annotated(tmp_path / "new"), store) as client:
        assert client.get("/annotate/items", params={"rater": "kim"}).status_code == 503


def test_with_tokens_the_role_annotate_opens_it_and_the_tokens_name_signs(
    annotated: Annotated, store: FeedbackStore, tmp_path: Path
) -> None:
    tokens = TokenStore(tmp_path / "tokens.sqlite")
    keys = {
        name: {"Authorization": f"Bearer {tokens.create(name, [role], NOW)}"}
        for name, role in (("sam", "annotate"), ("shop", "ingest"))
    }
    with opened(annotated, store, tokens) as client:
        statuses = [
            client.get("/annotate/items", headers=headers).status_code
            for headers in ({}, keys["shop"], keys["sam"])
        ]
        item = client.get("/annotate/items", headers=keys["sam"]).json()["items"][0]
        label = {"item_id": item["item_id"], "choice": "tie", "rater": "somebody else"}
        client.post("/annotate/labels", json=label, headers=keys["sam"])
    assert statuses == [401, 403, 200]
    assert {event.user_id for event in store.events_of_day("2025-03-02")} == {"sam"}
