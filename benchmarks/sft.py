"""Raw chat rows to a published SFT dataset: what each step of the real graph costs, at volume."""

import argparse
import sys
from pathlib import Path

import orjson

from ai_data_platform.core.samples.exchanges import chat_row
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from benchmarks.chat_rows import chat_exchanges
from benchmarks.measuring import show, temporary_folder
from benchmarks.process_tree import Spent, watched

__all__ = ["main"]

_STEPS = {
    "raw_chat_logs": "raw_chat_logs",
    "dbt models": "stg_chat_logs",  # they are built whole, whichever is asked for
    "redacted_chat_logs": "redacted_chat_logs",
    "screened_chat_logs": "screened_chat_logs",
    "evaluation_items": "evaluation_items",
    "sft_dataset": "sft_dataset",
    "datasets/sft": "datasets/sft",
}
"""What is materialised, in its order; each in a process of its own, so its memory is its own."""


def main(rows: int = 100_000) -> None:
    """Target at 1,000,000 rows: 15 minutes and 4 GiB on two cores."""
    with temporary_folder() as folder:
        size = write_chat_files(folder / "chat_logs", rows)
        settings = _settings(folder)
        spent = {}
        for name, selection in _STEPS.items():
            spent[name] = watched(_aidp("run", selection), settings, folder)
            _show(rows, size, spent)
        _funnel(folder)


def write_chat_files(folder: Path, rows: int) -> int:
    """Put this many rows below a folder as JSONL, one file a day; returns their bytes."""
    folder.mkdir(parents=True)
    files: dict[str, list[bytes]] = {}
    for exchange in chat_exchanges(rows):
        row = chat_row(exchange, 0)
        files.setdefault(row["created_at"][:10], []).append(orjson.dumps(row))
    for day, lines in files.items():
        (folder / f"{day}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return sum(path.stat().st_size for path in folder.iterdir())


def _settings(folder: Path) -> dict[str, str]:
    return {
        "AIDP_HOME": str(folder / "home"),
        "AIDP_CHAT_LOGS": str(folder / "chat_logs"),
        "AIDP_START_DAY": "2024-01-01",
    }


def _aidp(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("aidp")), *arguments]


def _show(rows: int, size: int, spent: dict[str, Spent]) -> None:
    lines: list[list[object]] = [
        [name, step.cpu, step.wall, step.peak] for name, step in spent.items()
    ]
    every = spent.values()
    whole = (sum(s.cpu for s in every), sum(s.wall for s in every), max(s.peak for s in every))
    title = f"{rows:,} chat rows of {size / rows:,.0f} bytes to a published dataset"
    show(title, ["step", "CPU s", "wall s", "peak GiB"], [*lines, ["together", *whole]])


def _funnel(folder: Path) -> None:
    manifest = Home(folder / "home", CHECKOUT / "dbt_project").versions("sft").current().manifest
    lines = [
        [stage["stage"], stage["rows_in"], stage["rows_out"], _reasons(stage["dropped"])]
        for stage in manifest["funnel"]
    ]
    show("Where they went", ["stage", "in", "out", "left out"], lines)
    print(f"\nrows by split: {manifest['splits']}")


def _reasons(dropped: dict[str, int]) -> str:
    return ", ".join(f"{name} {rows:,}" for name, rows in dropped.items())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="raw chat rows")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments().rows)
