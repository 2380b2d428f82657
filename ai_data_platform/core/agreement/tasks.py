"""What people judge when they rate: which of two answers is better, how good one is, a thumb up or down."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.agreement.coefficients import Level
from ai_data_platform.core.agreement.labels import Codes, Columns, Labels, encoded, read_labels
from ai_data_platform.core.errors import ConfigurationError

__all__ = ["RATINGS", "TASKS", "Task", "task_labels"]

Task = Literal["preference", "rating", "thumbs"]
TASKS: tuple[Task, ...] = get_args(Task)
"""`preference`: which of two answers to one prompt a person prefers (`first` by message id, `second` or
`tie`); `rating`: the stars of one answer, ordinal; `thumbs`: up or down."""

_TIME = pa.timestamp("us", tz="UTC")
RATINGS = pa.schema(
    [
        pa.field("prompt_id", pa.string()),  # answers to one prompt share it
        pa.field("message_id", pa.string()),
        pa.field("rater", pa.string()),  # null: the source hides its raters
        pa.field("rating", pa.int8()),
        pa.field("kind", pa.string()),  # stars, thumbs or comparison
        pa.field("created_at", _TIME),
    ]
)
"""Columns of ratings; more (language, topic, model) can name slices. Any order of rows.

`created_at` may be lacking where each person's rating of an answer is there once.
"""

_LEVELS: dict[Task, Level] = {"preference": "nominal", "rating": "ordinal", "thumbs": "nominal"}
_KINDS = ("comparison", "stars", "thumbs")  # of two judgements of one pair the first kind counts
_APART = 3
"""An answer is compared with the next three to its prompt by message id: all of them up to four siblings,
and never more than three times as many pairs as answers."""
_LABELS = ("first", "second", "tie")


def task_labels(
    ratings: pa.Table, task: Task, columns: Sequence[str] = ()
) -> tuple[Labels, pa.Table]:
    """The labels of a task in ratings (RATINGS), and the table that they were read from.

    Its columns are `item_id`, `rater`, `label`, `created_at`, `cluster` (the prompt), `kind`, `day` and
    those named. Of a person's ratings of one answer the latest of its kind counts. Raises
    ConfigurationError for a column that is not there.
    """
    if "created_at" not in ratings.column_names:
        times = pa.repeat(pa.scalar(0, pa.int64()), len(ratings)).cast(_TIME)
        ratings = ratings.append_column("created_at", times)
    absent = [name for name in (*RATINGS.names, *columns) if name not in ratings.column_names]
    if absent:
        has = ", ".join(ratings.column_names)
        raise ConfigurationError(f"no column {', '.join(absent)}: the ratings have {has}")
    ratings = ratings.filter(pc.is_valid(ratings["message_id"]))
    table = (
        _preferences(ratings, columns) if task == "preference" else _rated(ratings, task, columns)
    )
    day = pc.strftime(table["created_at"], "%Y-%m-%d")
    table = table.append_column("day", day.cast(pa.string()))
    where = Columns(time="created_at", cluster="cluster")
    scale = {"preference": _LABELS, "rating": None, "thumbs": ("1", "5")}[task]
    return read_labels(table, _LEVELS[task], where, scale=scale), table


def _rated(ratings: pa.Table, task: Task, columns: Sequence[str]) -> pa.Table:
    kind = "stars" if task == "rating" else "thumbs"
    own = ratings.filter(pc.equal(ratings["kind"], kind))
    items = _joined([own["prompt_id"], own["message_id"]])
    named = ["item_id", "rater", "label", "created_at", "cluster", "kind"]
    found = [items, own["rater"], own["rating"], own["created_at"], own["prompt_id"], own["kind"]]
    return _table(named, found, own, columns)


def _preferences(ratings: pa.Table, columns: Sequence[str]) -> pa.Table:
    """One row for each two answers to a prompt that one person rated in the same way."""
    ratings = ratings.filter(pc.is_valid(ratings["rater"]))
    codes = _Codes(ratings)
    order = codes.latest()
    first, second = codes.neighbours(order)
    steps = codes.ratings[first] - codes.ratings[second]
    labels = np.array(_LABELS)[np.where(steps > 0, 0, np.where(steps < 0, 1, 2))]
    later = np.where(codes.times[first] > codes.times[second], first, second)
    one, other = ratings.take(pa.array(first)), ratings.take(pa.array(second))
    items = _joined([one["prompt_id"], one["message_id"], other["message_id"]])
    named = ["item_id", "rater", "label", "created_at", "cluster", "kind"]
    last = ratings["created_at"].take(pa.array(later))
    found = [items, one["rater"], pa.array(labels), last, one["prompt_id"], one["kind"]]
    return _best_kind(_table(named, found, one, columns))


class _Codes:
    """Ratings as numbers, by row. Answers have numbers that follow each other within a prompt."""

    def __init__(self, ratings: pa.Table) -> None:
        self.prompts = encoded(ratings["prompt_id"])[0]
        self.answers = encoded(_joined([ratings["prompt_id"], ratings["message_id"]]))[0]
        self.raters = encoded(ratings["rater"])[0]
        self.kinds = encoded(ratings["kind"])[0]
        self.ratings = ratings["rating"].cast(pa.int64()).to_numpy()
        self.times = np.asarray(ratings["created_at"].cast(pa.int64()).to_numpy(), np.int64)
        # Answers shown side by side were judged at one moment: 5 in one comparison is no 5 in another.
        compared = pc.equal(ratings["kind"], "comparison").to_numpy()
        self.moments = np.where(compared, self.times, 0)

    def latest(self) -> Codes:
        """The rows of the latest rating of each answer by each person, sorted by person and answer."""
        keys = (self.answers, self.moments, self.kinds, self.raters, self.prompts)
        order = np.lexsort((self.ratings, self.times, *keys))
        return order[np.append(_changes(order, keys)[1:], True)] if len(order) else order

    def neighbours(self, order: Codes) -> tuple[Codes, Codes]:
        """Rows of two ratings that one person gave answers to one prompt, at most three answers apart."""
        keys = (self.moments, self.kinds, self.raters, self.prompts)
        group = np.cumsum(_changes(order, keys))
        found = []
        for step in range(1, _APART + 1):
            left, right = order[:-step], order[step:]
            near = self.answers[right] - self.answers[left] <= _APART
            same = near & (group[:-step] == group[step:])
            found.append((left[same], right[same]))
        return (
            np.concatenate([left for left, _ in found]),
            np.concatenate([right for _, right in found]),
        )


def _changes(order: Codes, keys: Sequence[Codes]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Where, in this order, one of the keys differs from the row before; the first row does."""
    changed = np.ones(len(order), bool)
    if len(order):
        changed[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    return changed


def _best_kind(table: pa.Table) -> pa.Table:
    """Of one person's judgements of one pair those of the first kind in `_KINDS`."""
    rank = pc.index_in(table["kind"], value_set=pa.array(_KINDS)).to_numpy()
    key = encoded(_joined([table["item_id"], table["rater"]]))[0]
    best = np.full(key.max(initial=-1) + 1, len(_KINDS))
    np.minimum.at(best, key, rank)
    return table.filter(pa.array(best[key] == rank))


def _table(
    named: Sequence[str], found: Sequence[pa.ChunkedArray], source: pa.Table, columns: Sequence[str]
) -> pa.Table:
    more = [name for name in columns if name not in named and name != "day"]
    return pa.table([*found, *(source[name] for name in more)], names=[*named, *more])


def _joined(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Ids as one: a tab stands in none of them, so that no two lists read the same."""
    return pc.binary_join_element_wise(*(c.cast(pa.string()) for c in columns), "\t")
