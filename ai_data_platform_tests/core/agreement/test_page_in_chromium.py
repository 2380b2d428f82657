"""The page on agreement in a real browser."""

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from ai_data_platform.core.agreement import Demand, agreement_page, read_labels, study_of
from ai_data_platform_tests.chromium import chromium
from ai_data_platform_tests.core.agreement.simulated import simulated

pytestmark = pytest.mark.slow

WRITING_OUTSIDE = """
return [...document.querySelectorAll("svg text")].filter(text => {
  const own = text.getBoundingClientRect(), all = text.closest("svg").getBoundingClientRect();
  return own.left < all.left - 1 || own.right > all.right + 1;
}).map(text => text.textContent);
"""


def test_the_page_is_whole_at_two_widths_and_draws_a_line_for_each_rater(tmp_path: Path) -> None:
    table = simulated(200, (0.95, 0.95, 0.95, 0.1))
    study = study_of("preference", read_labels(table, "nominal"), table, [], Demand())
    path = tmp_path / "agreement.html"
    path.write_bytes(agreement_page("Agreement", [study], ["preference"]))
    with chromium(tmp_path / "profile") as browser:
        for width in (1200, 400):
            browser.set_window_size(width, 900)
            browser.get(path.as_uri())
            wide = browser.execute_script("return document.documentElement.scrollWidth")
            assert wide <= browser.execute_script("return window.innerWidth")
            assert browser.execute_script(WRITING_OUTSIDE) == []
        dots = browser.find_elements(By.CSS_SELECTOR, "circle title")
        said = [dot.get_attribute("textContent") for dot in dots]
        names = [one.split(":")[0] for one in said]
        assert names[:2] == ["preference", "r3"]
        assert sorted(names[2:]) == ["r0", "r1", "r2"]
        pill = browser.find_element(By.CSS_SELECTOR, ".pill.bad").text
        assert pill == "people do not agree enough, or too few were asked"
        assert browser.get_log("browser") == []
