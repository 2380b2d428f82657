"""Ratings of sibling answers, and the log that they are of: as many as wanted, the same every time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Shape", "better", "careless", "events_table", "mapped", "write_events"]

Numbers = npt.NDArray[np.int64]

_EXCHANGES = 3  # an opening one, and two answers to the second question
_AT_ONCE = 50_000  # conversations
_WORDS = 30
_VOCABULARY = pa.array([f"word{number}" for number in range(2_000)])
_PEOPLE = 1_000
_START = 1_700_000_000_000_000


@dataclass(frozen=True, slots=True)
class Shape:
    """An opening exchange, then questions with two answers each, which each of the raters rates."""

    questions: int = 1
    raters: int = 2

    @property
    def exchanges(self) -> int:
        """Exchanges of a conversation."""
        return 1 + 2 * self.questions

    @property
    def events(self) -> int:
        """Ratings of a conversation."""
        return 2 * self.questions * self.raters


def write_events(events: int, folder: Path, shape: Shape | None = None) -> tuple[Path, Path]:
    """Files of exchanges and of ratings, as Arrow; `events` is rounded down to whole conversations."""
    paths = folder / f"exchanges-{events}.arrow", folder / f"ratings-{events}.arrow"
    writers = None
    for tables in _chunks(events, shape or Shape()):
        if writers is None:
            writers = [pa.ipc.new_file(p, t.schema) for p, t in zip(paths, tables, strict=True)]
        for writer, table in zip(writers, tables, strict=True):
            writer.write_table(table)
    for writer in writers or []:
        writer.close()
    return paths


def mapped(path: Path) -> pa.Table:
    """The table in a file, its pages read as they are needed."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def events_table(events: int, shape: Shape | None = None) -> tuple[pa.Table, pa.Table]:
    """The same in memory."""
    chunks = list(_chunks(events, shape or Shape()))
    exchanges, ratings = (pa.concat_tables(list(side)) for side in zip(*chunks, strict=True))
    return exchanges.combine_chunks(), ratings.combine_chunks()


def careless(ratings: pa.Table, share: float) -> pa.Table:
    """The same ratings, in which this share of the raters gives any number of stars."""
    dice = np.random.default_rng(3)
    people = ratings["user_id"].combine_chunks().dictionary_encode()
    at_random = dice.random(len(people.dictionary)) < share
    stars = dice.integers(1, 6, len(ratings))
    given = np.where(at_random[people.indices.to_numpy()], stars, ratings["rating"].to_numpy())
    place = ratings.column_names.index("rating")
    return ratings.set_column(place, "rating", pa.array(given, pa.int8()))


def better(pairs: pa.Table) -> list[bool]:
    """Whether each pair of conversations with one question is the right way round."""
    chosen = [int(name.rpartition("-")[2]) for name in pairs["chosen_message_id"].to_pylist()]
    owners = [int(name.rpartition("-")[2]) for name in pairs["conversation_id"].to_pylist()]
    return [(one - 1) % 2 == owner % 2 for one, owner in zip(chosen, owners, strict=True)]


def _chunks(events: int, shape: Shape) -> Iterator[tuple[pa.Table, pa.Table]]:
    conversations = events // shape.events
    for first in range(0, conversations, _AT_ONCE):
        numbers = np.arange(first, min(first + _AT_ONCE, conversations))
        yield _exchanges(numbers, shape), _ratings(numbers, shape)


def _exchanges(conversations: Numbers, shape: Shape) -> pa.Table:
    dice = np.random.default_rng([1, int(conversations[0])])
    owner = np.repeat(conversations, shape.exchanges)
    place = np.tile(np.arange(shape.exchanges), len(conversations))
    turn, is_second = (place + 1) // 2, (place > 0) & (place % 2 == 0)
    before = np.maximum(2 * turn - 3, 0)  # the first answer to the question before
    parents = _ids("m", owner, before)
    # Both answers to a question stand below the same words.
    asked = _texts(dice, len(owner)).take(pa.array(np.arange(len(owner)) - is_second))
    return pa.table(
        {
            "record_id": _ids("x", owner, place),
            "conversation_id": _ids("conversation", owner),
            "message_id": _ids("m", owner, place),
            "parent_message_id": pc.if_else(pa.array(turn > 0), parents, None),
            "turn_index": pa.array(turn, pa.int32()),
            "user_message": asked,
            "assistant_message": _texts(dice, len(owner)),
            "created_at": _times(owner),
            "user_hash": _ids("user", owner % _PEOPLE),
        }
    )


def _ratings(conversations: Numbers, shape: Shape) -> pa.Table:
    dice = np.random.default_rng([2, int(conversations[0])])
    owner = np.repeat(conversations, shape.events)
    number = np.tile(np.arange(shape.events), len(conversations))
    answer, rater = number // shape.raters, number % shape.raters
    # The second answer is the better one in half of the conversations; raters see it so.
    better = answer % 2 == owner % 2
    rating = np.where(better, 5, 2) - dice.integers(0, 2, len(owner))
    table = pa.table(
        {
            "record_id": _ids("r", owner, number),
            "event_id": _ids("e", owner, number),
            "conversation_id": _ids("conversation", owner),
            "message_id": _ids("m", owner, 1 + answer),
            "rating": pa.array(rating, pa.int8()),
            "user_id": _ids("user", (owner * 7 + rater * 11) % _PEOPLE),
            "created_at": _times(owner),
            "kind": pa.repeat(pa.scalar("stars"), len(owner)),
            "edited_text": pa.nulls(len(owner), pa.string()),
            "shown_position": pa.array(1 + answer % 2, pa.int32()),
        }
    )
    return table.take(pa.array(dice.permutation(len(table))))  # as people give them


def _texts(dice: np.random.Generator, size: int) -> pa.Array:
    words = _VOCABULARY.take(pa.array(dice.integers(0, len(_VOCABULARY), size * _WORDS)))
    ends = pa.array(np.arange(size + 1) * _WORDS, pa.int32())
    return pc.binary_join(pa.ListArray.from_arrays(ends, words), " ")


def _ids(name: str, *numbers: Numbers) -> pa.Array:
    texts = [pc.utf8_lpad(pa.array(column).cast(pa.string()), 9, "0") for column in numbers]
    return pc.binary_join_element_wise(name, *texts, "-")


def _times(owner: Numbers) -> pa.Array:
    return pa.array(_START + owner * 1_000_000).cast(pa.timestamp("us", tz="UTC"))
