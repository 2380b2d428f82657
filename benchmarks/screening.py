"""Redaction and screening of many short chat rows: CPU seconds, memory, and the second time round."""

import argparse
import gzip
import resource
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.conversations.language import identify
from ai_data_platform.core.conversations.redact import RedactOptions, Redactor
from ai_data_platform.core.conversations.redacted import redact_log
from ai_data_platform.core.conversations.screen import Screener, ScreenOptions
from ai_data_platform.core.conversations.screened import screen_log
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import CHAT_LOG
from benchmarks.chat_rows import chat_exchanges
from benchmarks.measuring import cost_of, python, show, temporary_folder
from benchmarks.real_data import real_data

__all__ = ["main"]

_AT_ONCE = 50_000
_TEXTS = 20_000  # for the library by itself, one text after the other
_STEPS = ("read", "redact", "redact again", "screen", "screen again")


def main(rows: int = 1_000_000) -> None:
    """Targets: 150 CPU seconds of redaction for a million rows, and memory that grows with the text alone."""
    with temporary_folder() as folder:
        size = _write_log(folder / "log.parquet", rows)
        found = [_measured(step, folder) for step in _STEPS]
    show(
        f"{rows:,} exchanges, {size:,.0f} MB of text, each step in a process of its own",
        ["step", "CPU s", "rows a CPU s", "peak memory GiB"],
        [[step, cpu, int(rows / cpu) if cpu > 0.01 else "–", peak] for step, cpu, peak in found],
    )
    _show_languages()
    _show_real_logs()


def _write_log(path: Path, rows: int) -> float:
    """A log grouped by conversation; the megabytes of its messages."""
    exchanges, size = chat_exchanges(rows), 0
    with pq.ParquetWriter(path, CHAT_LOG) as writer:
        while part := list(islice(exchanges, _AT_ONCE)):
            size += sum(len(e.user_message) + len(e.assistant_message) for e in part)
            writer.write_table(
                pa.Table.from_pylist(
                    [
                        e._asdict()
                        | {
                            "record_id": hash_text(e.message_id),
                            "created_at": datetime.fromtimestamp(e.second, tz=UTC),
                            "source_file": "log.jsonl",
                            "source_line": 1,
                        }
                        for e in part
                    ],
                    schema=CHAT_LOG,
                )
            )
    return size / 1e6


def _measured(step: str, folder: Path) -> tuple[str, float, float]:
    cpu, peak = python("benchmarks.screening", "--step", step, "--folder", str(folder)).split()
    return step, float(cpu), float(peak)


def _step(step: str, folder: Path) -> None:
    """Run one step on the files in the folder; print its CPU seconds and this process's peak memory."""
    redactor, screener = Redactor(RedactOptions()), Screener(ScreenOptions())
    identify(["The model is loaded before the clock runs."])
    name = {"read": "log", "redact": "log", "redact again": "log"}.get(step, "redacted")
    made = {"redact again": "redacted", "screen again": "screened"}.get(step)
    rows = pq.read_table(folder / f"{name}.parquet")
    earlier = pq.read_table(folder / f"{made}.parquet") if made else None
    begun = time.process_time()
    if step.startswith("redact"):
        table = redact_log(rows, earlier, redactor).table
    elif step.startswith("screen"):
        table = screen_log(rows, earlier, screener).table
    else:
        table = rows
    cpu = time.process_time() - begun
    print(cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    if earlier is None and step != "read":
        pq.write_table(table, folder / f"{'redacted' if step == 'redact' else 'screened'}.parquet")


def _show_languages() -> None:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    library = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identify(["The model is loaded before the clock runs."])
    texts = [f"{e.user_message[:250]}\n{e.assistant_message[:250]}" for e in chat_exchanges(_TEXTS)]
    together = cost_of(lambda: identify(texts)).cpu
    singly = cost_of(lambda: [library.classify(text) for text in texts]).cpu
    show(
        f"Languages of {_TEXTS:,} texts",
        ["by", "texts a CPU s", "ratio"],
        [
            ["aidp, thousands at once", int(_TEXTS / together), singly / together],
            ["py3langid, one by one", int(_TEXTS / singly), 1.0],
        ],
    )


def _show_real_logs() -> None:
    folder = real_data("chat_logs")
    if folder is None:
        print("\nNo real logs: set AIDP_TEST_DATA to a folder that holds chat_logs.")
        return
    rows = []
    for path in sorted((folder / "chat_logs").glob("*.turns.jsonl.gz")):
        with gzip.open(path) as lines:
            logged = [orjson.loads(line) for line in lines]
        found = Screener(ScreenOptions()).screen(
            [row["user_message"] for row in logged], [row["assistant_message"] for row in logged]
        )
        reasons = Counter(filter(None, found["drop_reason"]))
        rows.append(
            [
                path.name.split(".")[0],
                len(logged),
                _listed(reasons),
                _listed(Counter(found["language"])),
            ]
        )
    show("Real logs", ["log", "exchanges", "left out", "languages"], rows)


def _listed(counts: Counter[object]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common(6)) or "–"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--step", choices=_STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    options = _arguments()
    if options.step:
        _step(options.step, options.folder)
    else:
        main(options.rows)
