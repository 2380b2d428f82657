"""Pairs and labelled answers as rows, each with the raw records that it was made from."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.preference.candidates import Candidates
from ai_data_platform.core.preference.codes import Codes, firsts
from ai_data_platform.core.preference.logged import Logged
from ai_data_platform.core.preference.messages import exchange_records, prompts, said
from ai_data_platform.core.preference.rated import Rated
from ai_data_platform.core.preference.schemas import JUDGEMENTS, PREFERENCE_SCHEMA, UNPAIRED_SCHEMA
from ai_data_platform.core.preference.unpaired import Labelled

__all__ = ["judgement_rows", "pair_rows", "unpaired_rows"]

_BYTES = 64_000_000
"""Of prompts put together at a time: one Arrow array of text holds 2 GB."""


def pair_rows(pairs: Sequence[Candidates], log: Logged, rated: Rated) -> pa.Table:
    """The pairs (PREFERENCE_SCHEMA) in the order of their exchanges; of one exchange as they come."""
    tables = [table for one in pairs for table in _tables(one, log, rated)]
    rows = pa.concat_tables([PREFERENCE_SCHEMA.empty_table(), *tables])
    if min(map(len, pairs)) == 0:
        return rows
    exchanges = np.concatenate([np.sort(one.chosen.exchanges) for one in pairs])
    return rows.take(pa.array(np.argsort(exchanges, kind="stable")))


def unpaired_rows(labelled: Labelled, log: Logged, rated: Rated) -> pa.Table:
    """The labelled answers (UNPAIRED_SCHEMA) in the order of their exchanges."""
    numbers = np.full(len(rated.answers.prompts), -1, np.int64)
    numbers[labelled.answers] = np.arange(len(labelled.answers))
    of = np.full(len(rated.of), -1, np.int64)
    of[labelled.ratings] = numbers[rated.of[labelled.ratings]]
    records = _records(rated, of, len(labelled.answers))
    exchanges = rated.answers.exchanges[labelled.answers]
    order = np.argsort(exchanges, kind="stable")
    tables = [
        _unpaired_rows(labelled, log, rated, records, order[part])
        for part in _slices(log, exchanges[order])
    ]
    return pa.concat_tables([UNPAIRED_SCHEMA.empty_table(), *tables])


def judgement_rows(log: Logged, rated: Rated, counted: Codes) -> pa.Table:
    """The ratings that count (JUDGEMENTS), by prompt, answer and age."""
    of = rated.of[counted]
    exchanges, places = rated.answers.exchanges[of], pa.array(counted)
    first = np.flatnonzero(firsts(log.prompts))
    ids = log.rows.column("message_id")
    conversations = log.column("conversation_id", exchanges)
    prompt = ids.take(pa.array(first[log.prompts[exchanges]]))
    columns = {
        "prompt_id": pc.binary_join_element_wise(conversations, prompt, "/"),
        "conversation_id": conversations,
        "message_id": ids.take(pa.array(exchanges)),
        "rater": rated.raters.take(places),
        **{
            name: rated.rows.column(name).take(places)
            for name in ("rating", "kind", "created_at", "record_id")
        },
    }
    order = np.lexsort((exchanges, log.prompts[exchanges]))
    return pa.table(columns, schema=JUDGEMENTS).take(pa.array(order))


def _tables(pairs: Candidates, log: Logged, rated: Rated) -> Iterator[pa.Table]:
    """The pairs of one origin in the order of their exchanges."""
    records, exchanges = _records(rated, pairs.of, len(pairs)), pairs.chosen.exchanges
    order = np.argsort(exchanges, kind="stable")
    for part in _slices(log, exchanges[order]):
        yield _pair_rows(pairs, log, records, order[part])


def _pair_rows(pairs: Candidates, log: Logged, records: pa.ListArray, places: Codes) -> pa.Table:
    chosen, rejected = pairs.chosen.kept(places), pairs.rejected.kept(places)
    conversation = _conversation(log, chosen.exchanges)
    named, other = (log.column("message_id", one.exchanges) for one in (chosen, rejected))
    sides: tuple[Codes, ...] = (rejected.exchanges,)
    words = named
    if pairs.origin == "edit":  # what it says is in no exchange
        named, sides = pa.nulls(len(places), pa.string()), ()
        words = pc.binary_join_element_wise("", chosen.texts, "\0")
    columns = {
        "prompt": prompts(log, chosen.exchanges),
        "chosen": said(chosen.texts),
        "rejected": said(rejected.texts),
        "pair_id": _hashes(conversation["conversation_id"], words, other),
        "chosen_message_id": named,
        "rejected_message_id": other,
        "chosen_rating": _numbers(chosen.ratings),
        "rejected_rating": pa.array(rejected.ratings),
        "chosen_raters": pa.array(chosen.raters, pa.int32()),
        "rejected_raters": pa.array(rejected.raters, pa.int32()),
        "rating_record_ids": records.take(pa.array(places)),
        "exchange_record_ids": exchange_records(log, chosen.exchanges, *sides),
        "origin": pa.repeat(pa.scalar(pairs.origin), len(places)),
        "chosen_position": _numbers(chosen.positions),
        "rejected_position": _numbers(rejected.positions),
        **conversation,
    }
    return pa.table([columns[name] for name in PREFERENCE_SCHEMA.names], schema=PREFERENCE_SCHEMA)


def _unpaired_rows(
    labelled: Labelled, log: Logged, rated: Rated, records: pa.ListArray, places: Codes
) -> pa.Table:
    answers = labelled.answers[places]
    side = labelled.found.side(rated, log, answers)
    conversation = _conversation(log, side.exchanges)
    named = log.column("message_id", side.exchanges)
    columns = {
        "prompt": prompts(log, side.exchanges),
        "completion": said(side.texts),
        "label": pa.array(labelled.likes[answers]),
        "row_id": _hashes(conversation["conversation_id"], named),
        "message_id": named,
        "rating": pa.array(side.ratings),
        "raters": pa.array(side.raters, pa.int32()),
        "rating_record_ids": records.take(pa.array(places)),
        "exchange_record_ids": exchange_records(log, side.exchanges),
        **conversation,
    }
    return pa.table([columns[name] for name in UNPAIRED_SCHEMA.names], schema=UNPAIRED_SCHEMA)


def _conversation(log: Logged, exchanges: Codes) -> dict[str, pa.Array]:
    """What each row says of its conversation."""
    conversations = pa.array(log.conversations[exchanges])
    return {
        "conversation_id": log.column("conversation_id", exchanges),
        "turn_index": log.column("turn_index", exchanges),
        "user_hash": log.users.take(conversations),
        "began": log.began.take(conversations),
    }


def _hashes(*names: pa.Array) -> pa.Array:
    """The hash of conversation and message ids, which name a row for good."""
    joined = pc.binary_join_element_wise(*names, "\0")  # no contract lets one into an id
    return pa.array([hash_text(name) for name in joined.to_pylist()], pa.string())


def _records(rated: Rated, of: Codes, size: int) -> pa.ListArray:
    """The record ids of the ratings behind each row, sorted."""
    at = np.flatnonzero(of >= 0)
    ids = rated.rows.column("record_id").take(pa.array(at))
    ranks = np.empty(len(at), np.int64)
    ranks[pc.sort_indices(ids).to_numpy()] = np.arange(len(at))
    order = np.lexsort((ranks, of[at]))
    ends = np.append(0, np.cumsum(np.bincount(of[at], minlength=size)))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), ids.take(pa.array(order)))


def _numbers(values: npt.NDArray[np.float64]) -> pa.Array:
    """Not a number becomes null."""
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def _slices(log: Logged, exchanges: Codes) -> Iterator[slice]:
    """Runs of rows whose prompts together have a bounded size."""
    sizes = np.cumsum(log.bytes_before[exchanges] + log.sizes("user_message")[exchanges])
    cuts = np.flatnonzero(np.diff(sizes // _BYTES, prepend=0)).tolist()
    for start, end in pairwise([0, *cuts, len(exchanges)]):
        if start < end:
            yield slice(start, end)
