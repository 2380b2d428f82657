"""Rows of a log as lists of chat messages, put together in columns."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.preference.codes import Codes
from ai_data_platform.core.preference.logged import Logged

__all__ = ["exchange_records", "prompts", "said"]

_ROLES = ("user", "assistant")  # an array would load pandas on import
_USER, _ASSISTANT = 0, 1


def prompts(log: Logged, exchanges: Codes) -> pa.ListArray:
    """The conversation before the answer of each exchange: its history, then its question."""
    rows, ends = _chains(log, exchanges)
    sides = np.tile([_USER, _ASSISTANT], len(rows))
    kept = np.ones(len(sides), bool)
    kept[2 * ends[1:] - 1] = False  # the answer itself
    both = pa.concat_arrays([log.rows.column("user_message"), log.rows.column("assistant_message")])
    places = (np.repeat(rows, 2) + sides * len(log.rows))[kept]
    roles = pa.array(_ROLES).take(pa.array(sides[kept]))
    offsets = 2 * ends - np.arange(len(ends))
    return _messages(offsets, roles, both.take(pa.array(places)))


def said(texts: pa.Array) -> pa.ListArray:
    """Each text as the one message of the assistant."""
    roles = pa.repeat(pa.scalar(_ROLES[_ASSISTANT]), len(texts))
    return _messages(np.arange(len(texts) + 1), roles, texts)


def exchange_records(log: Logged, exchanges: Codes, *others: Codes) -> pa.ListArray:
    """The raw records of history and exchange, and of these others."""
    rows, ends = _chains(log, exchanges)
    owners = np.repeat(np.arange(len(exchanges)), np.diff(ends))
    for other in others:
        owners, rows = np.append(owners, np.arange(len(other))), np.append(rows, other)
    order = np.argsort(owners, kind="stable")
    offsets = ends + np.arange(len(ends)) * len(others)
    records = log.column("record_id", rows[order])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), records)


def _chains(log: Logged, exchanges: Codes) -> tuple[Codes, Codes]:
    """Rows from the first of a conversation to each exchange, one chain after the other; their ends."""
    ends = np.append(0, np.cumsum(log.depths[exchanges] + 1))
    rows = np.zeros(ends[-1], np.int64)
    places, current = ends[1:] - 1, exchanges
    while len(current):
        rows[places] = current
        current = log.previous[current]
        more = current >= 0
        places, current = places[more] - 1, current[more]
    return rows, ends


def _messages(offsets: npt.NDArray[np.int64], roles: pa.Array, contents: pa.Array) -> pa.ListArray:
    messages = pa.StructArray.from_arrays([roles, contents], names=["role", "content"])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), messages)
