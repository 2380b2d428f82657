"""What whoever runs the service sees of a request, and what every answer carries."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

from ai_data_platform.api import create_app
from ai_data_platform.api.options import ServiceOptions
from ai_data_platform.api.request_log import log_to_stderr
from ai_data_platform.core.errors import IndexMismatch
from ai_data_platform.stores.feedback import FeedbackStore
from ai_data_platform_tests.api.serving import BODY, NOW, TURN

SECRET = "my number is 555-0100"

Line = dict[str, Any]


@pytest.fixture
def lines() -> list[Line]:
    return []


@pytest.fixture
def client(store: FeedbackStore, lines: list[Line]) -> Iterator[TestClient]:
    router = APIRouter()

    @router.get("/fails")
    def fails(k: int = 0) -> None:
        raise IndexMismatch("embed it again") if k == 1 else RuntimeError(SECRET)

    @router.get("/page", response_class=HTMLResponse)
    def page() -> HTMLResponse:
        return HTMLResponse("", headers={"Content-Security-Policy": "default-src 'self'"})

    app = create_app(
        store,
        routers=[router],
        clock=lambda: NOW,
        log=lambda event, **fields: lines.append({"event": event} | fields),
    )
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def test_a_request_is_one_line_without_text_query_or_id_of_a_person(
    client: TestClient, lines: list[Line]
) -> None:
    client.post(
        "/feedback",
        params={"q": SECRET},
        json=BODY | {"feedback_text": SECRET},
        headers={"X-Request-Id": "r-1", "User-Agent": SECRET},
    )
    (line,) = lines
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "request_id": "r-1",
        "method": "POST",
        "route": "/feedback",
        "status": 201,
        "caller": "local",
    }


def test_a_path_that_does_not_exist_is_not_repeated_in_log_and_metrics(
    client: TestClient, lines: list[Line]
) -> None:
    answers = [client.get(f"/{SECRET}/{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert {line["route"] for line in lines} == {"unmatched"}
    assert SECRET not in client.get("/metrics").text


def test_what_nobody_foresaw_is_answered_500_and_logged_by_type_and_place(
    client: TestClient, lines: list[Line], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = client.get("/fails")

    assert (answer.status_code, answer.json()) == (500, {"detail": "the service failed"})
    assert lines[0]["status"] == 500
    assert lines[0]["fault"].startswith("RuntimeError at client.<locals>.fails:")
    assert "555" not in str(lines) + caplog.text + answer.text


def test_an_index_that_does_not_fit_the_model_is_answered_503(client: TestClient) -> None:
    answer = client.get("/fails", params={"k": 1})
    assert (answer.status_code, answer.json()) == (503, {"detail": "embed it again"})


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-123.Z_9", True), ("a" * 65, False), ("a b", False), ("<script>", False), ("", False)],
)
def test_an_id_of_the_caller_is_kept_where_it_is_a_plain_word(
    client: TestClient, lines: list[Line], given: str, kept: bool
) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": given})
    shown = answer.headers["X-Request-Id"]
    assert shown == lines[0]["request_id"]
    assert (shown == given) is kept
    assert kept or len(shown) == 32


@pytest.mark.parametrize(
    ("path", "status"),
    [("/healthz", 200), ("/nothing", 404), ("/fails", 500), ("/feedback", 405)],
)
def test_every_answer_forbids_scripts_frames_guessing_and_keeping(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    found = {name: answer.headers[name] for name in SAFE}
    assert found == SAFE


SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@pytest.mark.parametrize("path", ["/page", "/docs"])
def test_a_page_of_ours_says_itself_what_it_loads(client: TestClient, path: str) -> None:
    policies = client.get(path).headers.get_list("Content-Security-Policy")
    assert len(policies) == 1
    assert "'self'" in policies[0]


def test_metrics_count_requests_events_turns_and_what_is_unprocessed(
    client: TestClient, store: FeedbackStore
) -> None:
    client.post("/feedback", json=BODY)
    client.post("/feedback", json=BODY)
    client.post("/feedback", json=BODY | {"rating": 1})
    client.post("/feedback", json=BODY | {"rating": 9})
    client.post("/feedback/batch", json={"events": [BODY, BODY | {"event_id": "e2"}, {}]})
    client.post("/messages", json=TURN)
    client.get("/nothing")
    store.mark_processed(1)
    page = client.get("/metrics")

    assert page.headers["Content-Type"].startswith("text/plain; version=")
    found = dict(line.rsplit(" ", 1) for line in page.text.splitlines() if not line.startswith("#"))
    wanted = {
        'aidp_http_requests_total{method="POST",route="/feedback",status="201"}': "1.0",
        'aidp_http_requests_total{method="POST",route="/feedback",status="200"}': "1.0",
        'aidp_http_requests_total{method="POST",route="/feedback",status="409"}': "1.0",
        'aidp_http_requests_total{method="POST",route="/feedback",status="422"}': "1.0",
        'aidp_http_requests_total{method="POST",route="/feedback/batch",status="200"}': "1.0",
        'aidp_http_requests_total{method="POST",route="/messages",status="201"}': "1.0",
        'aidp_http_requests_total{method="GET",route="unmatched",status="404"}': "1.0",
        'aidp_http_request_seconds_count{route="/feedback"}': "4.0",
        'aidp_feedback_events_total{outcome="stored"}': "2.0",
        'aidp_feedback_events_total{outcome="already stored"}': "2.0",
        'aidp_feedback_events_total{outcome="conflict"}': "1.0",
        'aidp_feedback_events_total{outcome="refused"}': "1.0",
        'aidp_turns_total{outcome="stored"}': "1.0",
        "aidp_feedback_unprocessed": "1.0",
        "aidp_store_failures_total": "0.0",
    }
    assert {name: found.get(name) for name in wanted} == wanted


def test_a_store_that_fails_is_counted_and_the_other_figures_are_still_shown(
    client: TestClient, store: FeedbackStore, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "feedback.sqlite", isolation_level=None)) as other:
        other.execute("drop table totals")
    assert client.post("/feedback", json=BODY).status_code == 503
    page = client.get("/metrics").text
    assert "aidp_store_failures_total 1.0" in page
    assert "aidp_feedback_unprocessed NaN" in page


def test_a_line_of_the_log_is_json_with_its_time(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log_to_stderr()("request", route="/feedback", caller=None)
    line = json.loads(capfdbinary.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "request", "route": "/feedback", "caller": None}


def test_a_browser_of_another_site_is_refused_by_default(client: TestClient) -> None:
    answer = client.options("/feedback", headers=PREFLIGHT)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://app.example.com", True),
        ("https://app.example.com.evil.example", False),
        ("http://app.example.com", False),
        ("null", False),
    ],
)
def test_only_pages_that_were_named_may_call_from_a_browser(
    store: FeedbackStore, origin: str, allowed: bool
) -> None:
    options = ServiceOptions(cors_origins=("https://app.example.com",))
    with TestClient(create_app(store, options=options)) as client:
        preflight = client.options("/feedback", headers=PREFLIGHT | {"Origin": origin})
        refused = client.post("/feedback", json={}, headers={"Origin": origin})
    assert preflight.status_code == (200 if allowed else 400)
    for answer in (preflight, refused):
        shown = answer.headers.get("Access-Control-Allow-Origin")
        assert shown == (origin if allowed else None)
        assert "Access-Control-Allow-Credentials" not in answer.headers


PREFLIGHT = {
    "Origin": "https://app.example.com",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}
