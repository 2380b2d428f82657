"""The whole log screened: one row for each exchange, and only what changed looked at again."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.compute import Compute, InThisProcess
from ai_data_platform.core.conversations.screen import Screener
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule

__all__ = [
    "SCREENED",
    "SCREENING_RULES",
    "ScreenTexts",
    "ScreenedLog",
    "languages_of",
    "screen_log",
]

SCREENED = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("language_score", pa.float32(), nullable=False),
        pa.field("toxicity", pa.float32()),  # null: no scorer is set
        pa.field("drop_reason", pa.string()),  # null: the exchange stays
        pa.field("text_hash", pa.string(), nullable=False),  # of question, answer and rules
    ]
)
"""One exchange of the redacted log, in the same order."""

SCREENING_RULES = (
    Rule("rows", ">", 0, "no exchanges, no datasets"),
    Rule("exchanges_unaccounted", "==", 0, "screening marks rows and drops none"),
)

_ROWS_AT_ONCE = 8192
_TEXTS = ["user_message", "assistant_message"]
_SCORED = pa.schema(
    [SCREENED.field(name) for name in ("language", "language_score", "toxicity", "drop_reason")]
)


@dataclass(frozen=True, slots=True)
class ScreenedLog:
    """One row for each exchange, in the order of the log, and what the gate judges."""

    table: pa.Table
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class ScreenTexts:
    """Screens the exchanges of one batch: a question and an answer in each row."""

    screener: Screener

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """What `Screener.screen` says of each, in order."""
        asked, answered = (column.to_pylist() for column in batch.columns)
        return pa.RecordBatch.from_pydict(self.screener.screen(asked, answered), _SCORED)


def screen_log(
    redacted: pa.Table,
    earlier: pa.Table | None,
    screener: Screener,
    compute: Compute | None = None,
) -> ScreenedLog:
    """Every exchange of the redacted log screened.

    One whose texts stand in `earlier` under the same rules is taken over: a rating or an id that changed
    costs nothing. The figures count drops by reason and how many exchanges were scored.
    """
    hashes = _hashes(redacted, screener.fingerprint)
    known = (
        earlier if earlier is not None and earlier.schema == SCREENED else SCREENED.empty_table()
    )
    held = pc.index_in(hashes, value_set=known["text_hash"].combine_chunks())
    new = pc.is_null(held)
    batches = redacted.select(_TEXTS).filter(new).to_batches(max_chunksize=_ROWS_AT_ONCE)
    made = (compute or InThisProcess()).map(ScreenTexts(screener), batches)
    scored = pa.Table.from_batches(made, _SCORED)
    # Taken from the rows of last time, behind which the new ones stand in their order.
    rows = np.where(new, known.num_rows + np.cumsum(new) - 1, held.fill_null(0))
    outcomes = pa.concat_tables([known.select(scored.column_names), scored]).take(pa.array(rows))
    columns = {
        **dict(zip(outcomes.column_names, outcomes.columns, strict=True)),
        "record_id": redacted["record_id"],
        "text_hash": hashes,
    }
    table = pa.table([columns[name] for name in SCREENED.names], schema=SCREENED)
    figures: dict[str, float | None] = {
        **{f"dropped_{reason}": n for reason, n in _counted(table["drop_reason"]).items()},
        "scored": scored.num_rows,
        "taken_over": table.num_rows - scored.num_rows,
        "exchanges_unaccounted": redacted.num_rows - table.num_rows,
    }
    return ScreenedLog(table, dict(sorted(figures.items())))


def languages_of(screened: pa.Table | None) -> dict[str, int]:
    """Exchanges in each language, `und` among them."""
    return {} if screened is None else _counted(screened["language"])


def _hashes(redacted: pa.Table, rules: str) -> pa.ChunkedArray:
    """What the outcome for an exchange follows from."""
    parts = [
        pa.array([hash_text(rules, *texts) for texts in zip(*pair, strict=True)], pa.string())
        for pair in _texts(redacted)
    ]
    return pa.chunked_array(parts, pa.string())


def _texts(redacted: pa.Table) -> Iterator[tuple[list[str], list[str]]]:
    """Questions and answers, a few thousand at a time."""
    for batch in redacted.select(_TEXTS).to_batches(max_chunksize=_ROWS_AT_ONCE):
        yield batch[0].to_pylist(), batch[1].to_pylist()


def _counted(column: pa.ChunkedArray) -> dict[str, int]:
    found = column.drop_null().value_counts()
    return {
        one["values"]: one["counts"] for one in sorted(found.to_pylist(), key=itemgetter("values"))
    }
