"""The web snippet and its page as they are sent: small, cached, and bound to themselves."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ai_data_platform.api.app import create_app
from ai_data_platform.api.options import ServiceOptions
from ai_data_platform.api.widget import STATIC
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback

SNIPPET = STATIC / "feedback.js"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    with open_feedback(tmp_path / "feedback.sqlite") as opened:
        yield opened


@pytest.fixture
def client(store: FeedbackStore) -> Iterator[TestClient]:
    with TestClient(create_app(store)) as opened:
        yield opened


def test_the_snippet_is_less_than_6_kb_on_the_wire(client: TestClient) -> None:
    with client.stream("GET", "/feedback.js", headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(sent) == SNIPPET.read_bytes()
    assert len(sent) < 6_000


@pytest.mark.parametrize("path", ["/feedback.js", "/demo", "/demo.css", "/demo.js"])
def test_a_file_is_sent_once_and_then_known_by_its_tag(client: TestClient, path: str) -> None:
    first = client.get(path, headers={"Accept-Encoding": "identity"})
    tag = first.headers["etag"]
    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    changed = client.get(path, headers={"If-None-Match": '"other"'})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert (again.content, again.headers["etag"]) == (b"", tag)
    assert first.headers["cache-control"] == "public, max-age=300"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in first.headers
    assert client.head(path).headers["etag"] == tag


def test_the_page_may_load_nothing_from_elsewhere(client: TestClient) -> None:
    policy = client.get("/demo").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    texts = [path.read_text() for path in STATIC.iterdir()]
    links = {link for text in texts for link in re.findall(r"https?://[\w./-]+", text)}
    assert links == {"http://www.w3.org/2000/svg"}  # a name, not an address


def test_pages_of_other_origins_may_load_the_snippet_but_not_post(store: FeedbackStore) -> None:
    origin = {"Origin": "https://product.example"}
    with TestClient(create_app(store)) as client:
        script = client.get("/feedback.js", headers=origin)
        asked = client.options(
            "/feedback", headers=origin | {"Access-Control-Request-Method": "POST"}
        )
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in asked.headers


def test_a_page_that_the_settings_name_may_post(store: FeedbackStore) -> None:
    options = ServiceOptions(cors_origins=("https://product.example",))
    headers = {
        "Origin": "https://product.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    with TestClient(create_app(store, options=options)) as client:
        asked = client.options("/feedback", headers=headers)
        script = client.get("/feedback.js", headers={"Origin": "https://product.example"})
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "https://product.example"
    assert script.headers.get_list("access-control-allow-origin") == ["https://product.example"]


def test_no_text_is_ever_made_into_html() -> None:
    code = "".join(path.read_text() for path in STATIC.glob("*.js"))
    dangerous = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    assert re.findall(dangerous, code) == []
