"""Ratings to rows: pairs, answers with a label, and every other rating with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ai_data_platform.core.datasets.lengths import Tokenizer
from ai_data_platform.core.preference.caps import Caps
from ai_data_platform.core.preference.checks import check_pairs
from ai_data_platform.core.preference.contests import rated_pairs
from ai_data_platform.core.preference.edited import edited_pairs
from ai_data_platform.core.preference.logged import read_logged
from ai_data_platform.core.preference.options import PairOptions
from ai_data_platform.core.preference.parts import ByConversation, conversation_parts
from ai_data_platform.core.preference.rated import read_rated
from ai_data_platform.core.preference.reliability import Weights, reliability
from ai_data_platform.core.preference.rows import judgement_rows, pair_rows, unpaired_rows
from ai_data_platform.core.preference.schemas import (
    DROPPED_RATINGS,
    JUDGEMENTS,
    PREFERENCE_SCHEMA,
    UNPAIRED_SCHEMA,
)
from ai_data_platform.core.preference.truncation import Room
from ai_data_platform.core.preference.unpaired import labelled_answers

__all__ = ["Preferences", "build_preferences", "preference_parts"]


@dataclass(frozen=True, slots=True, eq=False)
class Preferences:
    """What ratings became: PREFERENCE_SCHEMA, UNPAIRED_SCHEMA, DROPPED_RATINGS and JUDGEMENTS.

    Rows are in the order of conversation, turn and message id; dropped ratings in that of their record
    ids. Each rating is in one of the first three tables exactly once.
    """

    pairs: pa.Table
    unpaired: pa.Table
    dropped: pa.Table
    judgements: pa.Table


def build_preferences(
    exchanges: pa.Table,
    ratings: pa.Table,
    options: PairOptions | None = None,
    *,
    tokenizer: Tokenizer | None = None,
) -> Preferences:
    """All parts of `preference_parts` as one."""
    parts = list(preference_parts(exchanges, ratings, options, tokenizer=tokenizer))

    def whole(name: str, schema: pa.Schema) -> pa.Table:
        return pa.concat_tables([schema.empty_table(), *(getattr(part, name) for part in parts)])

    return Preferences(
        whole("pairs", PREFERENCE_SCHEMA),
        whole("unpaired", UNPAIRED_SCHEMA),
        whole("dropped", DROPPED_RATINGS).sort_by("record_id"),
        whole("judgements", JUDGEMENTS),
    )


def preference_parts(
    exchanges: pa.Table,
    ratings: pa.Table,
    options: PairOptions | None = None,
    *,
    tokenizer: Tokenizer | None = None,
) -> Iterator[Preferences]:
    """The rows of one range of conversations after the other, in time linear in the events.

    `exchanges` are all conversations as logged (columns of REDACTED), unfiltered, so that histories are
    right; `ratings` have the columns of `records.FEEDBACK`, with `edited_text` redacted. Either may be in any
    order, and where ranges end changes nothing. Without a tokenizer nothing is said about lengths.
    """
    options = options or PairOptions()
    logged, rated = ByConversation(exchanges), ByConversation(ratings)
    weights = Weights.equal() if options.reliability == "none" else reliability(rated)
    build = _Build(options, weights, tokenizer, Caps(options))
    for part in conversation_parts(logged, rated):
        yield build.part(*part)


@dataclass(frozen=True, slots=True, eq=False)
class _Build:
    options: PairOptions
    weights: Weights
    tokenizer: Tokenizer | None
    caps: Caps

    def part(self, exchanges: pa.Table, ratings: pa.Table) -> Preferences:
        log = read_logged(exchanges)
        rated = read_rated(ratings, log, self.weights)
        judgements = judgement_rows(log, rated, rated.counted)
        room = None
        if self.tokenizer is not None:
            room = Room(log, self.tokenizer, self.options.max_tokens)
        pairs = (edited_pairs(rated, log, self.options), rated_pairs(rated, log, self.options))
        edits, best = (check_pairs(one, log, rated.fates, self.options, room) for one in pairs)
        pairs = self.caps.apply((edits, best), log, rated.fates)
        for one in pairs:
            rated.fates.use(np.flatnonzero(one.of >= 0))
        labelled = labelled_answers(rated, log, self.options, room)
        rated.fates.use(labelled.ratings)
        return Preferences(
            pair_rows(pairs, log, rated),
            unpaired_rows(labelled, log, rated),
            rated.fates.dropped(),
            judgements,
        )
