"""Rated answers without a rated sibling: liked or not."""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from ai_data_platform.core.preference.codes import Codes, Flags
from ai_data_platform.core.preference.contests import Tally, tally
from ai_data_platform.core.preference.logged import Logged
from ai_data_platform.core.preference.options import PairOptions
from ai_data_platform.core.preference.rated import Rated
from ai_data_platform.core.preference.truncation import Room

__all__ = ["Labelled", "labelled_answers"]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Answers with a label, and the ratings behind them."""

    answers: Codes
    found: Tally
    ratings: Codes
    likes: Flags


def labelled_answers(
    rated: Rated, log: Logged, options: PairOptions, room: Room | None
) -> Labelled:
    """What is left open after pairs were made: single answers. Those without a label end here."""
    _drop_comparisons(rated, log)
    at = rated.counted
    exchanges = rated.answers.exchanges[rated.of[at]]
    _drop(
        rated, at, log.holes[exchanges], "empty_turn_in_history", "an earlier message has no text"
    )
    if room is not None:
        at = rated.counted
        filled = room.filled(rated.answers.exchanges[rated.of[at]])
        limit = f"{options.max_tokens:,} tokens"
        _drop(rated, at, filled, "prompt_fills_token_limit", limit)
    found = tally(rated, rated.counted)
    with np.errstate(invalid="ignore"):
        likes, dislikes = found.means >= options.like_from, found.means <= options.dislike_to
    at = rated.counted
    between = f"mean rating above {options.dislike_to:g} and below {options.like_from:g}"
    _drop(rated, at, ~(likes | dislikes)[rated.of[at]], "neutral_rating", between)
    ratings = rated.counted
    return Labelled(np.unique(rated.of[ratings]), found, ratings, likes)


def _drop_comparisons(rated: Rated, log: Logged) -> None:
    """Better than another says little where the other is not known."""
    at = rated.counted
    compared = pc.equal(rated.rows.column("kind"), "comparison").to_numpy(zero_copy_only=False)[at]
    # Answers that the log has at one place were shown together, whatever they answer.
    anchors = log.anchors[rated.answers.exchanges]
    there = np.bincount(anchors[np.unique(rated.of[at])], minlength=len(log.rows))
    several = there[anchors[rated.of[at]]] > 1
    _drop(rated, at, compared & several, "prompt_mismatch", "the sides answer different questions")
    alone = compared & ~several
    _drop(
        rated, at, alone, "comparison_without_sibling", "no other answer to its question was rated"
    )


def _drop(rated: Rated, at: Codes, flags: Flags, reason: str, told: str) -> None:
    rated.fates.drop(at[flags], reason, told)
