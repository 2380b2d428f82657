"""Hashes of all that batch functions make, on a small log, wherever they run.

`python -m ai_data_platform_tests.stores.compute.outcomes ray ADDRESS FOLDER` prints them as JSON; in place
of `ray ADDRESS`, `local 3` means three worker processes.
"""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from unittest import mock

import pyarrow as pa

from ai_data_platform.core.compute import Compute
from ai_data_platform.core.conversations.redact import Redactor
from ai_data_platform.core.conversations.redacted import redact_log
from ai_data_platform.core.conversations.screen import Screener, ScreenOptions
from ai_data_platform.core.conversations.screened import screen_log
from ai_data_platform.core.datasets.near_duplicates import new_texts
from ai_data_platform.core.datasets.near_duplicates.search import named
from ai_data_platform.core.fingerprints import hash_bytes, hash_text
from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.stores.compute import LocalProcesses, RayCluster
from ai_data_platform.stores.duplicate_index import DuplicateIndex
from ai_data_platform.stores.lake import parquet_bytes
from ai_data_platform_tests.core.datasets.near_duplicates.oracle import (
    EVERY_PAIR,
    ranks_of,
    texts_of,
)

__all__ = ["outcomes"]

_CONVERSATIONS = 1500  # three batches of redaction
_TEXTS = texts_of(5, 300)
_TEXTS_AT_ONCE = 32


def outcomes(compute: Compute, folder: Path) -> dict[str, str]:
    """A hash for the redacted log, the screened log, the near-duplicate index and its survivors."""
    redacted = redact_log(_log(), None, Redactor(), compute).table
    screened = screen_log(redacted, None, Screener(ScreenOptions()), compute).table
    with mock.patch.object(new_texts, "MAX_TEXTS", _TEXTS_AT_ONCE):
        for half in (_TEXTS[::2], _TEXTS[1::2]):  # as after a restart
            index = DuplicateIndex(folder, EVERY_PAIR, compute).update(half)
    survivors = named(index.corpus, ranks_of(_TEXTS)).dropped
    return {
        "redacted": hash_bytes(parquet_bytes(redacted)),
        "screened": hash_bytes(parquet_bytes(screened)),
        "index": _hash_folder(folder),
        "survivors": hash_text(repr(survivors)),
    }


def _log() -> pa.Table:
    random = Random(9)
    rows: list[dict[str, object]] = []
    for number in range(_CONVERSATIONS):
        user = f"user{random.randint(0, 99)}@firm.example.org"
        for turn in range(random.randint(1, 5)):
            rows.append(
                {
                    "record_id": f"r{len(rows):05}",
                    "conversation_id": f"c{number:05}",
                    "message_id": f"m{len(rows):05}",
                    "turn_index": turn,
                    "user_message": f"Write to {user} or {random.choice([user, 'nobody'])}",
                    "assistant_message": "Sorry, I cannot do that." if turn else "I wrote.",
                    "created_at": datetime(2025, 3, 1, tzinfo=UTC),
                    "source_file": "log.jsonl",
                    "source_line": len(rows) + 1,
                }
            )
    return pa.Table.from_pylist(rows, CHAT_LOG)


def _hash_folder(folder: Path) -> str:
    files: Iterable[Path] = sorted(folder.glob("[!.]*"))
    return hash_text(*(f"{path.name} {hash_bytes(path.read_bytes())}" for path in files))


if __name__ == "__main__":
    kind, where, folder = sys.argv[1:]
    chosen = RayCluster(where) if kind == "ray" else LocalProcesses(int(where), pays=0)
    sys.stdout.write(json.dumps(outcomes(chosen, Path(folder))))
