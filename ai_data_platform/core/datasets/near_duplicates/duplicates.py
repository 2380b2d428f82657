"""Which rows repeat another one, and which only look like it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.datasets.near_duplicates.clusters import firsts_alike
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.sketches import Places, Sketches
from ai_data_platform.core.datasets.near_duplicates.survivors import NOBODY, Followers, follow

__all__ = ["Decision", "Ranks", "Repeats", "best_first", "decide"]

Ranks = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Rows that resemble a better one: arrays of one length, in the order of the rows.

    `exact` tells rows whose text says the same word for word as that of the kept row.
    """

    rows: Places
    kept: Places
    jaccards: npt.NDArray[np.float64]
    exact: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What became of the rows.

    `dropped` name a kept row that ranks better and reaches the threshold with them: the nearest such
    row. `variants` are kept rows that resemble a better kept row and differ from it in their numbers.
    """

    dropped: Repeats
    variants: Repeats


def decide(
    ids: pa.Array,
    sketches: Sketches,
    labels: Places,
    ranks: Ranks,
    options: NearDuplicateOptions,
) -> Decision:
    """The outcome for rows whose components are known: a function of the set of rows alone.

    Of several copies the one with the lowest (rank, id) stays; `ranks` has one line of numbers a row.
    Raises ValueError when one is not finite.
    """
    if not np.isfinite(ranks).all():
        raise ValueError("a rank is not a finite number: ranks must be comparable with each other")
    crowded = np.flatnonzero(np.bincount(labels, minlength=len(labels))[labels] > 1)
    ordered = best_first(crowded, ids, ranks)
    firsts = firsts_alike(sketches, crowded)
    best_row = np.arange(len(labels))
    best_row[firsts[ordered[::-1]]] = ordered[::-1]  # of several rows the last one counts: the best
    texts = firsts[ordered[best_row[firsts[ordered]] == ordered]]
    followed, varied = _followers(sketches, texts, labels, options)
    return Decision(_dropped(crowded, firsts, best_row, followed), _variants(best_row, varied))


def best_first(rows: Places, ids: pa.Array, ranks: Ranks) -> Places:
    """The rows in the order of (rank, id)."""
    by_id: Places = rows[pc.array_sort_indices(ids.take(pa.array(rows))).to_numpy()]
    columns = [ranks[by_id, i] for i in reversed(range(ranks.shape[1]))]
    return by_id[np.lexsort(columns)] if columns else by_id


def _followers(
    sketches: Sketches, ranked: Places, labels: Places, options: NearDuplicateOptions
) -> tuple[Followers, Followers]:
    """The texts that a better one makes superfluous, and those that only differ in numbers."""
    none = np.zeros(len(ranked), dtype=np.uint64)
    if not options.numbers_are_variants:
        return follow(sketches, ranked, labels[ranked], none, options.threshold), NOBODY
    numbers = sketches.numbers[ranked]
    dropped = follow(sketches, ranked, labels[ranked], numbers, options.threshold)
    stays = np.ones(len(labels), dtype=bool)
    stays[dropped.texts] = False
    kept = ranked[stays[ranked]]
    none = none[: len(kept)]
    return dropped, follow(sketches, kept, labels[kept], none, options.threshold, masks_count=True)


def _dropped(rows: Places, firsts: Places, best_row: Places, followers: Followers) -> Repeats:
    """Copies of a kept text repeat its best row; every row of a dropped text repeats what it follows."""
    leaders = np.arange(len(best_row))
    leaders[followers.texts] = followers.leaders
    jaccards = np.ones(len(best_row))
    jaccards[followers.texts] = followers.jaccards
    texts = firsts[rows]
    kept = best_row[leaders[texts]]
    gone = kept != rows
    rows, kept, texts = rows[gone], kept[gone], texts[gone]
    return Repeats(rows, kept, jaccards[texts], leaders[texts] == texts)


def _variants(best_row: Places, followers: Followers) -> Repeats:
    order = np.argsort(best_row[followers.texts])
    rows, kept = best_row[followers.texts][order], best_row[followers.leaders][order]
    return Repeats(rows, kept, followers.jaccards[order], np.zeros(len(rows), dtype=bool))
