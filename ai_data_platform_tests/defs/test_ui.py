"""The Dagster UI in a real browser: lineage, checks and partitions of the small world."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest

from ai_data_platform.settings import CHECKOUT
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1800,1200",
)


_DRAWN = """
return [...document.images]
    .filter(i => i.src.startsWith('data:image/png') && i.naturalWidth > 0 && i.clientWidth > 0)
    .map(i => ({alt: i.alt, width: i.clientWidth, height: i.clientHeight}))
"""


@pytest.fixture(scope="module")
def address(built: World) -> Iterator[str]:
    """`aidp dev` over the built world, in a process group of its own so that all of it goes away again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = built.settings
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AIDP_", "DAGSTER_"))},
        "AIDP_HOME": str(settings.home),
        "AIDP_CHAT_LOGS": str(settings.chat_logs),
        "AIDP_DOCUMENTS": ",".join(settings.documents),
        "AIDP_FEEDBACK_FILES": str(settings.feedback_files),
        "AIDP_EVAL_QUESTIONS": str(settings.eval_questions),
        "AIDP_START_DAY": "2025-03-01",
    }
    command = [str(Path(sys.executable).with_name("aidp")), "dev", "--port", str(port)]
    log = (built.folder / "dev.log").open("w")
    server = subprocess.Popen(
        command, env=environment, cwd=CHECKOUT, stdout=log, stderr=log, start_new_session=True
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/server_info")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        time.sleep(2)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        log.close()


def _wait_for(url: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(1)
    raise TimeoutError(f"no answer at {url}")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip(
            "no chromium and chromedriver on this machine: install both to run the browser tests"
        )
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path_factory.mktemp("profile")
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    opened = webdriver.Chrome(service=webdriver.ChromeService(driver), options=options)
    yield opened
    opened.quit()


def _text(browser: object, url: str, *wanted: str) -> str:
    """The page's text once it holds every wanted word, or what it held after 45 seconds."""
    from selenium.webdriver.common.by import By

    browser.get(url)
    text = ""
    for _ in range(90):
        text = browser.find_element(By.TAG_NAME, "body").text
        if all(word in text for word in wanted):
            return text
        time.sleep(0.5)
    return text


def test_the_lineage_shows_every_lane(address: str, browser: object) -> None:
    groups = ("raw", "training_data", "preference", "knowledge_base", "published")
    text = _text(browser, f"{address}/asset-groups", *groups)
    assert [group for group in groups if group not in text] == []


def test_the_checks_of_the_index_show_score_and_threshold(address: str, browser: object) -> None:
    url = f"{address}/assets/rag_eval_scores?view=checks&checkDetail=faithfulness"
    text = _text(browser, url, "faithfulness", "no_chunk_missing", "blocking", "threshold")
    assert "This is a blocking asset check" in text
    assert "score" in text
    assert "threshold" in text


def test_a_rule_on_a_lower_bound_plots_the_mean_beside_it(address: str, browser: object) -> None:
    url = f"{address}/assets/rag_eval_scores?view=checks&checkDetail=hit_at_5"
    text = _text(browser, url, "Plots", "mean", "score", "threshold")
    plots = text.partition("Plots")[2].split("\n")
    assert [name for name in ("mean", "score", "threshold") if name not in plots] == []


@pytest.mark.parametrize("asset", ["rag_eval_scores", "knowledge_base"])
def test_the_measures_are_a_picture_that_the_browser_draws(
    address: str, browser: object, asset: str
) -> None:
    from selenium.webdriver.common.by import By

    _text(browser, f"{address}/assets/{asset}?view=overview", "measures", "[Show Markdown]")
    browser.find_element(By.LINK_TEXT, "[Show Markdown]").click()
    for _ in range(60):
        drawn = browser.execute_script(_DRAWN)
        if drawn:
            break
        time.sleep(0.5)
    (picture,) = drawn
    assert picture["alt"] == "Measures with their lower bounds"
    assert picture["width"] > 400
    assert picture["height"] > 200


def test_the_worst_questions_are_a_table(address: str, browser: object) -> None:
    text = _text(browser, f"{address}/assets/rag_eval_scores?view=overview", "worst_questions")
    names = ("question", "hit@5", "MRR@10", "context recall", "published", "unsupported")
    assert " ".join(names) in text


def test_the_partitions_of_the_chat_logs_are_filled_by_day(address: str, browser: object) -> None:
    text = _text(browser, f"{address}/assets/raw_chat_logs?view=partitions", "Materialized (7)")
    assert "Materialized (7)" in text
    assert "Failed (0)" in text


def test_an_asset_page_shows_description_columns_and_drops(address: str, browser: object) -> None:
    text = _text(browser, f"{address}/assets/sft_dataset?view=overview", "dropped_by_reason")
    assert "Candidate of the SFT dataset" in text
    assert "the conversation: role and content" in text.replace("`", "")
    assert "dropped_by_reason" in text


def test_sensors_and_schedule_are_on(address: str, browser: object) -> None:
    names = (
        "new_chat_logs",
        "changed_documents",
        "enough_feedback",
        "hourly_knowledge_base_refresh",
    )
    text = _text(browser, f"{address}/automation", *names)
    assert [name for name in names if name not in text] == []
