"""Chat logs as datasets may hold them: encodings mended, personal data replaced, nobody's row lost."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.compute import Compute, InThisProcess, conversation_batches
from ai_data_platform.core.conversations.mend import MEND_VERSION, mend
from ai_data_platform.core.conversations.redact import Redactor
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.records import CHAT_LOG

__all__ = [
    "REDACTED",
    "REDACTED_VERSION",
    "REDACTION_RULES",
    "RedactTexts",
    "RedactedLog",
    "redact_log",
]

REDACTED_VERSION = "redacted-2"
"""Part of every fingerprint of the table: raised when its columns change what they hold."""

_OTHERS = {"model", "user_id", "source_file", "source_line"}  # no dataset needs to know them

REDACTED = pa.schema(
    [
        *(field for field in CHAT_LOG if field.name not in _OTHERS),
        pa.field("user_hash", pa.string()),  # one a person, so that a split can keep people apart
        pa.field("redactions", pa.int32(), nullable=False),  # in the whole conversation
        pa.field("conversation_hash", pa.string(), nullable=False),  # of its texts and the rules
    ]
)
"""One exchange with its texts mended and redacted; `record_id` leads to the raw record."""

REDACTION_RULES = (
    Rule("rows", ">", 0, "no exchanges, no datasets"),
    Rule("exchanges_unaccounted", "==", 0, "redaction drops nothing"),
    Rule("personal_data_left", "==", 0, "a second search finds nothing"),
)

_LOGGED = ["conversation_id", "user_message", "assistant_message"]
_MADE = pa.schema(
    [REDACTED.field(name) for name in ("user_message", "assistant_message", "redactions")]
)
_TALLIED = pa.schema(
    [
        *_MADE,
        pa.field("mended", pa.int8(), nullable=False),  # of the two messages
        pa.field(
            "kinds", pa.list_(pa.string())
        ),  # what was replaced, on a conversation's first row
        pa.field("left", pa.int32(), nullable=False),  # what a second search finds, likewise
    ]
)
_LOUD = r"[^\x20-\x7E\n\t]"
"""A text without such a character needs no mending."""


@dataclass(frozen=True, slots=True)
class RedactedLog:
    """The rows in the order of the log, and what the gate judges."""

    table: pa.Table
    figures: dict[str, float | None]


def redact_log(
    logged: pa.Table,
    earlier: pa.Table | None,
    redactor: Redactor,
    compute: Compute | None = None,
) -> RedactedLog:
    """Every exchange of a log that is grouped by conversation, its texts mended and redacted.

    A conversation whose texts stand in `earlier` as they are logged now, under the same rules, is taken
    over. The figures count placeholders by kind (`redacted_email`), mended messages and what is left.
    """
    hashes = _conversation_hashes(logged, redactor.fingerprint)
    held = _held_rows(hashes, logged["conversation_id"], earlier)
    new = held < 0
    texts = logged.select(_LOGGED)
    asked = texts if new.all() else texts.filter(pa.array(new))
    batches = conversation_batches(asked.to_batches())
    made = (compute or InThisProcess()).map(RedactTexts(redactor), batches)
    tallied = pa.Table.from_batches(made, _TALLIED)
    outcomes = tallied.select(_MADE.names)
    if earlier is not None and not new.all():
        # Taken from the rows of last time, behind which the new ones stand in their order.
        places = np.where(new, earlier.num_rows + np.cumsum(new) - 1, held)
        outcomes = pa.concat_tables([earlier.select(_MADE.names), outcomes]).take(pa.array(places))
    columns = {name: logged[name] for name in REDACTED.names if name in logged.column_names}
    columns |= dict(zip(_MADE.names, outcomes.columns, strict=True))
    columns |= {"user_hash": _user_hashes(logged["user_id"]), "conversation_hash": hashes}
    table = pa.table([columns[name] for name in REDACTED.names], schema=REDACTED)
    unaccounted = logged.num_rows - table.num_rows
    figures = _figures(tallied, taken_over=int((~new).sum())) | {
        "exchanges_unaccounted": unaccounted
    }
    return RedactedLog(table, dict(sorted(figures.items())))


@dataclass(frozen=True, slots=True)
class RedactTexts:
    """Mends and redacts the exchanges of whole conversations, one batch at a time."""

    redactor: Redactor

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Both messages of each exchange, in order, and the tally that the figures add up."""
        written = [batch[name] for name in _LOGGED[1:]]
        columns = [_mended(texts) for texts in written]
        changes = [
            pc.not_equal(*pair).cast(pa.int8()) for pair in zip(columns, written, strict=True)
        ]
        redactions = np.zeros(len(batch), dtype=np.int32)
        kinds: list[list[str] | None] = [None] * len(batch)
        left = np.zeros(len(batch), dtype=np.int32)
        replaced: dict[int, tuple[str, ...]] = {}
        for first, end in self._suspected(batch["conversation_id"], columns):
            found = self.redactor.redact(_interleaved(columns, first, end))
            if found.counts:
                replaced[first] = found.texts
                redactions[first:end] = sum(found.counts.values())
                kinds[first] = sorted(Counter(found.counts).elements())
                left[first] = sum(self.redactor.redact(found.texts).counts.values())
        if replaced:
            columns = [_with(texts, replaced, side) for side, texts in enumerate(columns)]
        tally = [redactions, pc.add(*changes), pa.array(kinds, _TALLIED.field("kinds").type), left]
        return pa.record_batch([*columns, *tally], schema=_TALLIED)

    def _suspected(self, ids: pa.Array, columns: Sequence[pa.Array]) -> Iterator[tuple[int, int]]:
        """First row and end of each conversation in which a message may hold personal data."""
        starts = _starts(ids)
        suspicious = pc.or_(*map(self.redactor.suspects, columns)).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(suspicious)
        for number in np.unique(np.searchsorted(starts, rows, side="right") - 1).tolist():
            yield int(starts[number]), int(starts[number + 1])


def _mended(texts: pa.Array) -> pa.Array:
    loud = pc.match_substring_regex(texts, _LOUD)
    if not pc.any(loud).as_py():
        return texts
    done = [mend(text) for text in texts.filter(loud).to_pylist()]
    return pc.replace_with_mask(texts, loud, pa.array(done, pa.string()))


def _interleaved(columns: Sequence[pa.Array], first: int, end: int) -> list[str]:
    """The messages of some rows in the order in which they were written."""
    sides = [texts.slice(first, end - first).to_pylist() for texts in columns]
    return [text for pair in zip(*sides, strict=True) for text in pair]


def _with(texts: pa.Array, replaced: Mapping[int, Sequence[str]], side: int) -> pa.Array:
    """The column with the messages of one side (0 user, 1 assistant) of these conversations."""
    found = texts.to_pylist()
    for first, messages in replaced.items():
        found[first : first + len(messages) // 2] = messages[side::2]
    return pa.array(found, pa.string())


def _starts(ids: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """The first row of each run of equal ids, and behind them the number of rows."""
    if not len(ids):
        return np.zeros(1, dtype=np.int64)
    changes = pc.not_equal(ids.slice(1), ids.slice(0, len(ids) - 1))
    inner = np.flatnonzero(changes.to_numpy(zero_copy_only=False)) + 1
    return np.concatenate([[0], inner, [len(ids)]])


def _conversation_hashes(logged: pa.Table, rules: str) -> pa.ChunkedArray:
    """On each row what the outcome for its whole conversation follows from."""
    parts: list[pa.Array] = []
    for batch in conversation_batches(logged.select(_LOGGED).to_batches()):
        starts, columns = _starts(batch["conversation_id"]), [batch[name] for name in _LOGGED[1:]]
        texts = _interleaved(columns, 0, len(batch))
        hashes = [
            hash_text(REDACTED_VERSION, MEND_VERSION, rules, *texts[2 * first : 2 * end])
            for first, end in pairwise(starts.tolist())
        ]
        parts.append(pa.array(hashes, pa.string()).take(pa.array(_numbers(starts))))
    return pa.chunked_array(parts, pa.string())


def _numbers(starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """On each row the number of its conversation."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def _held_rows(
    hashes: pa.ChunkedArray, ids: pa.ChunkedArray, earlier: pa.Table | None
) -> npt.NDArray[np.int64]:
    """The row of `earlier` that was made from the same texts by the same rules, -1 where there is none.

    Equal conversations share their rows there, whatever their ids.
    """
    if earlier is None or earlier.schema != REDACTED:
        return np.full(len(hashes), -1)
    found = pc.index_in(hashes, value_set=earlier["conversation_hash"].combine_chunks())
    first = found.fill_null(-1).to_numpy().astype(np.int64)
    starts = _starts(ids)
    offsets = np.arange(len(first)) - starts[_numbers(starts)]
    return np.where(first < 0, -1, first + offsets)


def _user_hashes(users: pa.ChunkedArray) -> pa.ChunkedArray:
    coded = users.combine_chunks().dictionary_encode()
    hashes = [hash_text(user) for user in coded.dictionary.to_pylist()]
    return pa.array(hashes, pa.string()).take(coded.indices)


def _figures(tallied: pa.Table, taken_over: int) -> dict[str, float | None]:
    kinds = pc.list_flatten(tallied["kinds"]).value_counts().to_pylist()
    return {
        **{f"redacted_{one['values'].lower()}": one["counts"] for one in kinds},
        **({"taken_over": taken_over} if taken_over else {}),
        "mended_messages": pc.sum(tallied["mended"]).as_py() or 0,
        "personal_data_left": pc.sum(tallied["left"]).as_py() or 0,
    }
