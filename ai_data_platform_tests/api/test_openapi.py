"""The document that clients are made from: complete, with examples that work."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from ai_data_platform.stores.feedback import FeedbackStore

BODIES = {
    "/feedback": "FeedbackBody",
    "/feedback/batch": "BatchBody",
    "/messages": "MessageBody",
    "/conversations": "ConversationBody",
}


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


@pytest.mark.parametrize("path", BODIES)
def test_every_body_has_an_example_and_each_example_is_stored(
    client: TestClient, document: dict[str, Any], path: str
) -> None:
    body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": f"#/components/schemas/{BODIES[path]}"}
    examples = document["components"]["schemas"][BODIES[path]]["examples"]
    assert examples
    for example in examples:
        assert client.post(path, json=example).status_code in {200, 201}


def test_no_body_takes_a_field_that_it_does_not_name(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    open_ended = {
        name
        for name, schema in schemas.items()
        if name.endswith("Body") and schema.get("additionalProperties") is not False
    }
    assert open_ended == set()


def test_every_text_and_list_of_a_body_is_bounded(document: dict[str, Any]) -> None:
    def unbounded(schema: dict[str, Any], place: str) -> list[str]:
        found = []
        for name, field in schema.get("properties", {}).items():
            for kind in [field, *field.get("anyOf", ())]:
                limit = {"string": "maxLength", "array": "maxItems"}.get(kind.get("type", ""))
                if limit and limit not in kind and "enum" not in kind:
                    found.append(f"{place}.{name}")
        return found

    schemas = document["components"]["schemas"]
    bodies = {name: schema for name, schema in schemas.items() if name.endswith("Body")}
    assert [found for name in bodies for found in unbounded(bodies[name], name)] == []


@pytest.mark.parametrize("path", BODIES)
def test_what_an_endpoint_that_stores_may_answer_is_documented(
    document: dict[str, Any], path: str
) -> None:
    documented = set(document["paths"][path]["post"]["responses"])
    assert documented >= {"401", "403", "408", "409", "413", "422", "429", "503"}
    assert documented & {"200", "201"}


def test_the_security_scheme_is_a_bearer_token(document: dict[str, Any]) -> None:
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


INJECTIONS = [
    "'; drop table events; --",
    '" or 1=1 --',
    "${jndi:ldap://x}",
    "{{7*7}}",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_looks_like_a_command_is_kept_as_the_text_that_it_is(
    client: TestClient, store: FeedbackStore, text: str
) -> None:
    body = {
        "conversation_id": text,
        "message_id": text,
        "rating": 5,
        "feedback_text": text,
        "user_id": text,
        "event_id": text,
        "created_at": "2024-03-01T00:00:00Z",
    }
    answer = client.post("/feedback", json=body)
    assert (answer.status_code, answer.json()["event_id"]) == (201, text)
    assert "set-cookie" not in answer.headers
    (stored,) = store.events_of_day("2024-03-01")
    fields = ("conversation_id", "message_id", "feedback_text", "user_id", "event_id")
    assert [getattr(stored, name) for name in fields] == [text] * 5
