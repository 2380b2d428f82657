"""Pairs and answers that teach nothing or the wrong thing, found before they are written."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from ai_data_platform.core.preference.candidates import Candidates
from ai_data_platform.core.preference.codes import Flags
from ai_data_platform.core.preference.fates import Fates
from ai_data_platform.core.preference.logged import Logged
from ai_data_platform.core.preference.options import PairOptions
from ai_data_platform.core.preference.truncation import Room

__all__ = ["check_pairs", "near_equal"]


def check_pairs(
    pairs: Candidates, log: Logged, fates: Fates, options: PairOptions, room: Room | None
) -> Candidates:
    """The pairs that can teach; the ratings of the others end here. Without `room` nothing is tokenised."""
    holes = log.holes[pairs.chosen.exchanges]
    pairs = pairs.without(holes, fates, "empty_turn_in_history", "an earlier message has no text")
    other = log.prompts[pairs.chosen.exchanges] != log.prompts[pairs.rejected.exchanges]
    pairs = pairs.without(other, fates, "prompt_mismatch", "the sides answer different questions")
    chosen, rejected = pairs.chosen.texts.to_pylist(), pairs.rejected.texts.to_pylist()
    if pairs.origin == "ratings":
        near = near_equal(chosen, rejected, options.max_similarity)
        told = f"Levenshtein similarity {options.max_similarity:g} or more"
        pairs = pairs.without(near, fates, "near_equal_sides", told)
    if room is None:
        return pairs
    filled = room.filled(pairs.chosen.exchanges)
    limit = f"{options.max_tokens:,} tokens"
    pairs = pairs.without(filled, fates, "prompt_fills_token_limit", limit)
    chosen, rejected = pairs.chosen.texts.to_pylist(), pairs.rejected.texts.to_pylist()
    equal = room.equal(pairs.chosen.exchanges, chosen, rejected)
    return pairs.without(equal, fates, "equal_after_truncation", limit)


def near_equal(left: Sequence[str], right: Sequence[str], threshold: float) -> Flags:
    """Pairs of texts whose normalised Levenshtein similarity is `threshold` or more.

    1 minus the edits of single characters over the length of the longer text.
    """
    scorer = Levenshtein.normalized_similarity
    alike = process.cpdist(left, right, scorer=scorer, score_cutoff=threshold, dtype=np.float64)
    return np.asarray(alike) >= threshold
