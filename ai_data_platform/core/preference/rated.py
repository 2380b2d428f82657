"""Ratings on the answers that they are of: one a person, the same words being one answer."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.preference.codes import (
    Codes,
    Flags,
    codes,
    firsts,
    lasts,
    reading_codes,
    together,
)
from ai_data_platform.core.preference.fates import Fates
from ai_data_platform.core.preference.logged import Logged, key_of
from ai_data_platform.core.preference.raters import rater_ids
from ai_data_platform.core.preference.reasons import WAITING
from ai_data_platform.core.preference.reliability import Weights

__all__ = ["Answers", "Rated", "read_rated"]

Numbers = npt.NDArray[np.float64]
_AGE = ("created_at", "event_id", "record_id")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What was said under one prompt, rated by somebody: its prompt, and the exchange with the least id.

    `ranks` orders answers by that id.
    """

    prompts: Codes
    exchanges: Codes
    ranks: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """The ratings of a part, from the oldest on, with what they are of (-1 where they ended before)."""

    rows: pa.RecordBatch
    fates: Fates
    raters: pa.Array  # user's hash, or the event where the rater is hidden
    weights: Numbers
    of: Codes
    answers: Answers
    edits: Flags

    @property
    def counted(self) -> Codes:
        """Ratings that count for their answer: edits are no ratings among siblings."""
        return np.flatnonzero(self.fates.open & ~self.edits)

    @property
    def values(self) -> Numbers:
        """The ratings as numbers, 1 to 5."""
        values: Numbers = self.rows.column("rating").to_numpy().astype(np.float64)
        return values

    @property
    def positions(self) -> Numbers:
        """The place at which each rated answer was shown, NaN where it is not known."""
        shown = _column(self.rows, "shown_position").cast(pa.float64())
        positions: Numbers = shown.fill_null(np.nan).to_numpy()
        return positions


def read_rated(ratings: pa.Table, log: Logged, weights: Weights) -> Rated:
    """Ratings (columns of `records.FEEDBACK`) of the conversations of a log; those that count stay open."""
    rows = _by_age(ratings)
    fates = Fates(rows)
    exchanges = _placed(rows, log, fates)
    at = np.flatnonzero(fates.open)
    answers, answer_of = _answers(log, exchanges[at])
    of = np.full(len(rows), -1, np.int64)
    of[at] = answer_of
    raters = rater_ids(rows)
    edits = _column(rows, "edited_text").is_valid().to_numpy(zero_copy_only=False)
    rated = Rated(rows, fates, raters, weights.of(raters), of, answers, edits)
    _drop_repeated(rated)
    return rated


def _by_age(ratings: pa.Table) -> pa.RecordBatch:
    order = pc.sort_indices(ratings, [(name, "ascending") for name in _AGE])
    ordered = ratings.take(order).combine_chunks()
    chunks = [column.chunks for column in ordered.columns]
    columns = [
        pa.concat_arrays(found) if found else pa.array([], field.type)
        for found, field in zip(chunks, ordered.schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ordered.schema)


def _placed(rows: pa.RecordBatch, log: Logged, fates: Fates) -> Codes:
    """The exchange of each rating, where it can stand for one."""
    messages = rows.column("message_id")
    keys = key_of(rows.column("conversation_id"), messages)
    found = pc.index_in(keys, value_set=log.keys, skip_nulls=True)
    exchanges: Codes = found.fill_null(-1).to_numpy().astype(np.int64)
    whole = messages.is_null().to_numpy(zero_copy_only=False)
    fates.drop(np.flatnonzero(whole), "conversation_level", "the whole conversation was rated")
    named = pc.binary_join_element_wise("message", messages, " ")

    def drop(flags: Flags, reason: str) -> None:
        places = np.flatnonzero(flags & fates.open)
        fates.drop(places, reason, named.take(pa.array(places)))

    if not len(log.keys):
        drop(np.ones(len(rows), bool), WAITING)
        return exchanges
    drop(exchanges < 0, WAITING)
    drop(~log.known[exchanges], "history_unknown")
    drop(log.blanks("user_message")[exchanges], "empty_prompt")
    drop(log.blanks("assistant_message")[exchanges], "empty_answer")
    return exchanges


def _answers(log: Logged, exchanges: Codes) -> tuple[Answers, Codes]:
    """The answers behind these exchanges, and the answer of each."""
    rated, places = np.unique(exchanges, return_inverse=True)
    prompts = log.prompts[rated]
    texts = log.column("assistant_message", rated)
    answers = together(prompts, reading_codes(texts, prompts))
    order = pc.sort_indices(log.column("message_id", rated)).to_numpy().astype(np.int64)
    lowest = order[firsts(codes(answers[order]))]
    lowest = lowest[np.argsort(answers[lowest])]
    ranks = np.empty(len(rated), np.int64)
    ranks[order] = np.arange(len(order))
    return Answers(prompts[lowest], rated[lowest], ranks[lowest]), answers[places]


def _drop_repeated(rated: Rated) -> None:
    """Of one person's ratings of one answer the latest counts, and so does the latest edit."""
    at = np.flatnonzero(rated.fates.open)
    person = together(rated.of[at], codes(rated.raters.take(pa.array(at))), rated.edits[at] + 0)
    last = lasts(person)
    latest = np.empty(person.max(initial=-1) + 1, np.int64)
    latest[person[last]] = at[last]
    repeated = at[~last]
    counts = rated.rows.column("record_id").take(pa.array(latest[person[~last]]))
    rated.fates.drop(repeated, "repeated_rating", "rated again later", counts, "record")


def _column(rows: pa.RecordBatch, name: str) -> pa.Array:
    return rows.column(name) if name in rows.schema.names else pa.nulls(len(rows), pa.string())
