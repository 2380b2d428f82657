"""Where real data lies, and the whole graph run on it: what each step cost, what went where."""

import argparse
import os
import resource
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ai_data_platform.settings import CHECKOUT, Settings
from benchmarks.measuring import show

__all__ = ["main", "real_data"]

_SAMPLED = 0.05  # seconds between two looks at CPU and memory
_Span = tuple[float, float]  # start and end, epoch seconds
_SPLITS = ("train", "validation", "test")
_LANES = ("chat_logs", "feedback", "documents")


def real_data(part: str) -> Path | None:
    """The folder AIDP_TEST_DATA, or the one beside the checkout, where it holds `part`; else None."""
    named = os.environ.get("AIDP_TEST_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    return folder if (folder / part).exists() else None


def main() -> None:
    """Run the graph on public data and print the tables of docs/real-data.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lanes", default=",".join(_LANES), help="chat_logs,feedback,documents")
    parser.add_argument("--chat-logs", default="*.turns.jsonl.gz", help="which files of chat_logs/")
    parser.add_argument("--home", type=Path, help="keep the state there; a new folder")
    options = parser.parse_args()
    lanes = options.lanes.split(",")
    folder = real_data("chat_logs")
    if folder is None:
        print(
            "no real data: set AIDP_TEST_DATA to a folder that holds chat_logs/, feedback/ and documents/"
        )
        return
    with TemporaryDirectory(prefix="aidp-real-") as scratch:
        home = options.home or Path(scratch)
        settings = Settings(
            _env_file=None,
            home=home,
            chat_logs=f"{folder}/chat_logs/{options.chat_logs}" if "chat_logs" in lanes else None,
            feedback_files=str(folder / "feedback") if "feedback" in lanes else None,
            documents=(str(folder / "documents"),) if "documents" in lanes else (),
        )
        _run(settings)
        _funnels(home)


@dataclass(frozen=True, slots=True)
class _Look:
    """CPU seconds of this process so far, and its memory, at one moment."""

    at: float
    cpu: float
    memory: int  # bytes


def _run(settings: Settings) -> None:
    """Run everything in this process and print seconds, CPU and memory of each step."""
    from ai_data_platform.cli.graph import GraphRun, dagster_instance
    from ai_data_platform.stores.home import Home

    home = Home(settings.home, CHECKOUT / "dbt_project")
    start = time.time()
    with _watched() as looks:
        graph = GraphRun(settings, home)
        good = graph.run(None, None, None)
    for failure in graph.failures:
        print(f"failed: {failure.where}: {failure.message}")
    with dagster_instance(home) as instance:
        steps = sorted(_steps(instance, start), key=lambda step: step[1])
    spans: dict[str, list[_Span]] = {}
    for name, began, ended in steps:
        spans.setdefault(name, []).append((began, ended))
    spans["whole run, loading the code included"] = [(looks[0].at, looks[-1].at)]
    title = "Cost of each step" + ("" if good else " (something failed)")
    columns = ["step", "wall s", "CPU s", "peak memory, MiB"]
    show(title, columns, [_row(name, found, looks) for name, found in spans.items()])


@contextmanager
def _watched() -> Iterator[list[_Look]]:
    """Look at this process until the block ends."""
    looks, done = [_look()], threading.Event()

    def watch() -> None:
        while not done.wait(_SAMPLED):
            looks.append(_look())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield looks
    finally:
        done.set()
        thread.join()
        looks.append(_look())


def _look() -> _Look:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return _Look(time.time(), cpu, pages * resource.getpagesize())


def _steps(instance, since: float) -> Iterator[tuple[str, float, float]]:  # type: ignore[no-untyped-def]
    """(name, start, end) of every step of the runs, by Dagster's events; a step of checks has no line."""
    for run in instance.get_run_records():
        if run.create_timestamp.timestamp() < since:
            continue
        began: dict[str, float] = {}
        for entry in instance.all_logs(run.dagster_run.run_id):
            event, step = entry.dagster_event, entry.step_key or ""
            if event is None:
                continue
            if event.is_step_start:
                began[step] = entry.timestamp
            elif event.is_step_success and not step.endswith("_gate"):
                yield step.replace("__", "/"), began[step], entry.timestamp


def _row(name: str, spans: Sequence[_Span], looks: Sequence[_Look]) -> list[object]:
    """One step, in one go or in several blocks of days."""
    inside = [
        look.memory
        for began, ended in spans
        for look in looks
        if began - _SAMPLED <= look.at <= ended + _SAMPLED
    ]
    return [
        name,
        round(sum(ended - began for began, ended in spans), 1),
        round(sum(_cpu_at(ended, looks) - _cpu_at(began, looks) for began, ended in spans), 1),
        round(max(inside, default=0) / 2**20),
    ]


def _cpu_at(moment: float, looks: Sequence[_Look]) -> float:
    """CPU seconds at a moment, in between two looks."""
    for before, after in pairwise(looks):
        if moment <= after.at:
            share = (moment - before.at) / max(after.at - before.at, 1e-9)
            return before.cpu + min(max(share, 0.0), 1.0) * (after.cpu - before.cpu)
    return looks[-1].cpu


def _funnels(home: Path) -> None:
    """Where the raw lines of each source went, stage by stage, and each reason."""
    from ai_data_platform.stores.home import Home

    manifest = Home(home, CHECKOUT / "dbt_project").versions("sft").last_staged()
    if manifest is None:
        return
    folder = f"{home}/versions/sft/{manifest['version']}"
    _read(home, folder)
    stages = [stage["stage"] for stage in manifest["funnel"]]
    splits = [name for name in _SPLITS if name in manifest["splits"]]
    counted = ", ".join(
        [
            *(f"count(*) filter (stage = '{name}') as \"{name}\"" for name in stages),
            *(f"count(*) filter (split = '{name}') as \"{name}\"" for name in splits),
        ]
    )
    sources = duckdb.sql(
        f"""with counted as (
            select coalesce(source_file, 'all') as source, count(*) filter (stage = 'quarantine') as aside,
                count(*) as records, {counted}, count(*) filter (stage is null and split is null) as lost
            from ways group by rollup (source_file))
        select source, records, aside, {", ".join(f'"{n}"' for n in [*stages, *splits])}, lost
        from counted order by source = 'all', source"""
    )
    columns = ["source", "records", "quarantined", *stages, *splits, "unaccounted"]
    show(
        "Records of each source: left out by stage, and kept by split", columns, sources.fetchall()
    )
    reasons = duckdb.sql(
        "select stage, drop_reason, count(*) as records, count(distinct source_file) as sources "
        "from ways where stage is not null group by all order by stage, records desc, drop_reason"
    )
    order = {name: place for place, name in enumerate(["quarantine", *stages])}
    rows = sorted(reasons.fetchall(), key=lambda row: order[row[0]])
    show("Reasons", ["stage", "reason", "records", "sources"], rows)
    conversations = [[name, manifest["splits"][name]] for name in splits]
    show("Conversations", ["split", "conversations"], conversations)


def _read(home: Path, folder: str) -> None:
    """The table `ways`: (source_file, stage, drop_reason, split) of every record that came in."""
    lake = f"{home}/lake"
    aside = f"read_parquet('{lake}/raw_chat_logs_quarantine/*.parquet')"
    if not list((home / "lake" / "raw_chat_logs_quarantine").glob("*.parquet")):
        aside = "(select '' as source_file, '' as reason limit 0)"
    duckdb.sql(
        f"""create or replace temp table ways as
        with kept as (
            select unnest(record_ids) as record_id, parse_filename(filename, true) as split
            from read_parquet('{folder}/data/*.parquet', filename = true))
        select raw.source_file, gone.stage, gone.drop_reason, kept.split
        from read_parquet('{lake}/raw_chat_logs/*.parquet') as raw
        left join kept on kept.record_id = raw.record_id
        left join read_parquet('{folder}/dropped.parquet') as gone on gone.record_id = raw.record_id
        union all
        select source_file, 'quarantine', reason, null from {aside}"""
    )


if __name__ == "__main__":
    main()
