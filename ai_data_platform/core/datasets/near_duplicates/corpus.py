"""Texts compared once and kept: rows come and go, and only what is new is compared."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.clusters import connect
from ai_data_platform.core.datasets.near_duplicates.duplicates import (
    NearDuplicates,
    Rank,
    Rows,
    Text,
    decide,
)
from ai_data_platform.core.datasets.near_duplicates.jaccard import Places
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.sketches import KEY, Sketches, merge, sketch
from ai_data_platform.core.fingerprints import hash_text

__all__ = ["Corpus", "Row", "changed", "find_near_duplicates", "nothing", "outcome"]


class Row(NamedTuple):
    """A text's rank, the hash of the text as it came, and the key of its sketch."""

    rank: Rank
    content: str
    key: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Rows by id in the order of their ids, the sketches that they use, and the component of each sketch.

    A function of the set of texts alone: how they came and went leaves no trace.
    """

    rows: Mapping[str, Row]
    sketches: Sketches
    labels: Places


def find_near_duplicates(
    texts: Sequence[Text], options: NearDuplicateOptions | None = None
) -> NearDuplicates:
    """What becomes of each text. The order in which they come does not count.

    Raises ValueError when two texts have one id.
    """
    options = options or NearDuplicateOptions()
    return outcome(changed(nothing(options), texts, (), options), options)


def nothing(options: NearDuplicateOptions) -> Corpus:
    """No rows."""
    _, sketches = sketch((), options)
    return Corpus({}, sketches, np.arange(0))


def changed(
    corpus: Corpus, texts: Sequence[Text], removed: Collection[str], options: NearDuplicateOptions
) -> Corpus:
    """The corpus without the removed ids and with these texts, which replace rows of the same id.

    Raises ValueError when two of the texts have one id.
    """
    if repeated := [found for found, n in Counter(text.id for text in texts).items() if n > 1]:
        raise ValueError(f"{len(repeated)} ids come more than once, such as {min(repeated)!r}")
    contents = [hash_text(text.text) for text in texts]
    new = [
        text
        for text, content in zip(texts, contents, strict=True)
        if text.id not in corpus.rows or corpus.rows[text.id].content != content
    ]
    found, sketches = sketch((text.text for text in new), options)
    keys = {text.id: key for text, key in zip(new, found.tolist(), strict=True)}
    rows = {name: row for name, row in corpus.rows.items() if name not in removed}
    for text, content in zip(texts, contents, strict=True):
        key = keys[text.id] if text.id in keys else corpus.rows[text.id].key
        rows[text.id] = Row(text.rank, content, key)
    return _with_rows(corpus, dict(sorted(rows.items())), sketches, options)


def outcome(corpus: Corpus, options: NearDuplicateOptions) -> NearDuplicates:
    """What becomes of each row."""
    rows = corpus.rows.values()
    places = np.searchsorted(corpus.sketches.keys, _keys(rows))
    columns = Rows(list(corpus.rows), [row.rank for row in rows], places)
    return decide(columns, corpus.sketches, corpus.labels, options)


def _with_rows(
    corpus: Corpus, rows: Mapping[str, Row], new: Sketches, options: NearDuplicateOptions
) -> Corpus:
    """A component that lost a text is compared anew: it may have hung together by that text."""
    used = np.isin(corpus.sketches.keys, _keys(rows.values()))
    whole = used & ~np.isin(corpus.labels, corpus.labels[~used])
    kept = corpus.sketches if used.all() else corpus.sketches.take(np.flatnonzero(used))
    sketches = merge([kept, new])
    labels, fresh = np.arange(len(sketches)), np.ones(len(sketches), dtype=bool)
    places = np.searchsorted(sketches.keys, corpus.sketches.keys)
    labels[places[whole]] = places[corpus.labels[whole]]
    fresh[places[whole]] = False
    return Corpus(rows, sketches, connect(sketches, labels, fresh, options))


def _keys(rows: Collection[Row]) -> npt.NDArray[np.bytes_]:
    return np.array([row.key for row in rows], dtype=KEY)
