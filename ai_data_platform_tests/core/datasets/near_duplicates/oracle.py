"""The same outcome by comparing every two texts, and texts to compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from random import Random

from ai_data_platform.core.datasets.near_duplicates import (
    NearDuplicateOptions,
    NearDuplicates,
    Text,
    find_near_duplicates,
)
from ai_data_platform.core.datasets.near_duplicates.search import Rank
from ai_data_platform.core.text import normalise, words
from ai_data_platform_tests.core.datasets.near_duplicates.numbers_by_pattern import (
    masked_words,
    numbers,
)

__all__ = [
    "EVERY_PAIR",
    "VOCABULARY",
    "Ranked",
    "found_in",
    "jaccard",
    "naive_clusters",
    "naive_dropped",
    "ranks_of",
    "texts_of",
]

EVERY_PAIR = NearDuplicateOptions(rows_per_band=1, min_words=3)
"""One value a band: two texts at the threshold have no band in common once in 10^19 pairs."""

VOCABULARY = [f"{a}{b}" for a in ("ba", "do", "ki", "mu", "re", "so", "ti") for b in "lmnrst"]


@dataclass(frozen=True, slots=True)
class Ranked(Text):
    """A text of which the lowest (rank, id) of several copies stays."""

    rank: Rank = ()


def found_in(
    texts: Sequence[Ranked], options: NearDuplicateOptions | None = None
) -> NearDuplicates:
    """What becomes of the texts by their ranks."""
    return find_near_duplicates(texts, options, ranks_of(texts))


def ranks_of(texts: Sequence[Ranked]) -> Mapping[str, Rank]:
    return {text.id: text.rank for text in texts}


def texts_of(seed: int, count: int, length: int = 9) -> list[Ranked]:
    """Texts of few words in common patterns, so that there are copies, variants, chains and strangers."""
    random = Random(seed)
    patterns = [random.choices(VOCABULARY, k=length) for _ in range(3)]
    found = []
    for i in range(count):
        chosen = list(random.choice(patterns))
        for place in random.sample(range(length), random.randint(0, 4)):
            chosen[place] = random.choice([*VOCABULARY, "17", "18", "19"])
        rank = (random.randint(0, 2),)
        words_of_it = chosen[: random.choice([2, length, length])]
        segment = random.choice(["", "monday", "tuesday"])
        found.append(Ranked(f"t{i:03}", " ".join(words_of_it), segment, rank))
    return found


def jaccard(a: str, b: str) -> float:
    """Of the sets of words and pairs of words."""
    left, right = _shingles(a), _shingles(b)
    return len(left & right) / len(left | right)


def naive_clusters(texts: Sequence[Ranked], options: NearDuplicateOptions) -> dict[str, str]:
    """The best row of each connected component, by merging sets."""
    groups = {text.id: {text.id} for text in texts}
    for a, b in combinations(texts, 2):
        if _connected(a, b, options) and groups[a.id] is not groups[b.id]:
            joined = groups[a.id] | groups[b.id]
            groups.update(dict.fromkeys(joined, joined))
    best = {text.id: (text.rank, text.id) for text in texts}
    return {name: min(group, key=best.__getitem__) for name, group in groups.items()}


def naive_dropped(texts: Sequence[Ranked], options: NearDuplicateOptions) -> dict[str, str]:
    """The kept row that each dropped one repeats, going from the best text to the worst.

    A copy of a row that was dropped names what that row names.
    """
    clusters = naive_clusters(texts, options)
    kept: list[Ranked] = []
    decided: list[tuple[Ranked, Ranked]] = []
    for text in sorted(texts, key=lambda text: (text.rank, text.id)):
        same = [named for other, named in decided if _same(other, text)]
        near = [
            other
            for other in kept
            if clusters[other.id] == clusters[text.id] and _duplicates(other, text, options)
        ]
        nearest = max(near, key=lambda other: jaccard(other.text, text.text), default=text)
        decided.append((text, same[0] if same else nearest))
        if decided[-1][1] is text:
            kept.append(text)
    return {text.id: named.id for text, named in decided if named is not text}


def _connected(a: Text, b: Text, options: NearDuplicateOptions) -> bool:
    if _same(a, b):
        return True
    if not _long(a, b, options):
        return words(normalise(a.text)) == words(normalise(b.text)) != []
    masked = masked_words(normalise(a.text)) == masked_words(normalise(b.text))
    return jaccard(a.text, b.text) >= options.threshold or (masked and options.numbers_are_variants)


def _duplicates(a: Text, b: Text, options: NearDuplicateOptions) -> bool:
    if not _long(a, b, options) or jaccard(a.text, b.text) < options.threshold:
        return False
    return not options.numbers_are_variants or numbers(a.text) == numbers(b.text)


def _same(a: Text, b: Text) -> bool:
    return normalise(a.text) == normalise(b.text)


def _long(a: Text, b: Text, options: NearDuplicateOptions) -> bool:
    return min(len(words(a.text)), len(words(b.text))) >= options.min_words


def _shingles(text: str) -> set[tuple[str, ...]]:
    found = words(normalise(text))
    return {(word,) for word in found} | set(pairwise(found))
