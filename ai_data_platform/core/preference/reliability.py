"""How much each rater's rating counts: as much as it tells of what others say of the same answers.

What is estimated is whether an answer is liked (4, 5) or not (1, 2): error rates of five steps would need
more shared ratings than people give. 3 says neither and is left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.preference.codes import Codes, codes, runs
from ai_data_platform.core.preference.dawid_skene import dawid_skene
from ai_data_platform.core.preference.logged import key_of
from ai_data_platform.core.preference.parts import ByConversation, conversation_parts
from ai_data_platform.core.preference.raters import user_hashes

__all__ = ["Weights", "reliability"]

Numbers = npt.NDArray[np.float64]
_NEUTRAL = 3
_ITERATIONS, _TOLERANCE = 25, 1e-3
"""Enough to tell careless raters: finer digits do not reach a weight."""
_PRIOR = 10
"""Shared answers that an average rater is taken to have behind them: two lucky ratings prove nothing."""
_LEAST, _MOST = 0.05, 2.0
"""Of the average rater's weight: nobody is silenced, and nobody decides against two others."""
_STEP = 0.25
"""Weights are whole steps: finer differences are noise of the estimate, and would push pairs whose margin is
exactly the minimum to either side of it."""
_COLUMNS = ["conversation_id", "message_id", "user_id", "rating", "created_at"]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weights of raters by their hash: 1 is average, which who shares no answer with others is taken for."""

    raters: pa.Array
    values: Numbers

    @classmethod
    def equal(cls) -> "Weights":
        """Everybody's rating counts the same."""
        return cls(pa.array([], pa.string()), np.ones(0))

    def of(self, raters: pa.Array) -> Numbers:
        """The weight of each of these raters."""
        places = pc.index_in(raters, value_set=self.raters).fill_null(-1).to_numpy()
        weights: Numbers = np.append(self.values, 1.0)[places]
        return weights


def reliability(ratings: ByConversation) -> Weights:
    """Weights of the raters of these ratings (columns of `records.FEEDBACK`).

    A weight is Youden's J of the rater's errors by Dawid and Skene, drawn to the average by `_PRIOR` shared
    answers, over that average (0 is chance), in steps of a quarter.
    """
    names, labels = _shared(ratings)
    if not len(names):
        return Weights.equal()
    tasks, raters, likes = labels
    found = dawid_skene(tasks, raters, likes, iterations=_ITERATIONS, tolerance=_TOLERANCE)
    errors = found.errors
    informed = errors[:, 0, 0] + errors[:, 1, 1] - 1
    counts = np.bincount(raters, minlength=len(names))
    average = float(np.average(informed, weights=counts))
    if average <= 0:
        return Weights.equal()
    drawn = (counts * informed + _PRIOR * average) / (counts + _PRIOR)
    steps = np.round(drawn / average / _STEP) * _STEP
    return Weights(names, np.clip(steps, _LEAST, _MOST))


def _shared(ratings: ByConversation) -> tuple[pa.Array, tuple[Codes, Codes, Codes]]:
    """Raters, and the likes (0, 1) of answers that several rated: answer, rater, like."""
    found = list(_labels(table for (table,) in conversation_parts(ratings)))
    names = pa.concat_arrays([pa.array([], pa.string()), *(one[1] for one in found)])
    coded = names.dictionary_encode()
    raters = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    starts = np.cumsum([0, *(one[0].max() + 1 for one in found)])
    tasks = [start + one[0] for start, one in zip(starts, found, strict=False)]
    likes = [one[2] for one in found]
    nothing = np.zeros(0, np.int64)
    labels = (np.concatenate([nothing, *tasks]), raters, np.concatenate([nothing, *likes]))
    # One label in all would leave nothing to tell raters by.
    names = coded.dictionary if len(np.unique(labels[2])) == 2 else names.slice(0, 0)
    return names, labels


def _labels(tables: Iterable[pa.Table]) -> Iterator[tuple[Codes, pa.Array, Codes]]:
    for table in tables:
        table = table.select(_COLUMNS)
        told = pc.and_(pc.is_valid(table["user_id"]), pc.is_valid(table["message_id"]))
        table = table.filter(pc.and_(told, pc.not_equal(table["rating"], _NEUTRAL)))
        if len(table):
            # In one order whatever the order of events: sums of floats depend on it.
            table = table.sort_by([(name, "ascending") for name in _COLUMNS[:3]])
            labels = _of_part(table.combine_chunks().to_batches()[0])
            if len(labels[0]):
                yield labels


def _of_part(rows: pa.RecordBatch) -> tuple[Codes, pa.Array, Codes]:
    """Answer, rater and like of the latest rating of each person, for answers that several rated."""
    answers = codes(key_of(rows.column("conversation_id"), rows.column("message_id")))
    people = codes(rows.column("user_id"))
    ratings = rows.column("rating").to_numpy().astype(np.int64)
    times = rows.column("created_at").cast(pa.int64()).to_numpy()
    order = np.lexsort((-ratings, -times, people, answers))
    latest = np.sort(order[runs(people[order], answers[order])])
    shared = latest[np.bincount(answers[latest])[answers[latest]] > 1]
    raters = user_hashes(rows.column("user_id").take(pa.array(shared)))
    return codes(answers[shared]), raters, (ratings[shared] > _NEUTRAL).astype(np.int64)
