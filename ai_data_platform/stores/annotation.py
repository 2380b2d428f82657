"""The annotation queue as a table of the lake: what people should compare next."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, get_args

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.annotation import Reason, annotation_items
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.gates import Rule
from ai_data_platform.stores.audit import Audited, Made, audited_table
from ai_data_platform.stores.files import write_atomically
from ai_data_platform.stores.home import Home

__all__ = ["QUEUE", "AnnotationQueue", "QueueOptions", "refresh_queue", "write_queue"]

QUEUE = "annotation_queue"
_VERSION = "annotation-queue-1"
_RATED = ["event_id", "conversation_id", "message_id", "rating", "user_id", "created_at"]
_WHOLE = (
    Rule("repeated_items", "==", 0, "nobody is asked the same twice"),
    Rule("equal_answers", "==", 0, "there is nothing to choose between"),
)


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """From which margin two answers are a pair, and how many items the queue holds."""

    min_margin: float = 1.0
    most: int = 500


def refresh_queue(home: Home, options: QueueOptions, code_version: str) -> Audited:
    """The queue for the logs and ratings as they are (ANNOTATION_ITEM); the one that stands where it may.

    Only conversations in which something was answered more than once are looked at, and their ratings.
    """
    days = home.verified.days("raw_feedback")
    upstream = home.verified.fingerprints("redacted_chat_logs", *days)
    return audited_table(
        home.lake,
        home.ledger,
        QUEUE,
        lambda: _made(home, days, options),
        _WHOLE,
        inputs=fingerprint([_VERSION, upstream, asdict(options)]),
        code_version=code_version,
        made_from=upstream,
    )


def write_queue(home: Home, path: Path) -> int:
    """The queue as JSON lines, the most telling first; how many. Raises NotPublishedYet without one."""
    rows = home.verified.read(QUEUE).to_pylist()
    write_atomically(path, b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return len(rows)


def _made(home: Home, days: list[str], options: QueueOptions) -> Made:
    logged = home.verified.read("redacted_chat_logs")
    several = _answered_twice(logged)
    logged = logged.filter(pc.is_in(logged["conversation_id"], several)).sort_by("conversation_id")
    ratings = (
        row
        for day in days
        for batch in home.verified.read(day, _RATED).to_batches()
        for row in batch.filter(pc.is_in(batch["conversation_id"], several)).to_pylist()
    )
    items = annotation_items(
        _exchanges(logged), ratings, min_margin=options.min_margin, most=options.most
    )
    equal = pc.equal(items["first_answer"], items["second_answer"])
    reasons = {row["values"]: row["counts"] for row in pc.value_counts(items["reason"]).to_pylist()}
    figures: dict[str, float | None] = {
        "conversations_answered_twice": len(several),
        "repeated_items": len(items) - len(pc.unique(items["item_id"])),
        "equal_answers": pc.sum(equal.cast(pa.int64())).as_py() or 0,
        **{f"because_{reason}": reasons.get(reason, 0) for reason in get_args(Reason)},
    }
    return Made(items, figures)


def _answered_twice(logged: pa.Table) -> pa.Array:
    """Conversations with two exchanges at one turn, or under one user message."""
    found = []
    for place in ("turn_index", "parent_message_id"):
        known = logged.filter(pc.is_valid(logged[place]))
        counts = known.group_by(["conversation_id", place]).aggregate([([], "count_all")])
        found.append(counts.filter(pc.greater(counts["count_all"], 1))["conversation_id"])
    return pc.unique(pa.chunked_array([c for one in found for c in one.chunks], pa.string()))


def _exchanges(logged: pa.Table) -> Iterator[Exchange]:
    for batch in logged.to_batches(max_chunksize=8_192):
        for row in batch.to_pylist():
            yield Exchange.from_row(row)


class AnnotationQueue:
    """The queue as the service shows it: read again when a build has replaced it.

    What a person labelled since then is left out for that person; after a restart the page may show such an
    item once more, and the same choice is stored once.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = Lock()
        self._content: str | None = None
        self._items: dict[str, dict[str, Any]] = {}
        self._done: set[tuple[str, str]] = set()

    def waiting(self, rater: str) -> list[dict[str, Any]]:
        """What a person (`rater_hash`) has not compared, the most telling first. Raises NotPublishedYet."""
        with self._lock:
            items = self._current().values()
            return [
                item
                for item in items
                if rater not in item["raters"] and (rater, item["item_id"]) not in self._done
            ]

    def find(self, item_id: str) -> dict[str, Any] | None:
        """An item of the queue."""
        with self._lock:
            return self._current().get(item_id)

    def done(self, rater: str, item_id: str) -> None:
        """Note that a person has labelled an item."""
        with self._lock:
            self._done.add((rater, item_id))

    def _current(self) -> dict[str, dict[str, Any]]:
        manifest = self._home.lake.manifest(QUEUE)
        content = None if manifest is None else manifest.fingerprint
        if content is None or content != self._content:
            rows = self._home.verified.read(QUEUE).to_pylist()
            self._items, self._content = {row["item_id"]: row for row in rows}, content
        return self._items
