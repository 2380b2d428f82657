"""Which rows repeat another one, which only look like it, and which belong together in a split."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai_data_platform.core.datasets.near_duplicates.jaccard import Places
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.sketches import Sketches
from ai_data_platform.core.datasets.near_duplicates.survivors import NOBODY, Followers, follow

__all__ = ["Match", "NearDuplicates", "Rank", "Rows", "Text", "decide"]

Rank = tuple[int | float | str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A row to compare. Of several copies the one with the lowest (rank, id) stays.

    Ranks must be comparable with each other; one with a number that is not finite raises ValueError.
    """

    id: str
    text: str
    rank: Rank = ()

    def __post_init__(self) -> None:
        if any(isinstance(part, float) and not math.isfinite(part) for part in self.rank):
            raise ValueError(
                f"{self.id} has the rank {self.rank}: wanted finite numbers and strings"
            )


@dataclass(frozen=True, slots=True)
class Match:
    """A row, the kept row that it resembles, how much, and why it is named: the reason identifier."""

    id: str
    kept_id: str
    jaccard: float
    reason: str


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """What became of every row; matches are in the order of their ids.

    `dropped` (`exact_duplicate`, `near_duplicate`) name a kept row that ranks better and reaches the
    threshold with them: the nearest such row. `variants` (`number_variant`) are kept rows that resemble
    a better kept row and differ from it in their numbers. `clusters` leads from each id, dropped or not,
    to the best row of its connected component: rows of one cluster belong in one split.
    """

    dropped: tuple[Match, ...]
    variants: tuple[Match, ...]
    clusters: Mapping[str, str]

    @property
    def figures(self) -> dict[str, int]:
        """Rows, drops by reason, variants, clusters of more than one row and the largest of them."""
        sizes = Counter(self.clusters.values()).values()
        reasons = Counter(match.reason for match in self.dropped)
        return {
            "rows": len(self.clusters),
            "exact_duplicate": reasons["exact_duplicate"],
            "near_duplicate": reasons["near_duplicate"],
            "number_variant": len(self.variants),
            "clusters": sum(1 for size in sizes if size > 1),
            "largest_cluster": max(sizes, default=0),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Ids and ranks of rows, and the place of each one's sketch."""

    ids: Sequence[str]
    ranks: Sequence[Rank]
    places: Places


def decide(
    rows: Rows, sketches: Sketches, labels: Places, options: NearDuplicateOptions
) -> NearDuplicates:
    """The outcome for rows whose components are known: a function of the set of rows alone."""
    order = np.array(
        sorted(range(len(rows.ids)), key=lambda row: (rows.ranks[row], rows.ids[row])),
        dtype=np.intp,
    )
    texts, first = np.unique(rows.places[order], return_index=True)
    best_row = np.zeros(len(sketches), dtype=np.intp)
    best_row[texts] = order[first]
    ranked = texts[np.argsort(first)]
    dropped, variants = _followers(sketches, ranked, labels, options)
    return NearDuplicates(
        dropped=tuple(_dropped(rows, best_row, dropped)),
        variants=tuple(_variants(rows, best_row, variants)),
        clusters=_clusters(rows, best_row, ranked, labels),
    )


def _followers(
    sketches: Sketches, ranked: Places, labels: Places, options: NearDuplicateOptions
) -> tuple[Followers, Followers]:
    """The texts that a better one makes superfluous, and those that only differ in numbers."""
    crowded = ranked[np.bincount(labels, minlength=len(labels))[labels[ranked]] > 1]
    if not options.numbers_are_variants:
        return follow(sketches, crowded, labels[crowded], options.threshold), NOBODY
    _, same_numbers = np.unique(
        np.stack((labels[crowded].astype(np.uint64), sketches.numbers[crowded])),
        axis=1,
        return_inverse=True,
    )
    dropped = follow(sketches, crowded, same_numbers, options.threshold)
    kept = crowded[~np.isin(crowded, dropped.texts)]
    return dropped, follow(sketches, kept, labels[kept], options.threshold, masks_count=True)


def _dropped(rows: Rows, best_row: Places, followers: Followers) -> Iterator[Match]:
    """Copies of a kept text repeat its best row; every row of a dropped text repeats what it follows."""
    leaders = np.arange(len(best_row))
    leaders[followers.texts] = followers.leaders
    jaccards = np.ones(len(best_row))
    jaccards[followers.texts] = followers.jaccards
    for row in sorted(range(len(rows.ids)), key=rows.ids.__getitem__):
        place = rows.places[row]
        kept = best_row[leaders[place]]
        if kept != row:
            reason = "exact_duplicate" if leaders[place] == place else "near_duplicate"
            yield Match(rows.ids[row], rows.ids[kept], float(jaccards[place]), reason)


def _variants(rows: Rows, best_row: Places, followers: Followers) -> list[Match]:
    matches = [
        Match(
            rows.ids[best_row[text]], rows.ids[best_row[leader]], float(jaccard), "number_variant"
        )
        for text, leader, jaccard in zip(
            followers.texts, followers.leaders, followers.jaccards, strict=True
        )
    ]
    return sorted(matches, key=lambda match: match.id)


def _clusters(rows: Rows, best_row: Places, ranked: Places, labels: Places) -> dict[str, str]:
    heads = np.zeros(len(labels), dtype=np.intp)
    heads[labels[ranked[::-1]]] = best_row[ranked[::-1]]  # the best comes last and stays
    of_row = heads[labels[rows.places]]
    return dict(sorted((name, rows.ids[head]) for name, head in zip(rows.ids, of_row, strict=True)))
