"""Texts on their way into a corpus: those that it holds as they are pass by, the others are sketched."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.compute import Compute
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.shelves import InMemory, Lookup, Shelf
from ai_data_platform.core.datasets.near_duplicates.sketches import (
    content_of,
    sketch,
    sketch_schema,
)

__all__ = ["NewTexts", "Text"]

MAX_TEXTS = 8192
_MAX_CHARACTERS = 4_000_000
_SEGMENT = pa.field("segment", pa.string(), nullable=False)
_TEXTS = pa.schema(
    [*(pa.field(name, pa.string(), nullable=False) for name in ("id", "text")), _SEGMENT]
)


@dataclass(frozen=True, slots=True)
class Text:
    """A row to compare. `segment` names the part of an index that keeps it, such as a day."""

    id: str
    text: str
    segment: str = ""


class NewTexts:
    """One pass over texts. `held` leads from ids to rows, counted through the segments in their order.

    After `sketched` the texts that came are in `seen`, those that were other than held in `replaced`.
    """

    def __init__(
        self,
        held: Mapping[str, int],
        segments: Mapping[str, pa.RecordBatch],
        options: NearDuplicateOptions,
    ) -> None:
        self._held = held
        self._options = options
        self._names = list(segments)
        self._starts = np.cumsum([0, *map(len, segments.values())]).tolist()[:-1]
        self._contents = [batch.column("content") for batch in segments.values()]
        self.seen: set[str] = set()
        self.replaced: set[str] = set()
        self.added = 0

    def sketched(
        self, texts: Iterable[Text], compute: Compute, shelf: Shelf
    ) -> dict[str, list[Lookup]]:
        """The sketches of new and changed texts by segment, in batches in the order of their ids.

        Raises ValueError when two of the texts have one id.
        """
        runs: dict[str, list[Lookup]] = defaultdict(list)
        waiting: list[dict[str, pa.Array]] = []
        size = 0
        work = partial(_sketched, options=self._options)
        for batch in compute.map(work, self._batches(texts)):
            waiting.append(dict(zip(batch.schema.names, batch.columns, strict=True)))
            size += batch.nbytes
            if size >= shelf.room:
                self._put(waiting, shelf, runs)
                waiting, size = [], 0
        self._put(waiting, InMemory(), runs)
        return runs

    def _put(
        self, waiting: list[dict[str, pa.Array]], shelf: Shelf, runs: dict[str, list[Lookup]]
    ) -> None:
        found = _by_segment(waiting, self._options)
        for name, lookup in zip(found, shelf.put(list(found.values())), strict=True):
            runs[name].append(lookup)

    def _batches(self, texts: Iterable[Text]) -> Iterator[pa.RecordBatch]:
        some: list[Text] = []
        characters = 0
        for text in filter(self._is_new, texts):
            some.append(text)
            characters += len(text.text)
            if len(some) == MAX_TEXTS or characters >= _MAX_CHARACTERS:
                yield _batch(some)
                some, characters = [], 0
        if some:
            yield _batch(some)

    def _is_new(self, text: Text) -> bool:
        if text.id in self.seen:
            raise ValueError(f"the id {text.id!r} comes more than once")
        self.seen.add(text.id)
        place = self._held.get(text.id)
        if place is None:
            self.added += 1
            return True
        if self._stands(place, text):
            return False
        self.replaced.add(text.id)
        return True

    def _stands(self, place: int, text: Text) -> bool:
        owner = bisect_right(self._starts, place) - 1
        if self._names[owner] != text.segment:
            return False
        held = self._contents[owner][place - self._starts[owner]]
        return bool(held.as_py() == content_of(text.text))


def _batch(texts: list[Text]) -> pa.RecordBatch:
    columns = [[getattr(text, name) for text in texts] for name in _TEXTS.names]
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, schema=_TEXTS)


def _sketched(batch: pa.RecordBatch, options: NearDuplicateOptions) -> pa.RecordBatch:
    made = sketch(batch.column("id").to_pylist(), batch.column("text").to_pylist(), options)
    return made.append_column(_SEGMENT, batch.column("segment"))


def _by_segment(
    batches: list[dict[str, pa.Array]], options: NearDuplicateOptions
) -> dict[str, pa.RecordBatch]:
    """One column of all batches after the other, so that memory holds one column twice at most."""
    if not batches:
        return {}
    by_name = {name: _popped(batches, name) for name in ("segment", "id")}
    order = pc.sort_indices(pa.table(by_name), [(name, "ascending") for name in by_name])
    segments = by_name["segment"].take(order)
    schema = sketch_schema(options)
    columns = [by_name["id"].take(order)]
    columns += [_popped(batches, name).take(order) for name in schema.names[1:]]
    whole = pa.RecordBatch.from_arrays(columns, schema=schema)
    runs = pc.run_end_encode(segments)
    ends = runs.run_ends.to_pylist()
    return {
        name: whole.slice(start, end - start)
        for name, start, end in zip(runs.values.to_pylist(), [0, *ends], ends, strict=False)
    }


def _popped(batches: list[dict[str, pa.Array]], name: str) -> pa.Array:
    return pa.concat_arrays([batch.pop(name) for batch in batches])
