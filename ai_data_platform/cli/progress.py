"""A run's progress in the terminal: a line for each step, and what a step says while it works."""

import logging
import time
from typing import Any

import dagster as dg

from ai_data_platform.cli.output import console

__all__ = ["progress"]


@dg.logger(description="A line for each finished step, in the terminal.")
def progress(context: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.Logger("aidp.progress", logging.DEBUG)
    logger.addHandler(_StepLines())
    return logger


class _StepLines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)  # Dagster logs the events of a run as debug messages
        self._started: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is not None:
            self._event(event, meta.get("job_tags") or {})
        elif str(meta.get("orig_message")).startswith("Dependencies for step"):
            return  # the step that failed has said so already
        elif record.levelno >= logging.WARNING:
            console.print(f"    {meta.get('orig_message')}", style="yellow", highlight=False)
        elif record.levelno >= logging.INFO and meta.get("step_key"):
            console.print(f"    {meta.get('orig_message')}", style="dim", highlight=False)

    def _event(self, event: dg.DagsterEvent, tags: dict[str, str]) -> None:
        step = event.step_key or ""
        if event.event_type_value == "STEP_START":
            self._started[step] = time.monotonic()
        elif event.event_type_value == "STEP_SUCCESS" and not step.endswith("_gate"):
            seconds = time.monotonic() - self._started.get(step, time.monotonic())
            line = f"  [green]✓[/green] {step}{_days(tags)}  [dim]{seconds:.1f} s[/dim]"
            console.print(line, highlight=False)
        elif event.event_type_value == "STEP_FAILURE":
            console.print(f"  [red]✗[/red] {step}{_days(tags)}", highlight=False)


def _days(tags: dict[str, str]) -> str:
    first = tags.get("dagster/asset_partition_range_start")
    last = tags.get("dagster/asset_partition_range_end")
    if first is None:
        return ""
    return f" {first}" if first == last else f" {first} to {last}"
