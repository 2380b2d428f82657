"""The loop closed live: ratings posted by the client, the daemon's sensor fires once, a candidate is judged.

On the chats and ratings of the shipped sample in a fresh home: `aidp run` of the preference lane, then `aidp
dev` with its daemon and `aidp serve`; 1,000 ratings go through the client. `--keep` leaves both running until
Enter, to look at the UI.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from ai_data_platform.client import Exchange, FeedbackClient
from ai_data_platform.settings import CHECKOUT, SAMPLE
from ai_data_platform.stores.home import Home
from benchmarks.feedback_load import Service, free_port
from benchmarks.measuring import aidp, show, temporary_folder

__all__ = ["main"]

_RATINGS = 1_000
_QUIET_S = 60.0  # four ticks of the sensor: a second build would have been asked for
_SAMPLE = {
    "AIDP_CHAT_LOGS": str(SAMPLE / "chat_logs"),
    "AIDP_FEEDBACK_FILES": str(SAMPLE / "feedback"),
    "AIDP_START_DAY": "2025-03-01",
    "AIDP_REDACT_RESERVED": "true",
}
_RUNS = (
    "{ runsOrError { ... on Runs { results { jobName status startTime endTime tags { key } } } } }"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    port = asked.port or free_port()
    with temporary_folder() as folder:
        settings = {**_SAMPLE, "AIDP_HOME": str(folder / "home")}
        aidp("run", "+datasets/preference,+datasets/unpaired_preference", settings=settings)
        home = Home(folder / "home", CHECKOUT / "dbt_project")
        before = _judged(home)
        service = Service(settings, folder / "serve.log")
        with _dev(settings, port, folder / "dev.log"):
            service.start()
            try:
                posted = _post(service.port, folder / "outbox.sqlite")
                built = _wait(lambda: home.feedback.unprocessed() == 0)
                ended = _wait(lambda: all(run["endTime"] for run in _runs(port)))
                time.sleep(_QUIET_S)
                _report(home, port, before, {"posted": posted, "built": built, "published": ended})
                if asked.keep:
                    input(f"http://127.0.0.1:{port}/assets/preference_dataset: Enter ends it ")
            finally:
                service.kill()


def _post(port: int, outbox: Path) -> float:
    """The ratings of the sample given by other people, and a conversation; seconds until all were stored."""
    began = time.monotonic()
    lines = (SAMPLE / "feedback" / "part-001.jsonl").read_text().splitlines()
    rated = [row for row in map(json.loads, lines) if _is_good(row)]
    with FeedbackClient(f"http://127.0.0.1:{port}", outbox=outbox) as client:
        client.log_conversation("live", [_EXCHANGE], user_id="live")
        for n in range(_RATINGS):
            row = rated[n % len(rated)]
            place = row["conversation_id"], row["message_id"], row["rating"]
            client.rate(*place, user_id=f"live-{n // len(rated)}-{row['user_id']}")
        if not client.flush(120):
            raise SystemExit("the client could not send its ratings")
    return time.monotonic() - began


def _is_good(row: dict[str, Any]) -> bool:
    """The sample has faults: those are not sent again."""
    ids = ("conversation_id", "message_id", "user_id")
    return row.get("rating") in range(1, 6) and all(isinstance(row.get(i), str) for i in ids)


def _report(home: Home, port: int, before: int, seconds: dict[str, float]) -> None:
    runs = _runs(port)
    asked = [f"{run['jobName']} {run['status'].lower()}" for run in runs]
    verdict = home.ledger.latest("preference_dataset")
    assert verdict is not None
    rows: list[list[object]] = [
        [f"seconds until {what}", round(value, 1)] for what, value in seconds.items()
    ]
    rows += [
        ["ratings that no build has used", home.feedback.unprocessed()],
        ["runs that the sensor asked for", ", ".join(sorted(asked))],
        ["candidates judged", _judged(home) - before],
        ["the last one", verdict.verdict.outcome],
        ["rows published", home.versions("preference").current().rows],
    ]
    show(f"{_RATINGS:,} ratings through the client", ["what", "seen"], rows)


def _judged(home: Home) -> int:
    return len(home.ledger.history("preference_dataset", limit=1_000))


def _wait(reached: Callable[[], bool], most_s: float = 600) -> float:
    """Seconds until it was so."""
    began = time.monotonic()
    while not reached():
        if time.monotonic() - began > most_s:
            raise SystemExit("the loop did not close in ten minutes")
        time.sleep(1)
    return time.monotonic() - began


def _runs(port: int) -> list[dict[str, Any]]:
    """The runs that the trigger asked for."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": _RUNS}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        runs: list[dict[str, Any]] = json.load(answer)["data"]["runsOrError"]["results"]
    return [run for run in runs if "aidp/feedback_after" in {tag["key"] for tag in run["tags"]}]


@contextmanager
def _dev(settings: dict[str, str], port: int, log: Path) -> Iterator[None]:
    """`aidp dev` in a process group of its own, so that all of it goes away again."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AIDP_", "DAGSTER_"))}
    command = [str(Path(sys.executable).with_name("aidp")), "dev", "--port", str(port)]
    with log.open("ab") as file:
        process = subprocess.Popen(
            command,
            env={**inherited, **settings},
            cwd=gettempdir(),
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        try:
            _wait(lambda: _is_up(port))
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5):
            return True
    except OSError:
        return False


_EXCHANGE = Exchange(
    message_id="live-0",
    turn_index=0,
    user_message="Which breaker does the inverter in the cellar need?",
    assistant_message="It needs a breaker of sixteen amperes, says the note of the fitter.",
)

if __name__ == "__main__":
    main()
