"""A platform whose trigger ticks when asked to: real store, lake, ledger, sensor and runs, and small steps.

The steps of the graph are replaced by what they leave behind, so that a run costs milliseconds.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from ai_data_platform.core.conversations import parse_exchange
from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.defs.automation import feedback as module
from ai_data_platform.defs.automation.feedback import enough_feedback
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.feedback_reach import events_upto, mark_built, turns_upto
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days, feedback_days
from ai_data_platform.stores.lake import table_fingerprint

__all__ = ["DAY", "Asked", "Trigger", "event"]

DAY = "2025-03-05"
Asked = tuple[str, str | None, str | None]
"""A requested run: its job, and the first and the last day of its range."""

_CANDIDATES = {
    "preference": "preference_dataset",
    "unpaired_preference": "unpaired_preference_dataset",
}
_SOME = (Rule("rows", ">", 0, "no pairs"),)
_START, _END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def event(number: int, day: str = DAY) -> FeedbackEvent:
    record = {
        "event_id": f"e{number}",
        "conversation_id": "c",
        "message_id": f"m{number}",
        "rating": 4,
        "user_id": f"u{number}",
        "created_at": f"{day}T12:00:00Z",
    }
    found = parse_feedback(record, "feedback_api", 0)
    assert isinstance(found, FeedbackEvent)
    return found


class Trigger:
    def __init__(self, root: Path, instance: dg.DagsterInstance, **settings: Any) -> None:
        self.instance = instance
        self.home = Home(root, CHECKOUT / "dbt_project")
        (root / "logs").mkdir()
        values = {"feedback_trigger": 3, "chat_logs": str(root / "logs")} | settings
        self.settings = Settings(_env_file=None, home=root, **values)
        self.meanwhile: dict[str, Callable[[], None]] = {}
        """What happens inside a run of a job, after it has read and before it has recorded."""
        self._posted = 0

    def post(self, count: int, day: str = DAY) -> None:
        numbers = range(self._posted, self._posted + count)
        self.home.feedback.add_many([event(number, day) for number in numbers])
        self._posted += count

    def say(self, message: str, day: str = DAY) -> None:
        """A turn of a conversation."""
        record = {
            "conversation_id": "c",
            "message_id": message,
            "turn_index": 0,
            "user_message": "Which breaker does the inverter need?",
            "assistant_message": "One of sixteen amperes.",
            "created_at": f"{day}T11:00:00Z",
        }
        turn: Any = parse_exchange(record, "turns_api", 0)
        self.home.feedback.add_turn(turn)

    def requests(self) -> list[dg.RunRequest] | str:
        """What a tick asks for, or why nothing."""
        context = dg.build_sensor_context(
            instance=self.instance, resources={"settings": self.settings, "home": self.home}
        )
        result: Any = enough_feedback(context)
        if isinstance(result, dg.SkipReason):
            return str(result.skip_message)
        assert result.cursor is None
        return list(result.run_requests)

    def tick(self) -> list[Asked] | str:
        """What a tick asks for, launched as the daemon does: a key that a run has is not launched again."""
        found = self.requests()
        if isinstance(found, str):
            return found
        new = [request for request in found if not self._exists(request)]
        for request in new:
            self.launch(request)
        return [_asked(request) for request in new]

    def settle(self) -> list[Asked]:
        """Ticks until one asks for nothing; all that was asked for."""
        asked: list[Asked] = []
        while not isinstance(found := self.tick(), str):
            asked += found
        return asked

    def launch(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        tags = {**request.tags, "dagster/run_key": str(request.run_key)}
        return self.job(str(request.job_name)).execute_in_process(
            instance=self.instance, tags=tags, raise_on_error=False
        )

    def job(self, name: str) -> dg.JobDefinition:
        steps = {
            "ingest_feedback": lambda tags: self.land(tags[_START], tags[_END]),
            "ingest_turns": lambda tags: self.land_turns(tags[_START], tags[_END]),
            "build_preference_data": lambda tags: self.build(),
        }

        @dg.op
        def step(context: dg.OpExecutionContext) -> None:
            steps[name](context.run.tags)

        @dg.job(name=name)
        def job() -> None:
            step()

        return job

    def land(self, first: str, last: str) -> None:
        """What `raw_feedback` does."""
        known = events_upto(self.home.feedback)
        source = feedback_days(self.home, self.settings.feedback_source(), lambda line: None)
        self._during("ingest_feedback")
        for day in _days(first, last):
            source.table.publish(day, source.parts[day], lambda: source.quarantine, known)

    def land_turns(self, first: str, last: str) -> None:
        """What `raw_chat_logs` does."""
        self._during("ingest_turns")
        known = turns_upto(self.home.feedback)
        source = chat_log_days(self.home, self.settings.chat_log_source(), lambda line: None)
        for day in _days(first, last):
            source.table.publish(day, source.parts[day], lambda: source.quarantine, known)

    def pair(self, rows: int = 1) -> dict[str, str]:
        """What the pass over the ratings leaves: two judged tables made from all verified days."""
        days = self.home.verified.fingerprints(*self.home.verified.days("raw_feedback"))
        found, home = {}, self.home
        for name in ("preference_pairs", "unpaired_answers"):
            made = [f"{name} {day}" for day in sorted(days.values())]
            table = pa.table({"made_from": made[: rows * len(days)]})
            audited_write(
                home.lake,
                home.ledger,
                name,
                table,
                _SOME,
                inputs="",
                code_version="1",
                made_from=days,
            )
            found[name] = table_fingerprint(table)
        return found

    def judge(self, upstream: dict[str, str], rows: int = 1) -> str:
        """The verdicts on two candidates, whose fingerprint it gives."""
        content = "-".join(upstream.values())
        for name in _CANDIDATES.values():
            figures: dict[str, float | None] = {"rows": rows}
            found = judge(name, content, figures, _SOME, code_version="1", inputs=upstream)
            self.home.ledger.record(found)
        return content

    def stage(self, content: str, upstream: dict[str, str], *names: str) -> None:
        for name in names or _CANDIDATES:
            self.home.versions(name).stage(
                content, {"rows": b""}, {"rows": 1, "upstream": upstream, "inputs": content}
            )

    def mark(self) -> int:
        """What the end of a build says; how many events wait."""
        return mark_built(self.home, *module.open_days(self.settings.start_day))

    def build(self, rows: int = 1) -> None:
        """What the steps of the build leave behind."""
        upstream = self.pair(rows)
        self._during("build_preference_data")
        if rows:
            self.stage(self.judge(upstream), upstream)
        self.mark()

    def builds(self) -> list[list[str]]:
        """The days that each judged candidate was made from, the first candidate first."""
        ledger = self.home.ledger
        made = [found.verdict.inputs for found in ledger.history("preference_dataset", limit=100)]
        pairs = [ledger.find("preference_pairs", one["preference_pairs"]) for one in made]
        return [sorted(found.verdict.inputs) for found in reversed(pairs) if found is not None]

    def processed(self) -> int:
        return self.home.feedback.last_sequence() - self.home.feedback.unprocessed()

    def _exists(self, request: dg.RunRequest) -> bool:
        key = {"dagster/run_key": str(request.run_key)}
        return bool(self.instance.get_runs(dg.RunsFilter(tags=key)))

    def _during(self, job: str) -> None:
        self.meanwhile.pop(job, lambda: None)()


def _asked(request: dg.RunRequest) -> Asked:
    return str(request.job_name), request.tags.get(_START), request.tags.get(_END)


def _days(first: str, last: str) -> Sequence[str]:
    start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return [(start + timedelta(days=n)).date().isoformat() for n in range((end - start).days + 1)]
