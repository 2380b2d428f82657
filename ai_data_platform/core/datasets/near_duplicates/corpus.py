"""Texts compared once and kept: rows come and go, and only what is new is compared."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.compute import Compute, InThisProcess
from ai_data_platform.core.datasets.near_duplicates.clusters import connect
from ai_data_platform.core.datasets.near_duplicates.duplicates import Decision, decide
from ai_data_platform.core.datasets.near_duplicates.new_texts import NewTexts, Text
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.shelves import InMemory, Lookup, Shelf
from ai_data_platform.core.datasets.near_duplicates.sketches import Places, Sketches

__all__ = ["Change", "Corpus", "changed", "nothing"]


@dataclass(frozen=True, eq=False)
class Corpus:
    """Sketches by segment, each in the order of its ids, and the component of each row.

    Rows are counted through the segments in the order of their names. A function of the set of texts
    alone: how they came and went leaves no trace.
    """

    segments: Mapping[str, pa.RecordBatch]
    labels: Places
    options: NearDuplicateOptions

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def ids(self) -> pa.Array:
        """The id of each row."""
        found = [batch.column("id") for batch in self.segments.values()]
        return pa.concat_arrays([pa.array([], pa.string()), *found])

    @cached_property
    def sketches(self) -> Sketches:
        return Sketches(tuple(self.segments.values()))

    @cached_property
    def starts(self) -> dict[str, int]:
        """The first row of each segment."""
        sizes = [len(batch) for batch in self.segments.values()]
        return dict(zip(self.segments, np.cumsum([0, *sizes]).tolist(), strict=False))

    def places(self, ids: pa.Array) -> Places:
        """The row of each id. Raises ValueError when one is not there."""
        found = pc.index_in(ids, value_set=self.ids)
        if found.null_count:
            raise ValueError(f"{found.null_count} ids are in no row of the corpus")
        places: Places = found.to_numpy().astype(np.intp)
        return places

    def resemble(self, left: Places, right: Places) -> npt.NDArray[np.bool_]:
        """Whether the two rows of each pair are near: what connects them in a component."""
        from ai_data_platform.core.datasets.near_duplicates.set_kernels import resemble

        options = self.options
        near: npt.NDArray[np.bool_] = resemble(
            self.sketches.sets, left, right, options.threshold, options.numbers_are_variants
        )
        return near

    def decide(self, ranks: npt.NDArray[np.float64]) -> Decision:
        """What becomes of the rows; `ranks` has a line of numbers for each, the lowest ranks best."""
        return decide(self.ids, self.sketches, self.labels, ranks, self.options)


@dataclass(frozen=True, slots=True)
class Change:
    """A corpus after a change, the segments that are other than before, and what happened to rows.

    `not_held` are ids that were to be removed and were not there.
    """

    corpus: Corpus
    touched: frozenset[str]
    added: int
    replaced: int
    removed: int
    not_held: tuple[str, ...]


def nothing(options: NearDuplicateOptions) -> Corpus:
    """No rows."""
    return Corpus({}, np.arange(0), options)


def changed(
    corpus: Corpus,
    texts: Iterable[Text],
    removed: Collection[str] | None,
    compute: Compute | None = None,
    shelf: Shelf | None = None,
) -> Change:
    """The corpus without the removed ids and with these texts, which replace rows of the same id.

    With None in place of ids, whatever is not among the texts is removed. Texts are streamed, and only
    new and changed ones are sketched; the sketches go on the shelf. Raises ValueError when two of the texts
    have one id.
    """
    wanted = None
    if removed is not None:
        texts = list(texts)
        wanted = {*removed, *(text.id for text in texts)}
    held = _held(corpus, wanted)
    stream = NewTexts(held, corpus.segments, corpus.options)
    shelf = shelf or InMemory()
    new = stream.sketched(texts, compute or InThisProcess(), shelf)
    gone = (held.keys() if removed is None else held.keys() & set(removed)) - stream.seen
    left = np.array(sorted(held[name] for name in gone | stream.replaced), dtype=np.intp)
    after, touched = _rearranged(corpus, left, new, shelf)
    return Change(
        after,
        touched,
        added=stream.added,
        replaced=len(stream.replaced),
        removed=len(gone),
        not_held=tuple(sorted(set(removed or ()) - held.keys())),
    )


def _held(corpus: Corpus, wanted: Collection[str] | None) -> dict[str, int]:
    """The place of each row, or of those wanted, by id."""
    if wanted is None:
        return dict(zip(corpus.ids.to_pylist(), range(len(corpus)), strict=True))
    columns = [batch.column("id") for batch in corpus.segments.values()]
    ids = pa.chunked_array(columns, pa.string())
    there = pc.indices_nonzero(pc.is_in(ids, value_set=pa.array(sorted(wanted), pa.string())))
    return dict(zip(ids.take(there).to_pylist(), there.to_pylist(), strict=True))


def _rearranged(
    corpus: Corpus, left: Places, new: Mapping[str, Sequence[Lookup]], shelf: Shelf
) -> tuple[Corpus, frozenset[str]]:
    """A component that lost a text is compared anew: it may have hung together by that text."""
    segments: dict[str, pa.RecordBatch] = {}
    origins: list[Places] = [
        np.zeros(0, dtype=np.intp)
    ]  # the row of each row before, -1 for a new one
    touched = set()
    for name in sorted(corpus.segments.keys() | new.keys()):
        batch, origin = _segment(corpus, name, left)
        if name in new or len(origin) < len(corpus.segments.get(name, ())):
            touched.add(name)
            batch, origin = _merged(batch, origin, new.get(name, ()))
            batch = shelf.keep(name, batch) if batch is not None and len(batch) else None
        if batch is not None:
            segments[name] = batch
            origins.append(origin)
    labels, fresh = _carried_over(corpus.labels, np.concatenate(origins))
    after = Corpus(segments, labels, corpus.options)
    labels = connect(after.sketches, labels, fresh, corpus.options)
    known = after.sketches
    whole = Corpus(segments, labels, corpus.options)
    whole.__dict__["sketches"] = known
    return whole, frozenset(touched)


def _segment(corpus: Corpus, name: str, left: Places) -> tuple[pa.RecordBatch | None, Places]:
    """What stays of a segment, and which rows these are."""
    batch = corpus.segments.get(name)
    if batch is None:
        return None, np.zeros(0, dtype=np.intp)
    start = corpus.starts[name]
    first, last = np.searchsorted(left, (start, start + len(batch)))
    rows = np.delete(np.arange(start, start + len(batch)), left[first:last] - start)
    return (batch if first == last else batch.take(pa.array(rows - start))), rows


def _merged(
    batch: pa.RecordBatch | None, origin: Places, new: Sequence[Lookup]
) -> tuple[pa.RecordBatch | None, Places]:
    """All in the order of their ids."""
    parts = [lookup() for lookup in new]
    if batch is not None and len(batch):
        parts = [batch, *parts]
    if len(parts) < 2:
        return (parts[0] if parts else None), (origin if len(origin) else _added(parts))
    both = pa.concat_batches(parts)
    order = pc.array_sort_indices(both.column("id"))
    rows = np.concatenate((origin, _added(parts)[len(origin) :]))
    return both.take(order), rows[order.to_numpy()]


def _added(parts: Sequence[pa.RecordBatch]) -> Places:
    return np.full(sum(map(len, parts)), -1, dtype=np.intp)


def _carried_over(labels: Places, origin: Places) -> tuple[Places, npt.NDArray[np.bool_]]:
    """The labels of rows whose component is whole, and which rows are to be compared."""
    there = origin >= 0
    before, after = origin[there], np.flatnonzero(there)
    now, whole = np.full(len(labels), -1, dtype=np.intp), np.ones(len(labels), dtype=bool)
    now[before] = after
    whole[labels[now < 0]] = False
    known = whole[labels[before]]
    carried, fresh = np.arange(len(origin)), np.ones(len(origin), dtype=bool)
    carried[after[known]] = now[labels[before[known]]]
    fresh[after[known]] = False
    return carried, fresh
