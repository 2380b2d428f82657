"""What came before each exchange of a log, in columns: `threads.Histories` for many conversations at once.

`Histories` says why each rule is as it is; a test holds the two to the same answers.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.preference.codes import (
    Codes,
    Flags,
    codes,
    firsts,
    reading_codes,
    runs,
    together,
)

__all__ = ["START", "UNKNOWN", "Logged", "key_of", "read_logged"]

START, UNKNOWN = -1, -2
"""Nothing came before; the log does not say what came before."""

_SEPARATOR = "\0"  # no contract lets one into an id
_ORDER = ("conversation_id", "turn_index", "message_id", "record_id")


@dataclass(frozen=True, slots=True, eq=False)
class Logged:
    """Exchanges of whole conversations by conversation, turn and id; of one message id the first.

    `previous` is the row of the exchange before, START or UNKNOWN. `prompts` are equal for siblings:
    exchanges that answer the same question after the same history. `holes`: an earlier exchange has a
    side without text. `bytes_before` and `depths` are those of the exchanges before.
    """

    rows: pa.RecordBatch
    keys: pa.Array
    conversations: Codes
    users: pa.Array  # of each conversation: whose the first exchange is, by hash
    began: pa.Array
    previous: Codes
    known: Flags
    holes: Flags
    depths: Codes
    bytes_before: Codes
    prompts: Codes
    anchors: Codes  # equal where parent or turn are: declared siblings, whatever was asked

    def column(self, name: str, rows: Codes) -> pa.Array:
        """The values of a column in these rows."""
        return self.rows.column(name).take(pa.array(rows))

    def blanks(self, name: str) -> Flags:
        """Which exchanges have no text in a column."""
        return _blank(self.rows.column(name))

    def sizes(self, name: str) -> Codes:
        """Bytes of a column of text in each row."""
        return _sizes(self.rows.column(name))


def key_of(conversations: pa.Array, messages: pa.Array) -> pa.Array:
    """What an exchange is known by: message ids are unique within a conversation only."""
    return pc.binary_join_element_wise(conversations, messages, _SEPARATOR)


def read_logged(exchanges: pa.Table) -> Logged:
    """The exchanges (columns of REDACTED; `thread` and `parent_message_id` may be missing)."""
    ordered = _ordered(exchanges)
    users, began = _beginnings(ordered)
    rows, keys = _distinct(ordered)
    conversations = codes(rows.column("conversation_id"))
    turns = rows.column("turn_index").to_numpy().astype(np.int64)
    parents = key_of(rows.column("conversation_id"), _column(rows, "parent_message_id"))
    parent_codes = codes(parents)
    previous = _previous(rows, keys, conversations, turns, parents, parent_codes)
    sides = [rows.column(name) for name in ("user_message", "assistant_message")]
    sizes = _sizes(sides[0]) + _sizes(sides[1])
    ends, holes, depths, before = _followed(previous, _blank(sides[0]) | _blank(sides[1]), sizes)
    named = pc.greater(pc.binary_length(_column(rows, "parent_message_id")), 0).fill_null(False)
    has_parent = named.to_numpy(zero_copy_only=False)
    anchors = together(conversations, np.where(has_parent, parent_codes, -2 - turns))
    groups = together(anchors, previous)
    return Logged(
        rows,
        keys,
        conversations,
        users,
        began,
        previous,
        ends == START,
        holes,
        depths,
        before,
        together(groups, reading_codes(sides[0], groups)),
        anchors,
    )


def _ordered(exchanges: pa.Table) -> pa.RecordBatch:
    order = pc.sort_indices(exchanges, [(name, "ascending") for name in _ORDER])
    ordered = exchanges.take(order)
    columns = [_whole(column) for column in ordered.columns]
    return pa.RecordBatch.from_arrays(columns, schema=ordered.schema)


def _beginnings(ordered: pa.RecordBatch) -> tuple[pa.Array, pa.Array]:
    """User and time of the beginning of each conversation, as SFT rows have them (`assemble`)."""
    conversations = codes(ordered.column("conversation_id"))
    turns, times = ordered.column("turn_index").to_numpy(), ordered.column("created_at")
    starts = np.flatnonzero(runs(conversations))
    opening = np.flatnonzero(turns == turns[starts][conversations])
    records = ordered.column("record_id").take(pa.array(opening))
    ranks = np.empty(len(opening), np.int64)
    ranks[pc.sort_indices(records).to_numpy()] = np.arange(len(opening))
    micros = times.cast(pa.int64()).to_numpy()
    order = opening[np.lexsort((ranks, micros[opening], conversations[opening]))]
    first = order[runs(conversations[order])]
    users = _column(ordered, "user_hash").take(pa.array(first))
    began = np.minimum.reduceat(micros, starts) if len(starts) else micros
    return users, pa.array(began).cast(times.type)


def _distinct(ordered: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
    """The rows, a message id seen twice standing for its first row; and their keys."""
    keys = key_of(ordered.column("conversation_id"), ordered.column("message_id"))
    kept = firsts(codes(keys))
    if kept.all():
        return ordered, keys
    return ordered.filter(pa.array(kept)), keys.filter(pa.array(kept))


def _previous(
    rows: pa.RecordBatch,
    keys: pa.Array,
    conversations: Codes,
    turns: Codes,
    parents: pa.Array,
    parent_codes: Codes,
) -> Codes:
    parent = _places(parents, keys)
    is_earlier = (parent >= 0) & (turns[parent] < turns)
    shared = np.bincount(parent_codes[parent_codes >= 0], minlength=len(rows) + 1)[parent_codes]
    alone = (parent_codes < 0) | (shared == 1)
    links = _by_position(conversations, turns, alone)
    links[turns == 0] = START
    links = np.where(is_earlier, parent, links)
    threads = _column(rows, "thread", pa.list_(pa.string()))
    if threads.null_count < len(threads):
        links = _by_thread(threads, rows, keys, turns, links)
    links[turns < 0] = UNKNOWN
    return links


def _by_position(conversations: Codes, turns: Codes, alone: Flags) -> Codes:
    """The only exchange of the turn before, unless it has a sibling that stands elsewhere."""
    begins = runs(conversations, turns)
    starts = np.flatnonzero(begins)
    sizes = np.diff(starts, append=len(turns))
    group = np.cumsum(begins) - 1
    before = starts[group - 1] if len(starts) else starts
    is_one = (
        (group > 0)
        & (conversations[before] == conversations)
        & (turns[before] == turns - 1)
        & (sizes[group - 1] == 1)
        & alone[before]
    )
    return np.where(is_one, before, UNKNOWN).astype(np.int64)


def _by_thread(
    threads: pa.Array, rows: pa.RecordBatch, keys: pa.Array, turns: Codes, links: Codes
) -> Codes:
    """User and assistant ids alternate, so the answer before is the third from the end."""
    at = np.flatnonzero(threads.is_valid().to_numpy(zero_copy_only=False))
    lists, places = threads.take(pa.array(at)), pa.array(at)
    sizes = lists.value_lengths().to_numpy().astype(np.int64)
    own = rows.column("message_id").take(places)
    ends_here = pc.equal(_from_end(lists, 1), own).fill_null(False).to_numpy(zero_copy_only=False)
    whole = (sizes % 2 == 0) & (sizes > 0) & ends_here
    earlier = key_of(rows.column("conversation_id").take(places), _from_end(lists, 3))
    before = _places(earlier, keys)
    joined = pc.binary_join(threads, _SEPARATOR)
    theirs = joined.take(pa.array(np.maximum(before, 0)))
    longer = pc.binary_join_element_wise(theirs, _from_end(lists, 2), own, _SEPARATOR)
    same = pc.equal(longer, joined.take(places)).fill_null(True).to_numpy(zero_copy_only=False)
    fits = whole & (before >= 0) & (turns[before] < turns[at]) & same
    found = np.where(fits, before, np.where(whole & (sizes == 2), START, UNKNOWN))
    links[at] = found
    return links


def _from_end(lists: pa.ListArray, place: int) -> pa.Array:
    """The element at this place from the end; null in lists that are shorter."""
    ends = np.cumsum(lists.value_lengths().to_numpy().astype(np.int64))
    sizes = lists.value_lengths().to_numpy()
    at = pa.array(ends - place, mask=sizes < place)
    return lists.flatten().take(at)


def _followed(previous: Codes, blank: Flags, sizes: Codes) -> tuple[Codes, Flags, Codes, Codes]:
    """Where the chain of links of each row ends, and whether a row before is blank; their number and size.

    Each step doubles how far all rows have looked back.
    """
    ends, linked = previous.copy(), previous >= 0
    link = np.maximum(previous, 0)
    seen = linked & blank[link]
    depths = linked.astype(np.int64)
    before = np.where(linked, sizes[link], 0)
    while len(rows := np.flatnonzero(ends >= 0)):
        at = ends[rows]
        seen[rows], depths[rows], before[rows], ends[rows] = (
            seen[rows] | seen[at],
            depths[rows] + depths[at],
            before[rows] + before[at],
            ends[at],
        )
    return ends, seen, depths, before


def _places(wanted: pa.Array, keys: pa.Array) -> Codes:
    found = pc.index_in(wanted, value_set=keys, skip_nulls=True)
    places: Codes = found.fill_null(-1).to_numpy().astype(np.int64)
    return places


def _sizes(texts: pa.Array) -> Codes:
    sizes: Codes = pc.binary_length(texts).to_numpy().astype(np.int64)
    return sizes


def _blank(texts: pa.Array) -> Flags:
    flags: Flags = pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False)
    return flags


def _column(rows: pa.RecordBatch, name: str, kind: pa.DataType | None = None) -> pa.Array:
    if name in rows.schema.names:
        return rows.column(name)
    return pa.nulls(len(rows), kind or pa.string())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
