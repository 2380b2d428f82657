"""Training rows that hold an evaluation item: found by hashes, verified on the words."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.exact_join import JaccardIndex
from ai_data_platform.core.datasets.leakage.items import EvaluationItem
from ai_data_platform.core.datasets.leakage.ngrams import number_words, runs_of, vocabulary
from ai_data_platform.core.datasets.leakage.options import ContaminationOptions
from ai_data_platform.core.datasets.leakage.postings import Postings, postings
from ai_data_platform.core.datasets.shingle_table import ShingleTable, shingle_table
from ai_data_platform.core.text import normalise, words

__all__ = ["Contamination", "ContaminationIndex", "Kind", "find_contamination"]

Kind = Literal["same_question", "ngram_13", "ngram_8", "near_duplicate"]
Row = tuple[str, Sequence[str]]
Words = list[str]
Matches = Iterator[tuple[int, "Contamination"]]
_WIDTHS: Mapping[int, Kind] = {13: "ngram_13", 8: "ngram_8"}
_SHORT = 8
_ORDER: tuple[Kind, ...] = ("same_question", "ngram_13", "ngram_8", "near_duplicate")
MAX_TEXTS = 8192
_MAX_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Contamination:
    """The evaluation item that a row holds, how it was seen, and how much of it.

    `share` is that of the item's runs of 13 or 8 words which stand in the row, the Jaccard index of a
    near-duplicate, 1 for the same question.
    """

    item_id: str
    set_name: str
    kind: Kind
    share: float


def find_contamination(
    texts: Iterable[Row],
    items: Sequence[EvaluationItem],
    options: ContaminationOptions | None = None,
) -> dict[str, Contamination]:
    """The contaminated rows by id; a row is its id and the texts of its messages.

    Of several items the one with the greatest share is named. Rows are streamed; what becomes of one does
    not depend on the others.
    """
    return ContaminationIndex(items, options).find(texts)


class ContaminationIndex:
    """Evaluation items, to find the rows that hold them."""

    def __init__(
        self, items: Sequence[EvaluationItem], options: ContaminationOptions | None = None
    ) -> None:
        self._options = options or ContaminationOptions()
        self._items = sorted(items, key=lambda item: (item.set_name, item.item_id))
        cut = [_cut(item.text) for item in self._items]
        self._lengths = np.array([len(found) for found in cut], dtype=np.int64)
        self._known = vocabulary(cut)
        wordings = [" ".join(found) for found in cut]
        most = self._options.common_items
        self._common = {text for text, n in Counter(wordings).items() if n > most}
        self._equal = {text: i for i, text in reversed([*enumerate(wordings)]) if text}
        numbered = number_words(cut, self._known)
        self._runs: dict[int, Postings] = {
            width: postings(numbered, width, self._options.common_items) for width in _WIDTHS
        }
        least = min(self._options.similarity, self._options.short_similarity)
        self._near = JaccardIndex(_table(cut), least)

    @property
    def common_texts(self) -> int:
        """Texts that stand in too many items to tell anything: a message that equals one is passed over."""
        return len(self._common)

    def find(self, texts: Iterable[Row]) -> dict[str, Contamination]:
        """The contaminated rows by id, in the order in which they came."""
        found: dict[str, Contamination] = {}
        if not self._items:
            return found
        for batch in _batches(texts, self._common):
            best: dict[int, Contamination] = {}
            for row, match in self._matches(batch):
                best[row] = min(best.get(row, match), match, key=_strongest_first)
            found |= {batch.ids[row]: best[row] for row in sorted(best)}
        return found

    def _matches(self, batch: "_Batch") -> Matches:
        yield from self._same_questions(batch)
        yield from self._shared_runs(batch)
        yield from self._near_duplicates(batch)

    def _same_questions(self, batch: "_Batch") -> Matches:
        for row, message in zip(batch.rows.tolist(), batch.messages, strict=True):
            place = self._equal.get(" ".join(message))
            if place is not None:
                yield row, self._match(place, "same_question", 1.0)

    def _shared_runs(self, batch: "_Batch") -> Matches:
        numbered = number_words(batch.messages, self._known)
        for width in _WIDTHS:
            least = 0.0 if width == 13 else self._options.containment
            runs = runs_of(numbered, width)
            held = self._runs[width].held(batch.rows[runs.owner], runs.hashes, least)
            mine: dict[int, set[tuple[str, ...]]] = {}
            for row, place in zip(*(found.tolist() for found in held), strict=True):
                if row not in mine:
                    mine[row] = {run for text in batch.of(row) for run in _runs(text, width)}
                share = self._share(place, mine[row], width)
                if share > 0 and share >= least:
                    yield row, self._match(place, _WIDTHS[width], share)

    def _share(self, place: int, mine: set[tuple[str, ...]], width: int) -> float:
        """The share of the item's runs, but for the common ones, that are among these: by their words."""
        item = _cut(self._items[place].text)
        hashes = runs_of(number_words([item], self._known), width).hashes
        common = self._runs[width].is_common(hashes)
        theirs = {
            run for run, left_out in zip(_runs(item, width), common, strict=True) if not left_out
        }
        return len(theirs & mine) / max(len(theirs), 1)

    def _near_duplicates(self, batch: "_Batch") -> Matches:
        options = self._options
        for messages, places, jaccards in self._near.join(_table(batch.messages)):
            short = self._lengths[places] < _SHORT
            near = jaccards >= np.where(short, options.short_similarity, options.similarity)
            rows = batch.rows[messages[near]].tolist()
            shares = jaccards[near].tolist()
            for row, place, share in zip(rows, places[near].tolist(), shares, strict=True):
                yield row, self._match(place, "near_duplicate", share)

    def _match(self, place: int, kind: Kind, share: float) -> Contamination:
        item = self._items[place]
        return Contamination(item.item_id, item.set_name, kind, share)


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Rows, the words of all their messages in order, and the row of each message."""

    ids: list[str]
    messages: list[Words]
    rows: npt.NDArray[np.intp]

    def of(self, row: int) -> list[Words]:
        first, last = np.searchsorted(self.rows, (row, row + 1)).tolist()
        return self.messages[first:last]


def _batches(texts: Iterable[Row], common: Collection[str]) -> Iterator[_Batch]:
    """Whole rows, so many that they are compared at once, without messages that tell nothing."""
    some: list[Row] = []
    messages = characters = 0
    for row in texts:
        some.append(row)
        messages += len(row[1])
        characters += sum(map(len, row[1]))
        if messages >= MAX_TEXTS or characters >= _MAX_CHARACTERS:
            yield _batch(some, common)
            some, messages, characters = [], 0, 0
    if some:
        yield _batch(some, common)


def _batch(some: Sequence[Row], common: Collection[str]) -> _Batch:
    cut = [[_cut(text) for text in texts] for _, texts in some]
    telling = [[found for found in one if " ".join(found) not in common] for one in cut]
    rows = np.repeat(np.arange(len(some)), [len(one) for one in telling])
    return _Batch([name for name, _ in some], [found for one in telling for found in one], rows)


def _strongest_first(match: Contamination) -> tuple[float, int, str, str]:
    return (-match.share, _ORDER.index(match.kind), match.set_name, match.item_id)


def _table(texts: Iterable[Words]) -> ShingleTable:
    """The shingles of texts by their words; that of a text without words is empty."""
    return shingle_table(map(" ".join, texts), min_words=1, keep_whole=False)


def _cut(text: str) -> Words:
    return words(normalise(text))


def _runs(text: Words, width: int) -> Iterator[tuple[str, ...]]:
    return zip(*(text[start:] for start in range(width)), strict=False)
