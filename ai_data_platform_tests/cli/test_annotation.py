"""`aidp annotation-queue` on a small home."""

import json
from pathlib import Path

from ai_data_platform.stores.home import Home
from ai_data_platform_tests.cli.conftest import Aidp
from ai_data_platform_tests.stores.annotated import Annotated


def test_the_queue_is_shown_and_written_whole(home: Home, aidp: Aidp, tmp_path: Path) -> None:
    annotated = Annotated(home.root)
    annotated.refresh()

    shown = aidp("annotation-queue", "-k", "2", "--out", "queue.jsonl")

    assert shown.exit_code == 0, shown.output
    assert "3 items, written to queue.jsonl" in shown.stdout
    assert shown.stdout.count("How long is cable") == 2
    assert len((tmp_path / "queue.jsonl").read_text().splitlines()) == 3
    printed = json.loads(aidp("annotation-queue", "-k", "2", "--json").stdout)
    assert printed == annotated.items()[:2]


def test_before_the_first_build_it_says_what_to_run(aidp: Aidp) -> None:
    shown = aidp("annotation-queue")
    assert shown.exit_code == 1
    assert "run `aidp run`" in " ".join(shown.output.split())
