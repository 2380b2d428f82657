"""The exchanges that ratings point to, one at a time and by conversation."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from ai_data_platform.api import create_app
from ai_data_platform.core.conversations import ChatExchange
from ai_data_platform.stores.feedback import FeedbackStore
from ai_data_platform_tests.api.serving import CONVERSATION, EXCHANGE, NOW, TURN

SIBLING = EXCHANGE | {"message_id": "m2", "assistant_message": "Switch it off at the mains."}


def test_an_exchange_is_stored_as_the_chat_log_contract_has_it(each_store: FeedbackStore) -> None:
    with TestClient(create_app(each_store, clock=lambda: NOW)) as client:
        first, again = (client.post("/messages", json=TURN) for _ in range(2))

    receipt = {"conversation_id": "c1", "message_id": "m1", "status": "stored"}
    assert (first.status_code, first.json()) == (201, receipt)
    assert (again.status_code, again.json()) == (200, receipt | {"status": "already stored"})
    (stored,) = each_store.turns_of_day("2024-03-01")
    assert stored == ChatExchange(
        record_id=stored.record_id,
        conversation_id="c1",
        message_id="m1",
        parent_message_id="p1",
        thread=None,
        turn_index=0,
        user_message="How do I reset the pump?",
        assistant_message="Hold the blue button for five seconds.",
        rating=None,
        model=None,
        user_id="u1",
        created_at=NOW,
        source_file="turns_api",
        source_line=1,
    )


def test_siblings_are_stored_with_their_conversation(
    client: TestClient, store: FeedbackStore
) -> None:
    body = CONVERSATION | {"exchanges": [EXCHANGE, SIBLING]}
    first, again = (client.post("/conversations", json=body) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == {"conversation_id": "c1", "stored": 2, "already_stored": 0}
    assert again.json() == {"conversation_id": "c1", "stored": 0, "already_stored": 2}
    turns = store.turns_of_day("2024-03-01")
    assert [(turn.message_id, turn.parent_message_id, turn.user_id) for turn in turns] == [
        ("m1", "p1", "u1"),
        ("m2", "p1", "u1"),
    ]


def test_an_answer_with_another_text_under_a_known_id_is_answered_409_and_nothing_is_stored(
    each_store: FeedbackStore,
) -> None:
    with TestClient(create_app(each_store, clock=lambda: NOW)) as client:
        client.post("/messages", json=TURN)
        other = EXCHANGE | {"assistant_message": "Ask your dealer."}
        single = client.post("/messages", json=TURN | other)
        whole = client.post("/conversations", json=CONVERSATION | {"exchanges": [SIBLING, other]})

    assert (single.status_code, whole.status_code) == (409, 409)
    assert each_store.last_turn() == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"turn_index": -1}, "turn_index"),
        ({"turn_index": 1.0}, "turn_index"),
        ({"turn_index": 2**31}, "turn_index"),
        ({"user_message": None}, "user_message"),
        ({"assistant_message": "x" * 200_001}, "assistant_message"),
        ({"message_id": ""}, "message_id"),
        ({"record_id": "mine"}, "record_id"),
        ({"source_file": "sample.jsonl"}, "source_file"),
        ({"rating": 5}, "rating"),
        ({"thread": ["m0"]}, "thread"),
    ],
)
def test_a_turn_outside_the_contract_is_answered_422_with_the_place_of_the_fault(
    client: TestClient, store: FeedbackStore, changes: dict[str, Any], where: str
) -> None:
    single = client.post("/messages", json=TURN | changes)
    whole = client.post("/conversations", json=CONVERSATION | {"exchanges": [EXCHANGE | changes]})
    assert (single.status_code, whole.status_code) == (422, 422)
    assert single.json()["detail"][0]["loc"] == ["body", where]
    assert whole.json()["detail"][0]["loc"] == ["body", "exchanges", "0", where]
    assert store.last_turn() == 0


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_conversation_has_1_to_1000_exchanges(client: TestClient, count: int) -> None:
    body = CONVERSATION | {"exchanges": [EXCHANGE] * count}
    assert client.post("/conversations", json=body).status_code == 422


def test_a_text_of_a_megabyte_is_refused_and_the_longest_one_is_kept_whole(
    client: TestClient, store: FeedbackStore
) -> None:
    large = client.post("/messages", json=TURN | {"assistant_message": "x" * 2**20})
    long = client.post("/messages", json=TURN | {"assistant_message": "é" * 200_000})
    assert (large.status_code, long.status_code) == (413, 201)
    assert store.turns_of_day("2024-03-01")[0].assistant_message == "é" * 200_000


def test_a_script_is_kept_as_text_and_never_sent_back(
    client: TestClient, store: FeedbackStore
) -> None:
    script = "<script>alert(1)</script>"
    answers = [
        client.post("/messages", json=TURN | {"assistant_message": script}),
        client.post("/messages", json=TURN | {"assistant_message": script, "turn_index": script}),
        client.post("/messages", json=TURN | {"assistant_message": f"{script}!"}),
    ]
    assert [answer.status_code for answer in answers] == [201, 422, 409]
    assert not any(script in answer.text for answer in answers)
    assert store.turns_of_day("2024-03-01")[0].assistant_message == script


def test_a_turn_of_a_clock_that_is_years_ahead_is_filed_under_its_arrival(
    store: FeedbackStore,
) -> None:
    with TestClient(create_app(store)) as client:
        answer = client.post("/messages", json=TURN | {"created_at": "2099-01-01T00:00:00Z"})
    assert answer.status_code == 201
    assert "2099-01-01" not in store.turn_days()
