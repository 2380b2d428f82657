"""The claims of a certificate worked out once more, in plain Python and by other means.

Sets of strings instead of hashes, dictionaries instead of arrays: slower than what made the certificate,
and short enough to be read in one go. Only the definition of a word is shared with it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil

from ai_data_platform.core.datasets.leakage.contamination import Contamination, Kind
from ai_data_platform.core.datasets.leakage.items import EvaluationItem
from ai_data_platform.core.datasets.leakage.options import ContaminationOptions
from ai_data_platform.core.text import normalise, words

__all__ = ["ItemBook", "NearBook", "text_set"]

_SHORT = 8
_ROUNDING = 1e-9
Run = tuple[str, ...]


def text_set(text: str, shingle: int, min_words: int) -> frozenset[str]:
    """Words and runs of words as strings; of a text that is too short one string, all of it."""
    found = words(normalise(text))
    if len(found) < min_words or not found:
        return frozenset({f"\n{' '.join(found) or normalise(text)}"})  # no shingle has a line end
    return frozenset(_shingles(found, shingle))


class NearBook:
    """Sets by id, and which of them each of their rarest members stands in."""

    def __init__(self, sets: Mapping[str, frozenset[str]], threshold: float) -> None:
        self._sets = sets
        self._threshold = threshold
        self._often = Counter(member for found in sets.values() for member in found)
        self._holders: dict[str, list[str]] = {}
        for name, found in sets.items():
            for member in self._rarest(found):
                self._holders.setdefault(member, []).append(name)

    def near(self, one: frozenset[str]) -> Iterator[tuple[str, float]]:
        """Ids and Jaccard indices of the sets that reach the threshold with this one.

        Two such sets share more than |one| - t|one| members, so one of the rarest is among them.
        """
        met = {name for member in self._rarest(one) for name in self._holders.get(member, ())}
        for name in met:
            other = self._sets[name]
            shared = len(one & other)
            jaccard = shared / max(len(one) + len(other) - shared, 1)
            if jaccard >= self._threshold - _ROUNDING and shared:
                yield name, jaccard

    def _rarest(self, found: frozenset[str]) -> list[str]:
        most = len(found) - ceil(self._threshold * len(found) - _ROUNDING) + 1
        known = [member for member in found if member in self._often]
        left = most - (len(found) - len(known))  # what stands in no set of the book is rarer still
        return sorted(known, key=lambda member: (self._often[member], member))[: max(left, 0)]


class ItemBook:
    """Evaluation items by their wording and by each of their runs of 13 and 8 words."""

    def __init__(self, items: Sequence[EvaluationItem], options: ContaminationOptions) -> None:
        self._options = options
        self._items = {str(place): item for place, item in enumerate(items)}
        self._words = {place: _cut(item.text) for place, item in self._items.items()}
        often = Counter(" ".join(found) for found in self._words.values())
        self._common = {text for text, n in often.items() if n > options.common_items}
        self._wordings: dict[str, list[str]] = {}
        for place, found in self._words.items():
            self._wordings.setdefault(" ".join(found), []).append(place)
        self._runs = {width: self._holders(width) for width in (13, 8)}
        least = min(options.similarity, options.short_similarity)
        sets = {place: frozenset(_shingles(found, 2)) for place, found in self._words.items()}
        self._near = NearBook({place: found for place, found in sets.items() if found}, least)

    @property
    def common_texts(self) -> int:
        """Texts that stand in too many items to tell anything."""
        return len(self._common)

    def strongest(self, messages: Iterable[str]) -> Contamination | None:
        """The item of which these messages of a row hold the most; None when they hold none."""
        cut = [found for text in messages if (found := _cut(text))]
        telling = [found for found in cut if " ".join(found) not in self._common]
        matches = [
            *self._equal(telling),
            *self._sharing(telling, 13, 0),
            *self._sharing(telling, 8, self._options.containment),
            *self._similar(telling),
        ]
        order = ("same_question", "ngram_13", "ngram_8", "near_duplicate")
        return min(
            matches,
            key=lambda m: (-m.share, order.index(m.kind), m.set_name, m.item_id),
            default=None,
        )

    def _holders(self, width: int) -> dict[Run, set[str]]:
        holders: dict[Run, set[str]] = {}
        for place, found in self._words.items():
            for run in _runs(found, width):
                holders.setdefault(run, set()).add(place)
        most = self._options.common_items
        return {run: places for run, places in holders.items() if len(places) <= most}

    def _equal(self, messages: Sequence[list[str]]) -> Iterator[Contamination]:
        for found in messages:
            for place in self._wordings.get(" ".join(found), ()):
                item = self._items[place]
                yield Contamination(item.item_id, item.set_name, "same_question", 1.0)

    def _sharing(
        self, messages: Sequence[list[str]], width: int, least: float
    ) -> Iterator[Contamination]:
        mine = {run for found in messages for run in _runs(found, width)}
        held = Counter(place for run in mine for place in self._runs[width].get(run, ()))
        for place, shared in held.items():
            theirs = {run for run in _runs(self._words[place], width) if run in self._runs[width]}
            share, item = shared / len(theirs), self._items[place]
            if share >= least:
                kind: Kind = "ngram_13" if width == 13 else "ngram_8"
                yield Contamination(item.item_id, item.set_name, kind, share)

    def _similar(self, messages: Sequence[list[str]]) -> Iterator[Contamination]:
        for found in messages:
            for place, jaccard in self._near.near(frozenset(_shingles(found, 2))):
                short = len(self._words[place]) < _SHORT
                least = self._options.short_similarity if short else self._options.similarity
                if jaccard >= least:
                    item = self._items[place]
                    yield Contamination(item.item_id, item.set_name, "near_duplicate", jaccard)


def _cut(text: str) -> list[str]:
    return words(normalise(text))


def _shingles(found: Sequence[str], width: int) -> set[str]:
    return {*found, *(" ".join(run) for run in _runs(found, width))}


def _runs(found: Sequence[str], width: int) -> set[Run]:
    return {tuple(found[i : i + width]) for i in range(len(found) - width + 1)}
