"""Preference from edits: the answer as a person would have it is better than the answer."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.preference.candidates import Candidates, Side
from ai_data_platform.core.preference.codes import Codes, firsts, reading_codes, runs, together
from ai_data_platform.core.preference.logged import Logged
from ai_data_platform.core.preference.options import PairOptions
from ai_data_platform.core.preference.rated import Rated

__all__ = ["edited_pairs"]


def edited_pairs(rated: Rated, log: Logged, options: PairOptions) -> Candidates:
    """Each edit over its answer; edits of one answer that read the same are one pair.

    Edits that change nothing, have no text or are more than their prompt may have end here.
    """
    edits = rated.rows.column("edited_text")
    at = np.flatnonzero(rated.fates.open & rated.edits)
    texts = edits.take(pa.array(at))
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False)
    rated.fates.drop(at[blank], "empty_edit", "the edit has no text")
    at = at[~blank]
    exchanges = rated.answers.exchanges[rated.of[at]]
    written = edits.take(pa.array(at))
    originals = log.column("assistant_message", exchanges)
    groups = np.tile(rated.of[at], 2)
    reading = reading_codes(pa.concat_arrays([written, originals]), groups)
    same = reading[: len(at)] == reading[len(at) :]
    _drop_unchanged(rated, log, at[same])
    at, versions = at[~same], together(rated.of[at[~same]], reading[: len(at)][~same])
    return _capped(_pairs(rated, log, at, versions), rated, options)


def _drop_unchanged(rated: Rated, log: Logged, at: Codes) -> None:
    messages = rated.rows.column("message_id").take(pa.array(at))
    told = pc.binary_join_element_wise("reads like message", messages, " ")
    rated.fates.drop(at, "edit_equals_answer", told)


def _pairs(rated: Rated, log: Logged, at: Codes, versions: Codes) -> Candidates:
    """One pair a version of an answer, told in the words of the oldest edit."""
    size = versions.max(initial=-1) + 1
    oldest = at[firsts(versions)]
    exchanges = rated.answers.exchanges[rated.of[oldest]]
    weights = rated.weights[at]
    total = np.bincount(versions, weights * rated.values[at], size)
    means = total / np.bincount(versions, weights, size)
    people = np.bincount(versions, minlength=size)
    nowhere = np.full(size, np.nan)
    written = rated.rows.column("edited_text").take(pa.array(oldest))
    chosen = Side(exchanges, written, nowhere, people, nowhere)
    answer = log.column("assistant_message", exchanges)
    rejected = Side(exchanges, answer, means, people, nowhere)
    of = np.full(len(rated.of), -1, np.int64)
    of[at] = versions
    return Candidates("edit", chosen, rejected, np.full(size, np.inf), of)


def _capped(pairs: Candidates, rated: Rated, options: PairOptions) -> Candidates:
    """The edits of most people, then the oldest."""
    prompts = _prompts(pairs, rated)
    order = np.lexsort((np.arange(len(pairs)), -pairs.chosen.raters, prompts))
    begins = runs(prompts[order])
    starts = np.flatnonzero(begins)
    place = np.arange(len(order)) - (starts[np.cumsum(begins) - 1] if len(starts) else 0)
    over = np.zeros(len(pairs), bool)
    over[order[place >= options.max_pairs_per_prompt]] = True
    told = f"wanted at most {options.max_pairs_per_prompt} edits a prompt"
    return pairs.without(over, rated.fates, "over_prompt_cap", told)


def _prompts(pairs: Candidates, rated: Rated) -> Codes:
    """The prompt of each pair."""
    prompts = np.zeros(len(pairs), np.int64)
    at = np.flatnonzero(pairs.of >= 0)
    prompts[pairs.of[at]] = rated.answers.prompts[rated.of[at]]
    return prompts
