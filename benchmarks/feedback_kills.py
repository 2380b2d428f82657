"""The service killed at random under load: what it acknowledged is there, once, and built once.

`--kills N` times for each store, SQLite and PostgreSQL. Four clients rate two answers to each of 40
questions; beside them the trigger's sensor ticks and its runs are executed in a process that is killed as
well. Target: 0 acknowledged events lost, 0 counted twice, 0 builds missed or repeated.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir

from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from benchmarks.feedback_load import Clients, Service
from benchmarks.measuring import show, temporary_folder

__all__ = ["Outcome", "Plan", "killed_under_load", "main"]

_SETTLED_WITHIN = (
    600.0  # seconds: a run that was killed is found out and asked for again in four minutes
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each process is killed, and how many ratings start a build."""

    kills: int
    ticker_kills: int
    trigger: int
    seed: int = 5
    longest_life_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was acknowledged, and what became of it.

    A build is a candidate that was judged; `broken_off` counts verdicts that were given on one twice,
    because the process was killed before it had laid the candidate down. Builds are missed when enough
    ratings for one are left at the end, repeated when one adds fewer ratings than the trigger asks for.
    """

    acknowledged: int
    stored: int
    lost: int
    counted_twice: int
    turns_lost: int
    refused: int
    builds: int
    broken_off: int
    builds_missed: int
    builds_repeated: int
    unbuilt: int


def killed_under_load(folder: Path, plan: Plan, store_url: str | None = None) -> Outcome:
    """Load a service, kill it and the ticker, let all of it come to rest, and count."""
    settings = _settings(folder, plan, store_url)
    service, choice = Service(settings, folder / "serve.log"), random.Random(plan.seed)
    service.start()
    at = sorted(choice.sample(range(plan.kills), plan.ticker_kills))
    with Ticker(settings, folder / "ticker.log") as ticker:
        with Clients(service.port, 4, 0.02, plan.seed) as clients:
            for kill in range(plan.kills):
                time.sleep(choice.uniform(0.05, plan.longest_life_s))
                service.kill()
                if kill in at:
                    ticker.kill()
                    ticker.start()
                service.start()
        service.kill()
        home = Home(folder / "home", CHECKOUT / "dbt_project", feedback_store=store_url)
        _come_to_rest(home, plan.trigger)
    with home.feedback:
        return _count(home, clients, plan.trigger)


class Ticker:
    """`benchmarks.feedback_ticker` in a process of its own."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIDP_")}
        self._environment = {**inherited, **settings, "PYTHONPATH": str(CHECKOUT)}
        self._log = log

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "benchmarks.feedback_ticker"],
                env=self._environment,
                cwd=gettempdir(),
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> "Ticker":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()


def _settings(folder: Path, plan: Plan, store_url: str | None) -> dict[str, str]:
    (folder / "logs").mkdir()
    return {
        "AIDP_HOME": str(folder / "home"),
        "AIDP_CHAT_LOGS": str(folder / "logs"),
        "AIDP_FEEDBACK_TRIGGER": str(plan.trigger),
        "AIDP_SFT_KEEP_UNRATED": "true",  # the turns carry no ratings of their own
        **({"AIDP_FEEDBACK_STORE": store_url} if store_url else {}),
    }


def _come_to_rest(home: Home, trigger: int) -> None:
    patience = time.monotonic() + _SETTLED_WITHIN
    while home.feedback.unprocessed() >= trigger and time.monotonic() < patience:
        time.sleep(1)


def _count(home: Home, clients: Clients, trigger: int) -> Outcome:
    store = home.feedback
    days = {
        day: [(e.event_id, e.source_line) for e in store.events_of_day(day)] for day in store.days()
    }
    stored = Counter(name for events in days.values() for name, _ in events)
    turns = {one.message_id for day in store.turn_days() for one in store.turns_of_day(day)}
    total = store.last_sequence()
    twice = sum(count - 1 for count in stored.values()) + abs(total - stored.total())
    reached, verdicts = _builds(home, {day: [n for _, n in events] for day, events in days.items()})
    added = [after - before for before, after in pairwise([0, *reached])]
    unbuilt = total - max(reached, default=0)
    return Outcome(
        acknowledged=len(clients.acknowledged),
        stored=total,
        lost=len(clients.acknowledged - set(stored)),
        counted_twice=twice + len(set(stored) - clients.sent),
        turns_lost=len(set(clients.turns) - turns),
        refused=len(clients.refused),
        builds=len(reached),
        broken_off=verdicts - len(reached),
        builds_missed=unbuilt // trigger,
        builds_repeated=sum(step < trigger for step in added),
        unbuilt=unbuilt,
    )


def _builds(home: Home, events: dict[str, list[int]]) -> tuple[list[int], int]:
    """The last event before the first one that each candidate lacks, in order; and all verdicts given."""
    verdicts = [found.verdict for found in home.ledger.history("preference_dataset", limit=10_000)]
    candidates = dict.fromkeys(
        (v.fingerprint, v.inputs["preference_pairs"]) for v in reversed(verdicts)
    )
    reached = []
    for _, pairs in candidates:
        made = home.ledger.find("preference_pairs", pairs)
        assert made is not None
        held = {
            name.removeprefix("raw_feedback/"): _upto(home, name, content)
            for name, content in made.verdict.inputs.items()
            if name.startswith("raw_feedback/")
        }
        lacking = (n for day, numbers in events.items() for n in numbers if n > held.get(day, 0))
        reached.append(min(lacking, default=home.feedback.last_sequence() + 1) - 1)
    return reached, len(verdicts)


def _upto(home: Home, table: str, content: str) -> int:
    asset, _, day = table.partition("/")
    found = home.ledger.find(asset, content, day)
    assert found is not None
    figures = found.verdict.figures.items()
    return int(next(value or 0 for name, value in figures if name.startswith("events_upto_")))


@contextmanager
def _stores(names: list[str]) -> Iterator[dict[str, str | None]]:
    """The URL of each store that was asked for; None is the file in the home."""
    with ExitStack() as servers:
        found: dict[str, str | None] = {}
        for name in names:
            if name == "postgres":
                from ai_data_platform_tests.servers import started_postgres

                found[name] = servers.enter_context(started_postgres()).url
            else:
                found[name] = None
        yield found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--ticker-kills", type=int, default=10)
    parser.add_argument("--trigger", type=int, default=2_000)
    asked = parser.parse_args()
    plan = Plan(asked.kills, asked.ticker_kills, asked.trigger)
    rows: list[list[object]] = []
    with _stores(asked.stores) as urls:
        for name, url in urls.items():
            with temporary_folder() as folder:
                outcome = killed_under_load(folder, plan, url)
                rows += [[name, field, value] for field, value in asdict(outcome).items()]
    title = f"{plan.kills} kills of the service, {plan.ticker_kills} of the sensor and its runs, under load"
    show(title, ["store", "what", "count"], rows)


if __name__ == "__main__":
    main()
