"""Raw rows from their source into the lake: a million lines of which some are broken, formats, a table."""

import argparse
import gzip
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days, pending_days
from ai_data_platform.stores.sources import open_source
from ai_data_platform_tests.stores.broken_rows import log_lines
from benchmarks.measuring import Cost, cost_of, show, temporary_folder

__all__ = ["main"]

_DAYS = 365


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one step of the intake cost in a process of its own, and what it left."""

    cost: Cost
    peak_gib: float
    rows: int
    aside: dict[str, int]


def main(rows: int = 1_000_000) -> None:
    """Targets for 1,000,000 short rows: 60 CPU s and 1 GiB to land them; none lost, none too many."""
    with temporary_folder() as folder:
        _broken(folder, rows)
        _formats(folder, rows // 5)
        _table(folder, rows // 5)


def _broken(folder: Path, rows: int) -> None:
    drop = folder / "broken"
    good, reasons = _write_log(drop / "log.jsonl", rows)
    spec, home = SourceSpec(str(drop)), folder / "home"
    landed = _alone(_land, home, spec)
    published = _alone(_publish, home, spec)
    again = _alone(_publish, home, spec)
    if (published.rows, published.aside) != (good, reasons):
        raise AssertionError(
            f"{published.rows:,} of {good:,} rows landed, {published.aside}, wanted {reasons}"
        )
    figures = [
        _figures("landed by day", landed),
        _figures(f"published, {_DAYS} days", published),
        _figures("nothing new", again),
    ]
    columns = ["step", "CPU s", "wall s", "peak GiB", "good rows", "set aside", "reasons"]
    show(f"{rows:,} lines of which 5 % are broken in {len(reasons)} ways", columns, figures)


def _figures(step: str, taken: _Taken) -> list[object]:
    aside = sum(taken.aside.values())
    return [
        step,
        taken.cost.cpu,
        taken.cost.wall,
        taken.peak_gib,
        taken.rows,
        aside,
        len(taken.aside),
    ]


def _formats(folder: Path, rows: int) -> None:
    records = [
        orjson.loads(line.data)
        for line in log_lines(rows, broken=0, days=30)
        if b"\\ud83d" not in line.data
    ]
    figures = []
    for name, write in _FORMATS.items():
        drop = folder / name
        drop.mkdir()
        write(drop, records)
        taken = _alone(_land, folder / f"home-{name}", SourceSpec(str(drop)))
        if taken.rows != len(records):
            raise AssertionError(f"{taken.rows:,} rows of {len(records):,} landed from {name}")
        size = sum(path.stat().st_size for path in drop.iterdir()) / 2**20
        figures.append([name, taken.cost.cpu * 1_000_000 / taken.rows, taken.peak_gib, size])
    columns = ["format", "CPU s per 1,000,000 rows", "peak GiB", "MiB on disk"]
    show(f"{len(records):,} good rows by format", columns, figures)


def _table(folder: Path, rows: int) -> None:
    from ai_data_platform_tests.servers import Postgres, started_postgres

    with started_postgres() as server:
        database = Postgres(server.host, server.user, server.database)
        database.run(
            "create table chat_logs as select 'c' || n / 3 as conversation_id, 'm' || n as message_id, "
            "n % 3 as turn_index, 'How do I set the clock of model ' || n || '?' as user_message, "
            "'Hold the left key for 3 seconds, then confirm with OK.' as assistant_message, 5 as rating, "
            f"timestamptz '2024-01-01+00' + n * interval '30 days' / {rows} as created_at, now() as changed "
            f"from generate_series(0, {rows - 1}) n",
            "create index on chat_logs (created_at)",
            "create index on chat_logs (changed)",
            "analyze chat_logs",
        )
        spec = SourceSpec(database.url, table="chat_logs")
        listed = _alone(_list, folder / "home-table", spec)
        landed = _alone(_land, folder / "home-table", spec)
        database.run("update chat_logs set rating = 1 where message_id = 'm7'")
        one = _alone(_land, folder / "home-table", spec)
    figures = [
        ["asked what changed", listed.cost.cpu, listed.cost.wall, listed.peak_gib],
        ["landed, 30 days", landed.cost.cpu, landed.cost.wall, landed.peak_gib],
        ["landed after one row changed", one.cost.cpu, one.cost.wall, one.peak_gib],
    ]
    columns = ["step", "CPU s of this side", "wall s", "peak GiB"]
    show(f"A table of {rows:,} rows in PostgreSQL", columns, figures)


def _alone(step: Callable[[Path, SourceSpec], _Taken], home: Path, spec: SourceSpec) -> _Taken:
    """Peak memory belongs to a process, so each step has one of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(step, home, spec).result()


def _list(home: Path, spec: SourceSpec) -> _Taken:
    index = home / "index.json"
    return _taken(cost_of(lambda: open_source(spec, index).fingerprint()), 0, {})


def _land(home: Path, spec: SourceSpec) -> _Taken:
    landing = Home(home, home).chat_log_landing
    cost = cost_of(
        lambda: landing.refresh(open_source(spec, home / "index.json").pieces(), _silent)
    )
    rows = sum(part.rows for parts in landing.days().values() for part in parts)
    return _taken(cost, rows, landing.rejected())


def _publish(root: Path, spec: SourceSpec) -> _Taken:
    home = Home(root, root)

    def work() -> None:
        source = chat_log_days(home, spec, _silent)
        for day in pending_days(home, source, "raw_chat_logs"):
            source.table.publish(day, source.parts[day], lambda: source.quarantine)

    cost = cost_of(work)
    rows = sum(home.lake.row_count(name) or 0 for name in home.lake.names("raw_chat_logs"))
    aside: Counter[str] = Counter()
    for name in home.lake.names("raw_chat_logs_quarantine"):
        aside.update(home.lake.read(name, ["reason"])["reason"].to_pylist())
    return _taken(cost, rows, dict(aside))


def _taken(cost: Cost, rows: int, aside: dict[str, int]) -> _Taken:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return _Taken(cost, peak, rows, dict(sorted(aside.items())))


def _silent(line: str) -> None:
    """Nobody reads along."""


def _write_log(path: Path, rows: int) -> tuple[int, dict[str, int]]:
    path.parent.mkdir(parents=True)
    good, reasons = 0, Counter[str]()
    with path.open("wb") as file:
        for line in log_lines(rows, days=_DAYS):
            file.write(line.data)
            good += line.reason is None
            reasons.update([line.reason] if line.reason else [])
    return good, dict(sorted(reasons.items()))


Records = list[dict[str, object]]


def _jsonl(records: Records) -> bytes:
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def _csv(records: Records) -> bytes:
    return b"".join(_cells(row) for row in _csv_rows(records))


def _csv_rows(records: Records) -> Iterator[list[object]]:
    yield list(records[0])
    yield from (list(record.values()) for record in records)


def _cells(row: list[object]) -> bytes:
    quoted = ('"' + str("" if cell is None else cell).replace('"', '""') + '"' for cell in row)
    return (",".join(quoted) + "\n").encode()


_FORMATS: dict[str, Callable[[Path, Records], object]] = {
    "jsonl": lambda drop, rows: (drop / "a.jsonl").write_bytes(_jsonl(rows)),
    "jsonl.gz": lambda drop, rows: (drop / "a.jsonl.gz").write_bytes(gzip.compress(_jsonl(rows))),
    "jsonl.zst": lambda drop, rows: (drop / "a.jsonl.zst").write_bytes(
        pa.compress(_jsonl(rows), codec="zstd", asbytes=True)
    ),
    "csv": lambda drop, rows: (drop / "a.csv").write_bytes(_csv(rows)),
    "parquet": lambda drop, rows: pq.write_table(pa.Table.from_pylist(rows), drop / "a.parquet"),
}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    main(arguments.parse_args().rows)
