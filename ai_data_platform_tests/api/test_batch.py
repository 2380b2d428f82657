"""Many ratings in one request: each stored or refused for itself."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ai_data_platform.api import create_app
from ai_data_platform.stores.feedback import FeedbackStore
from ai_data_platform_tests.api.serving import BODY, JSON, NOW


def event(number: int, **changes: Any) -> dict[str, Any]:
    return BODY | {"event_id": f"e{number}"} | changes


def test_good_events_are_stored_beside_bad_ones_and_each_is_answered(
    each_store: FeedbackStore,
) -> None:
    with TestClient(create_app(each_store, clock=lambda: NOW)) as client:
        client.post("/feedback", json=event(0))
        events = [
            event(0),  # stored before
            event(1),
            event(1, rating=1),  # the same id with another rating
            event(2, rating=6),
            event(3, reting=1),
            event(4, conversation_id="\x00"),
            event(5, kind="thumbs", rating=5),
            "no event",
            event(5, kind="thumbs", rating=5),  # twice in one request
        ]
        answer = client.post("/feedback/batch", json={"events": events})

    assert answer.status_code == 200
    found = answer.json()
    results = found.pop("results")
    assert found == {"stored": 2, "already_stored": 2, "conflicts": 1, "refused": 4}
    assert [(r["index"], r["event_id"], r["status"]) for r in results] == [
        (0, "e0", "already stored"),
        (1, "e1", "stored"),
        (2, "e1", "conflict"),
        (3, None, "refused"),
        (4, None, "refused"),
        (5, None, "refused"),
        (6, "e5", "stored"),
        (7, None, "refused"),
        (8, "e5", "already stored"),
    ]
    assert [r["reason"] for r in results if r["status"] == "refused"] == [
        "rating: Input should be less than or equal to 5",
        "reting: Extra inputs are not permitted",
        "conversation_id_missing: conversation_id is missing or empty, wanted a non-empty string",
        "event: Input should be a valid dictionary or object to extract fields from",
    ]
    assert "another rating" in results[2]["reason"]
    stored = each_store.events_of_day("2024-03-01")
    assert [(one.event_id, one.rating, one.kind) for one in stored] == [
        ("e0", 4, "stars"),
        ("e1", 4, "stars"),
        ("e5", 5, "thumbs"),
    ]


def test_a_batch_that_is_sent_again_adds_nothing(client: TestClient, store: FeedbackStore) -> None:
    batch = {"events": [event(number) for number in range(50)]}
    first, again = (client.post("/feedback/batch", json=batch).json() for _ in range(2))
    assert (first["stored"], again["stored"], again["already_stored"]) == (50, 0, 50)
    assert store.last_sequence() == 50


def test_a_batch_of_bad_events_only_is_answered_event_by_event_too(client: TestClient) -> None:
    answer = client.post("/feedback/batch", json={"events": [event(1, rating=0)]})
    assert (answer.status_code, answer.json()["refused"]) == (200, 1)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"events": []}, "too_short"),
        ({"events": [BODY] * 1_001}, "too_long"),
        ({"events": BODY}, "list_type"),
        ({"events": [BODY], "dry_run": True}, "extra_forbidden"),
        ([BODY], "model_attributes_type"),
    ],
)
def test_what_is_no_batch_is_answered_422(client: TestClient, body: object, kind: str) -> None:
    answer = client.post("/feedback/batch", json=body)
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, kind)


@pytest.mark.parametrize(
    "broken",
    [{"feedback_text": "\ud800"}, {"\ud800": 1}, {"rating": float("nan")}, {"created_at": 10**400}],
    ids=["surrogate", "surrogate key", "nan", "400 digits"],
)
def test_a_hostile_event_is_refused_and_its_neighbour_stored(
    client: TestClient, broken: dict[str, Any]
) -> None:
    content = json.dumps({"events": [event(1) | broken, event(2)]})
    answer = client.post("/feedback/batch", content=content, headers=JSON)
    assert [result["status"] for result in answer.json()["results"]] == ["refused", "stored"]


def test_a_refusal_does_not_repeat_what_was_sent(client: TestClient) -> None:
    secret = "my number is 555-0100"
    events = [
        event(1, rating=secret),
        event(2, **{"x" * 100_000: 1}),
        event(3, **{f"k{n}": n for n in range(1000)}),
    ]
    answer = client.post("/feedback/batch", json={"events": events})
    assert answer.json()["refused"] == 3
    assert "555" not in answer.text
    assert len(answer.text) < 10_000


def test_a_store_that_cannot_serve_answers_503_for_the_whole_batch(
    client: TestClient, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "feedback.sqlite", isolation_level=None)) as other:
        other.execute("begin immediate")
        answer = client.post("/feedback/batch", json={"events": [event(1)]})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
