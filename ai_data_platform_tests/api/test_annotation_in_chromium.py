"""Labelling in a real browser by keyboard: each choice stored once, also when the service is away."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ai_data_platform.api.annotation_routes import annotation_routes
from ai_data_platform.stores.annotation import AnnotationQueue
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform_tests.chromium import chromium
from ai_data_platform_tests.client.services import free_port, serving
from ai_data_platform_tests.stores.annotated import Annotated

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


class Page:
    """What a person does, and what is stored of it."""

    def __init__(self, browser: Any, store: FeedbackStore) -> None:
        self.browser, self.store = browser, store

    def text(self, id: str) -> str:
        return str(self.browser.find_element(By.ID, id).text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.browser.find_element(By.TAG_NAME, "body").send_keys(key)

    def sign_in(self, url: str, name: str) -> None:
        self.browser.get(f"{url}/annotate")
        wait_for(lambda: self.browser.find_element(By.ID, "who-value").is_displayed())
        self.browser.find_element(By.ID, "who-value").send_keys(name, Keys.ENTER)
        wait_for(lambda: self.text("progress"))

    def stored(self) -> list[tuple[str | None, str | None, int]]:
        today = datetime.now(UTC).date().isoformat()
        return [(e.user_id, e.message_id, e.rating) for e in self.store.events_of_day(today)]


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[tuple[Page, Callable[[int], Any]]]:
    """The page, and the service over three items on a port."""
    annotated = Annotated(tmp_path / "home")
    annotated.refresh()
    with open_feedback(tmp_path / "feedback.sqlite") as store:
        clock = lambda: datetime.now(UTC)  # noqa: E731
        routes = annotation_routes(AnnotationQueue(annotated.home), store, clock)
        yield Page(browser, store), lambda port: serving(store, port, routers=[routes])


def wait_for(said: Callable[[], Any], seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := said()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return value


def test_a_person_labels_by_keyboard_and_changes_their_mind(page: Any) -> None:
    person, service = page
    with service(0) as url:
        person.sign_in(url, "kim")
        assert person.text("progress") == "0 labelled · 3 to go"
        left, right = person.text("left"), person.text("right")
        assert {"Ten metres."} < {left, right}
        assert any("<b>Two</b> metres" in text for text in (left, right))  # shown as it was written

        person.press(Keys.ARROW_LEFT)
        wait_for(lambda: person.text("saved") == "Everything is stored")
        better = {message for _, message, rating in person.stored() if rating == 5}
        assert {message[-1] for message in better} == {"a" if left == "Ten metres." else "b"}

        person.press("z")
        assert (person.text("left"), person.text("progress")) == (left, "0 labelled · 2 to go")
        person.press("0", "s", "2")
        wait_for(lambda: len(person.stored()) == 6)
        assert [rating for _, _, rating in person.stored()[2:]] == [3, 3, 1, 5]
        wait_for(lambda: "what you skipped" in person.text("message"))
        assert person.text("progress") == "2 labelled"


def test_choices_made_while_the_service_is_away_are_stored_when_it_is_back(page: Any) -> None:
    person, service = page
    port = free_port()
    with service(port) as url:
        person.sign_in(url, "lee")
    person.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    wait_for(lambda: "not stored yet: trying again" in person.text("saved"))
    assert person.stored() == []
    with service(port):
        wait_for(lambda: len(person.stored()) == 4)
        wait_for(lambda: person.text("saved") == "Everything is stored")
    assert {user for user, _, _ in person.stored()} == {"lee"}
    log = [line["message"] for line in person.browser.get_log("browser")]
    assert not [line for line in log if "Content Security Policy" in line]
