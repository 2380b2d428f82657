"""Who may do what: tokens by role, and the service that has none."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from httpx2 import Response

from ai_data_platform.api import create_app
from ai_data_platform.api.access import requires
from ai_data_platform.api.options import ServiceOptions
from ai_data_platform.stores.feedback import FeedbackStore
from ai_data_platform.stores.search import Found
from ai_data_platform.stores.tokens import ROLES, Role, TokenStore
from ai_data_platform_tests.api.serving import BODY, CONVERSATION, NOW, TURN

ENDPOINTS: list[tuple[str, str, Any, Role]] = [
    ("POST", "/feedback", BODY, "ingest"),
    ("POST", "/feedback/batch", {"events": [BODY]}, "ingest"),
    ("POST", "/messages", TURN, "ingest"),
    ("POST", "/conversations", CONVERSATION, "ingest"),
    ("GET", "/feedback/stats", None, "read"),
    ("GET", "/search?q=pump", None, "read"),
    ("GET", "/search/candidate?q=pump", None, "annotate"),
    ("GET", "/labels", None, "annotate"),
    ("GET", "/metrics", None, "metrics"),
]
OPEN = {"/healthz", "/readyz"}

Serve = Callable[..., TestClient]


@pytest.fixture
def serve(store: FeedbackStore, tokens: TokenStore) -> Iterator[Serve]:
    """The application with a further router, over the tokens of the test."""
    router = APIRouter(dependencies=[requires("annotate")])

    @router.get("/labels")
    def labels() -> list[str]:
        return []

    opened: list[TestClient] = []

    def client(**options: Any) -> TestClient:
        app = create_app(
            store,
            search=lambda query, k, **_: Found("v1", []),
            tokens=tokens,
            options=ServiceOptions(**options),
            routers=[router],
            clock=lambda: NOW,
        )
        opened.append(TestClient(app).__enter__())
        return opened[-1]

    yield client
    for one in opened:
        one.__exit__()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def statuses(client: TestClient, headers: dict[str, str]) -> dict[str, int]:
    return {
        path: client.request(method, path, json=body, headers=headers).status_code
        for method, path, body, _ in ENDPOINTS
    }


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_endpoints_and_no_others(
    serve: Serve, tokens: TokenStore, role: Role
) -> None:
    client = serve()
    found = statuses(client, bearer(tokens.create("one", [role], NOW)))
    assert {path for path, status in found.items() if status < 300} == {
        path for _, path, _, opens in ENDPOINTS if opens == role
    }
    assert set(found.values()) <= {200, 201, 403}


@pytest.mark.parametrize("said", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {}", "{}"])
def test_without_a_valid_token_nothing_but_health_is_answered(
    serve: Serve, tokens: TokenStore, store: FeedbackStore, said: str | None
) -> None:
    token, client = tokens.create("one", ROLES, NOW), serve()
    headers = {} if said is None else {"Authorization": said.format(token)}

    assert set(statuses(client, headers).values()) == {401}
    assert (
        client.post("/feedback", json=BODY, headers=headers).headers["WWW-Authenticate"] == "Bearer"
    )
    assert store.last_sequence() == 0
    assert [client.get(path).status_code for path in sorted(OPEN)] == [200, 200]


def test_every_route_states_its_role_or_is_one_of_the_two_for_probes(serve: Serve) -> None:
    paths = serve().get("/openapi.json").json()["paths"]
    stated = {
        (method.upper(), path): operation.get("security")
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
    wanted: dict[tuple[str, str], Any] = {("GET", path): None for path in OPEN}
    for method, path, _, role in ENDPOINTS:
        wanted[method, path.partition("?")[0]] = [{"token": [role]}]
    assert stated == wanted


def test_as_long_as_no_token_was_made_everything_is_open(serve: Serve) -> None:
    assert set(statuses(serve(), {}).values()) <= {200, 201}


def test_the_first_token_closes_a_service_that_runs(serve: Serve, tokens: TokenStore) -> None:
    client = serve()
    assert client.post("/feedback", json=BODY).status_code == 201
    token = tokens.create("shop", ["ingest"], NOW)
    assert client.post("/feedback", json=BODY).status_code == 401
    assert client.post("/feedback", json=BODY, headers=bearer(token)).status_code == 200


def test_a_rotated_token_works_until_its_time_and_a_revoked_one_no_more(
    store: FeedbackStore, tokens: TokenStore
) -> None:
    now = NOW
    old = tokens.create("shop", ["ingest"], NOW)
    new = tokens.rotate("shop", NOW, NOW + timedelta(hours=1))
    with TestClient(create_app(store, tokens=tokens, clock=lambda: now)) as client:

        def answers() -> list[int]:
            return [
                client.post("/feedback", json=BODY, headers=bearer(token)).status_code
                for token in (old, new)
            ]

        assert answers() == [201, 200]
        now = NOW + timedelta(hours=1)
        assert answers() == [401, 200]
        tokens.revoke("shop", now)
        assert answers() == [401, 401]


def test_a_token_above_its_rate_is_answered_429_and_another_one_is_not(
    serve: Serve, tokens: TokenStore
) -> None:
    fast = bearer(tokens.create("fast", ["read"], NOW))
    slow = bearer(tokens.create("slow", ["read"], NOW))
    client = serve(rate_limit="3/hour")
    found = [client.get("/feedback/stats", headers=fast) for _ in range(4)]

    assert [answer.status_code for answer in found] == [200, 200, 200, 429]
    assert 1 <= int(found[-1].headers["Retry-After"]) <= 3600
    assert client.get("/feedback/stats", headers=slow).status_code == 200


def test_a_rotation_does_not_give_a_new_allowance(serve: Serve, tokens: TokenStore) -> None:
    old = tokens.create("shop", ["read"], NOW)
    client = serve(rate_limit="1/hour")
    client.get("/feedback/stats", headers=bearer(old))
    new = tokens.rotate("shop", NOW, NOW + timedelta(hours=1))
    assert client.get("/feedback/stats", headers=bearer(new)).status_code == 429


def test_wrong_tokens_are_counted_by_address_until_none_is_looked_at(
    serve: Serve, tokens: TokenStore
) -> None:
    tokens.create("shop", ["read"], NOW)
    client = serve()
    found = [client.get("/feedback/stats", headers=bearer(f"x{n}")).status_code for n in range(62)]
    assert found == [401] * 60 + [429] * 2


def test_tokens_stand_in_no_log_answer_or_metric(
    store: FeedbackStore, tokens: TokenStore, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    token = tokens.create("shop", ["ingest", "metrics"], NOW)
    lines: list[dict[str, Any]] = []
    app = create_app(
        store, tokens=tokens, clock=lambda: NOW, log=lambda event, **fields: lines.append(fields)
    )
    with TestClient(app) as client:
        answers: list[Response] = [
            client.post("/feedback", json=BODY, headers=bearer(token)),
            client.get("/feedback/stats", headers=bearer(token)),
            client.get("/metrics", headers=bearer(token)),
            client.post("/feedback", json=BODY, headers=bearer(f"{token}x")),
        ]
    assert [answer.status_code for answer in answers] == [201, 403, 200, 401]
    said = "".join(answer.text for answer in answers) + str(lines) + caplog.text
    assert token not in said
    assert token.rpartition("_")[2] not in said
    assert [line["caller"] for line in lines] == ["shop", "shop", "shop", None]


@pytest.mark.parametrize(
    ("hosts", "name", "status"),
    [
        (("localhost", "127.0.0.1"), "localhost:8000", 200),
        (("localhost", "127.0.0.1"), "evil.example:8000", 400),
        ((), "evil.example", 200),
    ],
)
def test_an_open_service_answers_only_to_its_own_names(
    serve: Serve, hosts: tuple[str, ...], name: str, status: int
) -> None:
    assert serve(hosts=hosts).get("/feedback/stats", headers={"Host": name}).status_code == status


def test_a_file_of_tokens_that_cannot_be_read_closes_the_service(
    store: FeedbackStore, tokens: TokenStore, tmp_path: Path
) -> None:
    token = tokens.create("shop", ["ingest"], NOW)
    app = create_app(store, tokens=tokens, clock=lambda: NOW)
    with TestClient(app, raise_server_exceptions=False) as client:
        (tmp_path / "tokens.json").write_text("[")
        answer = client.post("/feedback", json=BODY, headers=bearer(token))
    assert (answer.status_code, store.last_sequence()) == (500, 0)
