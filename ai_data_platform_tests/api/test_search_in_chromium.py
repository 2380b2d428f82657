"""The search page in a real browser: marked words, filters, and the candidate beside what readers see."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from ai_data_platform.stores.feedback import open_feedback
from ai_data_platform.stores.search import KnowledgeBase
from ai_data_platform_tests.chromium import chromium
from ai_data_platform_tests.client.services import serving
from ai_data_platform_tests.stores.logs import write
from ai_data_platform_tests.stores.test_index_audit import Base
from ai_data_platform_tests.stores.test_search import LENIENT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Page"]:
    base = Base(tmp_path_factory.mktemp("base"))
    script = b"Type `<script>alert(1)</script>` into the sprocket field of the form.\n"
    write(base.folder / "form.md", b"# The form\n\n" + script)
    base.build()
    base.publish(base.audit(thresholds=LENIENT))
    write(base.folder / "new.md", b"# New here\n\nOil the sprocket with care every evening.\n")
    base.build()
    search = KnowledgeBase(base.home, base.embedder).search
    folder = tmp_path_factory.mktemp("browser")
    with (
        open_feedback(folder / "feedback.sqlite") as store,
        serving(store, search=search) as url,
        chromium(folder) as browser,
    ):
        yield Page(browser, f"{url}/knowledge")


class Page:
    """What a person asks and sees."""

    def __init__(self, browser: Any, url: str) -> None:
        self.browser, self.url = browser, url

    def ask(self, **parameters: str) -> None:
        self.browser.get(f"{self.url}?{urlencode(parameters)}")
        self.wait()

    def wait(self) -> None:
        def answered(_: Any) -> bool:
            return self.message() not in ("", "Searching …")

        WebDriverWait(self.browser, 15).until(answered)

    def message(self) -> str:
        return str(self.browser.find_element(By.ID, "message").text)

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.browser.find_elements(By.CSS_SELECTOR, selector)]


def test_a_question_is_asked_by_keyboard_and_its_words_are_marked(page: Page) -> None:
    page.browser.get(page.url)
    page.browser.switch_to.active_element.send_keys("sprockets", Keys.ENTER)
    page.wait()
    assert page.texts("h3")[0] == "1. The form"
    assert "<script>alert(1)</script>" in page.texts("li p")[0]
    assert page.texts("mark") == ["sprocket"]
    assert "q=sprockets" in page.browser.current_url  # the address can be handed on
    assert page.browser.get_log("browser") == []


def test_the_candidate_stands_beside_what_readers_see(page: Page) -> None:
    page.ask(q="sprocket", mode="text", compare="1")
    published, candidate = page.texts("section")
    assert published.startswith("Published: ")
    assert candidate.startswith("Candidate: not served to readers")
    assert "New here" in candidate
    assert "New here" not in published
    assert page.texts(".moved").count("only here") == 1


def test_filters_narrow_the_passages_and_nothing_found_is_said(page: Page) -> None:
    page.ask(q="sprocket", below="form", mode="text")
    assert page.message() == "1 passage"
    page.ask(q="sprocket", below="elsewhere/")
    assert (page.message(), page.texts("li")) == ("No passage was found.", [])


def test_a_question_that_is_refused_says_so(page: Page) -> None:
    page.ask(q="sprocket", mode="text", source="x" * 501)
    assert page.message() == "The service refused the question."
