"""The web snippet in a real browser: rated once, stored once, online or not, by mouse and by keyboard."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform.stores.tokens import TokenStore
from ai_data_platform_tests.chromium import chromium
from ai_data_platform_tests.client.services import free_port, serving

pytestmark = pytest.mark.slow

_KEPT = "Saved on this device. It will be sent when the service can be reached."
_PART = """
const [answer, selector] = arguments;
return document.querySelectorAll('aidp-feedback')[answer].shadowRoot.querySelectorAll(selector)
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    with open_feedback(tmp_path / "feedback.sqlite") as opened:
        yield opened


@pytest.fixture
def page(browser: Any, store: FeedbackStore) -> Iterator["Page"]:
    """The demo page over an empty store; each has an origin, and so a storage, of its own."""
    with serving(store) as url:
        opened = Page(browser, store, f"{url}/demo")
        opened.load()
        yield opened
        opened.offline(wanted=False)


class Page:
    """What a person does on the page, and what is stored of it."""

    def __init__(self, browser: Any, store: FeedbackStore, url: str) -> None:
        self.browser, self.store, self.url = browser, store, url

    def load(self) -> None:
        self.browser.get(self.url)
        wait_for(lambda: self.parts(1, "button"), bool)

    def parts(self, answer: int, selector: str) -> list[Any]:
        """Elements inside the snippet below the first (thumbs) or second answer (stars)."""
        found: list[Any] = self.browser.execute_script(_PART, answer, selector)
        return found

    def rate(self, answer: int, choice: int) -> None:
        self.parts(answer, "[role=group] button")[choice].click()

    def write(self, answer: int, text: str) -> None:
        self.parts(answer, "textarea")[0].send_keys(text)
        self.parts(answer, "form button")[0].click()

    def status(self, answer: int) -> str:
        return str(self.parts(answer, "[role=status]")[0].text)

    def pressed(self, answer: int) -> list[int]:
        buttons = self.parts(answer, "[role=group] button")
        return [n for n, b in enumerate(buttons) if b.get_attribute("aria-pressed") == "true"]

    def offline(self, *, wanted: bool) -> None:
        self.network(offline=wanted, latency=0)

    def network(self, *, offline: bool, latency: int) -> None:
        """Latency in milliseconds."""
        speed = {"downloadThroughput": -1, "uploadThroughput": -1}
        conditions = {"offline": offline, "latency": latency, **speed}
        self.browser.execute_cdp_cmd("Network.enable", {})
        self.browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    def kept(self) -> int:
        """Letters in the browser's storage."""
        code = "return Object.keys(localStorage).filter(key => key.includes(':box:')).length"
        return int(self.browser.execute_script(code))

    def events(self) -> list[FeedbackEvent]:
        return [event for day in self.store.days() for event in self.store.events_of_day(day)]

    def said(self) -> list[tuple[str | None, int, str, str | None]]:
        return [(e.message_id, e.rating, e.kind, e.feedback_text) for e in self.events()]


def wait_for(seen: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float = 5.0) -> Any:
    """What is seen once it is what is wanted, or after so many seconds."""
    deadline = time.monotonic() + seconds
    while not wanted(found := seen()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def test_thumbs_stars_and_a_text_are_stored(page: Page) -> None:
    page.rate(0, 1)
    page.rate(1, 3)
    page.write(1, "Say which filter to buy.")
    said = wait_for(page.said, lambda found: len(found) == 3)
    assert sorted(said, key=str) == [
        ("demo-1", 1, "thumbs", None),
        ("demo-2", 4, "stars", "Say which filter to buy."),
        ("demo-2", 4, "stars", None),
    ]
    assert wait_for(lambda: page.status(1), lambda text: text == "Thank you.") == "Thank you."
    assert len({event.user_id for event in page.events()}) == 1
    assert page.kept() == 0
    assert page.browser.get_log("browser") == []


def test_a_rating_given_offline_is_sent_once_when_the_network_is_back(page: Page) -> None:
    page.offline(wanted=True)
    for choice in (1, 2, 3, 4):  # then the next try is four seconds away, but for the event
        page.rate(1, choice)
        assert wait_for(lambda: page.status(1), lambda text: text == _KEPT) == _KEPT
    assert (page.kept(), page.said()) == (4, [])

    page.offline(wanted=False)
    assert wait_for(page.kept, lambda left: left == 0, seconds=3.5) == 0
    assert page.status(1) == "Thank you."
    assert page.said() == [("demo-2", rating, "stars", None) for rating in (2, 3, 4, 5)]


def test_a_page_that_is_loaded_again_while_offline_sends_what_it_kept(
    browser: Any, store: FeedbackStore
) -> None:
    """The service goes away: the page is in the browser's cache, as an app's page would be."""
    port = free_port()
    page = Page(browser, store, f"http://127.0.0.1:{port}/demo")
    with serving(store, port):
        page.load()
    page.rate(0, 0)
    page.rate(1, 1)
    wait_for(lambda: page.status(0), lambda text: text == _KEPT)
    page.load()
    assert wait_for(lambda: page.status(0), lambda text: text == _KEPT) == _KEPT
    assert (page.pressed(0), page.pressed(1)) == ([0], [1])
    assert page.kept() == 2
    with serving(store, port):
        page.load()
        said = wait_for(page.said, lambda found: len(found) == 2)
        wait_for(page.kept, lambda left: left == 0)
    assert said == [("demo-1", 5, "thumbs", None), ("demo-2", 2, "stars", None)]
    assert page.kept() == 0


def test_an_answer_that_is_lost_on_the_way_does_not_count_a_rating_twice(page: Page) -> None:
    page.browser.execute_script(
        "const real = fetch; let first = true;"
        "window.fetch = async (...all) => {"
        "  const answer = await real(...all);"
        "  if (first) { first = false; throw new TypeError('the connection broke'); }"
        "  return answer;"
        "};"
    )
    page.rate(0, 0)
    wait_for(lambda: page.status(0), lambda text: text == _KEPT)
    assert wait_for(lambda: page.status(0), lambda text: text == "Thank you.") == "Thank you."
    assert page.said() == [("demo-1", 5, "thumbs", None)]


def test_a_double_click_is_one_rating_and_another_choice_is_a_new_one(page: Page) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    up, down = page.parts(0, "[role=group] button")
    ActionChains(page.browser).double_click(up).perform()
    wait_for(page.said, lambda found: len(found) == 1)
    ActionChains(page.browser).double_click(down).perform()
    said = wait_for(page.said, lambda found: len(found) == 2)
    time.sleep(0.2)
    assert page.said() == said == [("demo-1", 5, "thumbs", None), ("demo-1", 1, "thumbs", None)]
    assert page.pressed(0) == [1]


def test_nothing_moves_when_the_answer_comes(page: Page) -> None:
    page.browser.execute_script("window.real = fetch; window.fetch = () => new Promise(() => {});")
    page.rate(0, 0)
    height = "return document.querySelector('aidp-feedback').offsetHeight"
    before = page.browser.execute_script(height)
    page.browser.execute_script(
        "const detail = {conversation_id: 'demo', message_id: 'demo-1', state: 'stored'};"
        "dispatchEvent(new CustomEvent('aidp-feedback', {detail}));"
    )
    assert page.status(0) == "Thank you."
    assert page.browser.execute_script(height) == before


def test_script_tags_are_shown_as_they_were_typed(page: Page) -> None:
    text = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    page.rate(0, 1)
    page.write(0, text)
    wait_for(page.said, lambda found: len(found) == 2)
    wait_for(lambda: page.status(0), lambda seen: seen == "Thank you.")

    assert page.parts(0, "p")[0].text == f"You wrote: {text}"
    assert text in page.browser.find_element("id", "events").text
    assert page.parts(0, "script, img") == []
    assert page.browser.title == "Feedback: demo"
    assert {event.feedback_text for event in page.events()} == {None, text}


def test_everything_can_be_done_by_keyboard_alone(page: Page) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    keys = ActionChains(page.browser)
    keys.send_keys(Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB, Keys.SPACE).perform()
    focus = "return document.activeElement.shadowRoot.activeElement.ariaLabel"
    assert page.browser.execute_script(focus) == "3 of 5 stars"
    keys.send_keys(Keys.TAB, Keys.TAB, Keys.TAB, "By keyboard", Keys.TAB, Keys.ENTER).perform()
    said = wait_for(page.said, lambda found: len(found) == 2)
    assert said == [("demo-2", 3, "stars", None), ("demo-2", 3, "stars", "By keyboard")]


def test_every_control_has_a_name_and_a_role(page: Page) -> None:
    page.rate(0, 0)
    page.rate(1, 0)
    tree = page.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    said = [(node.get("role", {}).get("value"), node.get("name", {}).get("value")) for node in tree]
    inputs = [(role, name) for role, name in said if role in {"button", "textbox", "group"}]
    names = ["Good answer", "Bad answer", *(f"{n} of 5 stars" for n in range(1, 6))]
    form = [("group", "Rate this answer"), ("textbox", "Anything to add?"), ("button", "Send")]
    assert sorted(inputs) == sorted([("button", name) for name in names] + form + form)
    assert [role for role, _ in said].count("status") == 2


def test_a_page_under_way_to_another_still_sends_the_rating(page: Page) -> None:
    """The click and the farewell come in one task; `keepalive` is what the standard promises this for."""
    page.network(offline=False, latency=300)
    page.browser.execute_script(
        "const real = fetch;"
        "window.fetch = (url, options) => {"
        "  localStorage.keepalive = options.keepalive; return real(url, options);"
        "};"
        "document.querySelector('aidp-feedback').shadowRoot.querySelector('button').click();"
        "location.href = 'about:blank';"
    )
    assert wait_for(page.said, bool) == [("demo-1", 5, "thumbs", None)]
    page.load()
    assert page.browser.execute_script("return localStorage.keepalive") == "true"


def test_a_refusal_for_good_is_said_and_not_sent_again(page: Page) -> None:
    page.browser.execute_script(
        "document.querySelector('aidp-feedback').setAttribute('conversation-id', 'x'.repeat(300))"
    )
    page.rate(0, 0)
    refused = "The service did not accept this."
    assert wait_for(lambda: page.status(0), lambda text: text == refused) == refused
    assert (page.kept(), page.said()) == (0, [])


def test_the_page_opens_without_a_token_and_a_rating_waits_for_one(
    browser: Any, store: FeedbackStore, tmp_path: Path
) -> None:
    tokens = TokenStore(tmp_path / "tokens.json")
    token = tokens.create("page", ["ingest"], datetime.now(UTC))
    with serving(store, tokens=tokens) as url:
        page = Page(browser, store, f"{url}/demo")
        page.load()
        page.rate(0, 0)
        assert wait_for(lambda: page.status(0), lambda text: text == _KEPT) == _KEPT
        page.url += f"#token={token}"
        browser.get("about:blank")
        page.load()
        said = wait_for(page.said, bool)
        stored = browser.execute_script(
            "return JSON.stringify({...localStorage, ...sessionStorage})"
        )
    assert said == [("demo-1", 5, "thumbs", None)]
    assert token not in stored


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_over_the_edge_and_everything_can_be_read(
    page: Page, width: int, scheme: str
) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    page.rate(1, 3)
    page.write(1, "A" * 200)
    wait_for(page.said, lambda found: len(found) == 2)

    wide = "return document.documentElement.scrollWidth"
    assert page.browser.execute_script(wide) == width
    sizes = [button.size for button in page.parts(1, "[role=group] button")]
    assert min(min(size.values()) for size in sizes) >= 24  # WCAG 2.2, 2.5.8
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
