"""All near-duplicates of a few texts, by name."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai_data_platform.core.datasets.near_duplicates.corpus import Corpus, changed, nothing
from ai_data_platform.core.datasets.near_duplicates.duplicates import Repeats
from ai_data_platform.core.datasets.near_duplicates.new_texts import Text
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions

__all__ = ["Match", "NearDuplicates", "Rank", "find_near_duplicates", "named"]

Rank = tuple[float, ...]


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
    to the best row of its connected component.
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


def find_near_duplicates(
    texts: Sequence[Text],
    options: NearDuplicateOptions | None = None,
    ranks: Mapping[str, Rank] | None = None,
) -> NearDuplicates:
    """What becomes of each text. The order in which they come does not count.

    Of several copies the one with the lowest (rank, id) stays; without ranks, the lowest id. Raises
    ValueError when two texts have one id, or a rank is not finite.
    """
    options = options or NearDuplicateOptions()
    return named(changed(nothing(options), texts, ()).corpus, ranks or {})


def named(corpus: Corpus, ranks: Mapping[str, Rank]) -> NearDuplicates:
    """What becomes of the rows of a corpus, by name; a row without a rank has none like all others."""
    ids: list[str] = corpus.ids.to_pylist()
    lines = [ranks.get(name, ()) for name in ids]
    decision = corpus.decide(np.array(lines, dtype=np.float64).reshape(len(ids), -1 if ids else 0))
    labels = dict(zip(ids, corpus.labels.tolist(), strict=True))
    best: dict[int, str] = {}
    for name in sorted(ids, key=lambda name: (ranks.get(name, ()), name)):
        best.setdefault(labels[name], name)
    clusters = {name: best[label] for name, label in labels.items()}
    return NearDuplicates(
        _matches(ids, decision.dropped),
        _matches(ids, decision.variants, "number_variant"),
        dict(sorted(clusters.items())),
    )


def _matches(ids: Sequence[str], repeats: Repeats, reason: str | None = None) -> tuple[Match, ...]:
    columns = (repeats.rows, repeats.kept, repeats.jaccards, repeats.exact)
    found: Iterable[Match] = (
        Match(
            ids[row],
            ids[kept],
            jaccard,
            reason or ("exact_duplicate" if exact else "near_duplicate"),
        )
        for row, kept, jaccard, exact in zip(*(c.tolist() for c in columns), strict=True)
    )
    return tuple(sorted(found, key=lambda match: match.id))
