"""Takes the pictures of the web snippet anew, in headless Chromium.

.venv/bin/python docs/generate_pictures.py
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ai_data_platform.stores.feedback import open_feedback
from ai_data_platform_tests.chromium import chromium
from ai_data_platform_tests.client.services import serving

IMAGES = Path(__file__).with_name("images")
_SNIPPET = "const root = document.querySelectorAll('aidp-feedback')[arguments[0]].shadowRoot;"


def main() -> None:
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        open_feedback(Path(folder) / "feedback.sqlite") as store,
        serving(store) as url,
        chromium(Path(folder) / "profile") as browser,
    ):
        browser.get(f"{url}/demo")
        _rate(browser, 0, 0)
        _rate(browser, 1, 3)
        browser.execute_script(
            f"{_SNIPPET} root.querySelector('textarea').value = arguments[1]",
            1,
            "Say which filter to buy.",
        )
        _picture(browser, "web-snippet-light.png", "light", 720, 715)
        browser.execute_cdp_cmd("Network.enable", {})
        browser.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
        )
        browser.execute_script(f"{_SNIPPET} root.querySelector('form').requestSubmit()", 1)
        _picture(browser, "web-snippet-dark-offline.png", "dark", 400, 915)


def _rate(browser: Any, answer: int, choice: int) -> None:
    browser.execute_script(
        f"{_SNIPPET} root.querySelectorAll('[role=group] button')[arguments[1]].click()",
        answer,
        choice,
    )


def _picture(browser: Any, name: str, scheme: str, width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    time.sleep(0.5)  # the answers of the service, and the paint
    (IMAGES / name).write_bytes(browser.get_screenshot_as_png())


if __name__ == "__main__":
    main()
