"""The HTTP API over a real feedback store."""

import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from ai_data_platform.api.app import MAX_BODY_BYTES, create_app
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.stores.feedback import FeedbackStore
from ai_data_platform_tests.api.serving import BODY, JSON, NOW, serving

STATS = {"stored": 1, "unprocessed": 1, "trigger": 1000, "waiting": None}


def test_a_rating_is_stored_with_the_time_of_its_arrival(
    client: TestClient, store: FeedbackStore
) -> None:
    answer = client.post("/feedback", json=BODY)

    assert (answer.status_code, answer.json()) == (201, {"event_id": "e1", "status": "stored"})
    (stored,) = store.events_of_day("2024-03-01")
    assert stored == FeedbackEvent(
        record_id=stored.record_id,
        event_id="e1",
        conversation_id="c1",
        message_id="m1",
        rating=4,
        feedback_text="Clear and short.",
        user_id="u1",
        created_at=NOW,
        source_file="feedback_api",
        source_line=1,
    )


def test_a_retry_is_answered_200_and_counted_once(client: TestClient) -> None:
    client.post("/feedback", json=BODY)
    answer = client.post("/feedback", json=BODY | {"created_at": "2024-03-02T00:00:00Z"})

    assert answer.status_code == 200
    assert answer.json() == {"event_id": "e1", "status": "already stored"}
    assert client.get("/feedback/stats").json() == {
        "stored": 1,
        "unprocessed": 1,
        "trigger": 1000,
        "waiting": None,
    }


def test_an_event_id_used_for_another_rating_is_answered_409(client: TestClient) -> None:
    client.post("/feedback", json=BODY)
    answer = client.post("/feedback", json=BODY | {"rating": 1})

    assert answer.status_code == 409
    assert "another rating" in answer.json()["detail"]
    assert client.get("/feedback/stats").json() == {
        "stored": 1,
        "unprocessed": 1,
        "trigger": 1000,
        "waiting": None,
    }


def test_without_an_event_id_content_and_time_name_the_event(client: TestClient) -> None:
    body = {key: value for key, value in BODY.items() if key != "event_id"}
    first = client.post("/feedback", json=body | {"created_at": 1709294400})
    again = client.post("/feedback", json=body | {"created_at": "2024-03-01T13:00:00+01:00"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["event_id"] == again.json()["event_id"] != ""


def test_a_whole_conversation_is_rated_by_a_null_message_id(
    client: TestClient, store: FeedbackStore
) -> None:
    assert client.post("/feedback", json=BODY | {"message_id": None}).status_code == 201
    assert store.events_of_day("2024-03-01")[0].message_id is None


@pytest.mark.parametrize(
    ("changes", "where", "kind"),
    [
        ({"rating": 0}, "rating", "greater_than_equal"),
        ({"rating": 99}, "rating", "less_than_equal"),
        ({"rating": -3}, "rating", "greater_than_equal"),
        ({"rating": "5"}, "rating", "int_type"),
        ({"rating": 5.0}, "rating", "int_type"),
        ({"rating": True}, "rating", "int_type"),
        ({"rating": None}, "rating", "int_type"),
        ({"conversation_id": ""}, "conversation_id", "string_too_short"),
        ({"conversation_id": "c" * 257}, "conversation_id", "string_too_long"),
        ({"conversation_id": "\ud800"}, "conversation_id", "string_unicode"),
        ({"message_id": 7}, "message_id", "string_type"),
        ({"user_id": None}, "user_id", "string_type"),
        ({"feedback_text": "x" * 10_001}, "feedback_text", "string_too_long"),
        ({"feedback_text": "\ud800"}, "feedback_text", "string_unicode"),
        ({"reting": 5}, "reting", "extra_forbidden"),
    ],
)
def test_a_body_outside_the_contract_is_answered_422_with_the_place_of_the_fault(
    client: TestClient, changes: dict[str, Any], where: str, kind: str
) -> None:
    answer = client.post("/feedback", content=json.dumps(BODY | changes), headers=JSON)

    assert answer.status_code == 422
    (fault,) = answer.json()["detail"]
    assert (fault["loc"], fault["type"]) == (["body", where], kind)
    assert client.get("/feedback/stats").json()["stored"] == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (json.dumps(BODY | {"conversation_id": "\x00"}), "conversation_id_missing"),
        (json.dumps(BODY | {"created_at": "yesterday"}), "created_at_unreadable"),
        (json.dumps(BODY | {"created_at": 10**12}), "created_at_unreadable"),
        (json.dumps(BODY | {"rating": float("nan")}), "int_type"),
        (json.dumps(BODY | {"\ud800": 5}), "string_unicode"),
        ("[]", "model_attributes_type"),
        ("{", "json_invalid"),
        ("", "missing"),
    ],
)
def test_what_only_the_contract_or_the_parser_refuses_is_answered_422_too(
    client: TestClient, content: str, kind: str
) -> None:
    answer = client.post("/feedback", content=content, headers=JSON)
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, kind)


@pytest.mark.parametrize(
    "content",
    [
        b'{"rating": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"\xff\xfe",
        json.dumps(BODY | {"created_at": float("nan")}).encode(),
    ],
    ids=["digits", "depth", "no utf-8", "nan"],
)
def test_hostile_bodies_are_refused_and_never_break_the_server(
    client: TestClient, content: bytes
) -> None:
    answer = client.post("/feedback", content=content, headers=JSON)
    assert answer.status_code in {400, 422}


def test_nul_is_taken_out_of_a_text(client: TestClient, store: FeedbackStore) -> None:
    answer = client.post("/feedback", json=BODY | {"feedback_text": "good\x00 answer"})
    assert answer.status_code == 201
    assert store.events_of_day("2024-03-01")[0].feedback_text == "good answer"


def test_the_longest_text_is_taken_whole(client: TestClient, store: FeedbackStore) -> None:
    text = "é" * 10_000
    assert client.post("/feedback", json=BODY | {"feedback_text": text}).status_code == 201
    assert store.events_of_day("2024-03-01")[0].feedback_text == text


@pytest.mark.parametrize("streamed", [False, True])
def test_a_body_beyond_one_megabyte_is_answered_413(client: TestClient, streamed: bool) -> None:
    body = json.dumps(BODY | {"feedback_text": "x" * MAX_BODY_BYTES}).encode()
    content = iter([body[:1000], body[1000:]]) if streamed else body
    assert client.post("/feedback", content=content, headers=JSON).status_code == 413


def test_neither_answers_nor_logs_repeat_what_a_person_wrote(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "my number is 555-0100"
    answers = [
        client.post("/feedback", json=BODY | {"feedback_text": secret}),
        client.post("/feedback", json=BODY | {"feedback_text": secret, "rating": 1}),
        client.post("/feedback", json=BODY | {"feedback_text": [secret]}),
        client.post("/feedback", json=BODY | {"rating": secret}),
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 422, 422]
    assert "555" not in "".join(answer.text for answer in answers) + caplog.text


def test_a_locked_store_is_answered_503_and_the_event_can_be_sent_again(
    client: TestClient, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "feedback.sqlite", isolation_level=None)) as other:
        other.execute("begin immediate")
        answer = client.post("/feedback", json=BODY)
        other.execute("rollback")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.post("/feedback", json=BODY).status_code == 201


def test_readiness_follows_the_store_and_liveness_does_not(
    client: TestClient, tmp_path: Path
) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}
    with closing(sqlite3.connect(tmp_path / "feedback.sqlite")) as other:
        other.execute("drop table totals")

    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").json() == {"status": "ok"}


def test_stats_follow_the_processed_mark(client: TestClient, store: FeedbackStore) -> None:
    for number in range(3):
        client.post("/feedback", json=BODY | {"event_id": f"e{number}"})
    store.mark_processed(2)
    assert client.get("/feedback/stats").json() == {
        "stored": 3,
        "unprocessed": 1,
        "trigger": 1000,
        "waiting": None,
    }


def test_the_documented_example_is_accepted(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()["components"]["schemas"]["FeedbackBody"]
    (example,) = schema["examples"]
    assert client.post("/feedback", json=example).status_code == 201


def test_a_real_server_takes_a_rating_over_loopback(store: FeedbackStore) -> None:
    with serving(create_app(store)) as (host, port):
        address = f"http://{host}:{port}"
        first = httpx.post(f"{address}/feedback", json=BODY)
        again = httpx.post(f"{address}/feedback", json=BODY)
        large = httpx.post(f"{address}/feedback", content=b"x" * (MAX_BODY_BYTES + 1), headers=JSON)
        ready = httpx.get(f"{address}/readyz")

    statuses = [answer.status_code for answer in (first, again, large, ready)]
    assert statuses == [201, 200, 413, 200]
    assert store.last_sequence() == 1


def test_ratings_that_wait_for_their_answer_are_shown(store: FeedbackStore) -> None:
    with TestClient(create_app(store, waiting=lambda: 3)) as client:
        assert client.get("/feedback/stats").json()["waiting"] == 3


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_what_a_form_of_another_site_can_send_is_no_rating(
    client: TestClient, store: FeedbackStore, kind: str | None
) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = client.post("/feedback", content=json.dumps(BODY), headers=headers)
    assert (answer.status_code, store.last_sequence()) == (422, 0)
