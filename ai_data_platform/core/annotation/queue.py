"""The annotation queue: pairs of sibling answers, those first whose outcome a label may change."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

import pyarrow as pa

from ai_data_platform.core.annotation.value import Contest, chance_of_change
from ai_data_platform.core.datasets.threads import Exchange, Histories, Message, messages_of
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.text import normalise

__all__ = ["ANNOTATION_ITEM", "annotation_items", "rater_hash"]

_MESSAGES = pa.list_(pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())]))
ANNOTATION_ITEM = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),  # hash of the prompt and the two answers
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("turn_index", pa.int32(), nullable=False),
        pa.field("prompt", _MESSAGES, nullable=False),  # the conversation before the answers
        pa.field("first_message_id", pa.string(), nullable=False),
        pa.field("first_answer", pa.string(), nullable=False),
        pa.field("second_message_id", pa.string(), nullable=False),
        pa.field("second_answer", pa.string(), nullable=False),
        pa.field("first_rating", pa.float64()),  # mean over raters, 1 to 5; null when unrated
        pa.field("second_rating", pa.float64()),
        pa.field("first_votes", pa.int32(), nullable=False),  # of those who rated both
        pa.field("second_votes", pa.int32(), nullable=False),
        pa.field("ties", pa.int32(), nullable=False),
        pa.field("raters", pa.list_(pa.string()), nullable=False),  # hashes of those who rated both
        pa.field("reason", pa.string(), nullable=False),
        pa.field("chance_of_change", pa.float64(), nullable=False),
    ]
)
"""Two answers to one prompt that a person should compare."""

_MOST_ANSWERS = 6  # of one prompt are compared with each other: 15 pairs


class _Rating(NamedTuple):
    created_at: datetime
    event_id: str
    rating: int


@dataclass(slots=True)
class _Answer:
    """What was said; one text under several message ids is one answer."""

    exchange: Exchange
    ratings: dict[str, _Rating] = field(default_factory=dict)  # by rater

    @property
    def values(self) -> list[int]:
        return [self.ratings[rater].rating for rater in sorted(self.ratings)]

    def add(self, rater: str, rating: _Rating) -> None:
        """A person's latest rating counts."""
        self.ratings[rater] = max(self.ratings.get(rater, rating), rating)


@dataclass(slots=True)
class _Prompt:
    """A conversation up to a user's message, and the different answers to it."""

    messages: list[Message]
    answers: list[_Answer]


def annotation_items(
    exchanges: Iterable[Exchange],
    ratings: Iterable[Mapping[str, Any]],
    *,
    min_margin: float,
    most: int,
) -> pa.Table:
    """The prompts whose outcome one more label changes most likely, at most `most` (ANNOTATION_ITEM).

    `exchanges` are grouped by conversation; `ratings` have the columns of `records.FEEDBACK`. A prompt is
    there once, with the pair of its answers that tells most. Those that no single label can change are
    left out. Likeliest first, then with fewer raters, then by id.
    """
    rated = _by_message(ratings)
    rows = [
        row
        for conversation in _conversations(exchanges)
        for prompt in _prompts(conversation, rated)
        if (row := _row(prompt, min_margin)) is not None
    ]
    rows.sort(key=lambda row: (-row["chance_of_change"], len(row["raters"]), row["item_id"]))
    return pa.Table.from_pylist(rows[:most], schema=ANNOTATION_ITEM)


_Rated = Mapping[tuple[str, str], Sequence[tuple[str, _Rating]]]


def _by_message(ratings: Iterable[Mapping[str, Any]]) -> _Rated:
    found: dict[tuple[str, str], list[tuple[str, _Rating]]] = defaultdict(list)
    for row in ratings:
        if row["message_id"] is not None:
            # A hidden rater cannot be told from another: each of their events stands for itself.
            user = row["user_id"]
            rater = hash_text("event", row["event_id"]) if user is None else rater_hash(user)
            rating = _Rating(row["created_at"], row["event_id"], row["rating"])
            found[row["conversation_id"], row["message_id"]].append((rater, rating))
    return found


def rater_hash(user_id: str) -> str:
    """A name for a person that does not tell who it is."""
    return hash_text("rater", user_id)[:16]


def _conversations(exchanges: Iterable[Exchange]) -> Iterator[list[Exchange]]:
    """Conversations in which something was answered twice."""
    own: list[Exchange] = []
    for exchange in exchanges:
        if own and own[0].conversation_id != exchange.conversation_id:
            yield own
            own = []
        own.append(exchange)
    if own:
        yield own


def _prompts(conversation: Sequence[Exchange], rated: _Rated) -> Iterator[_Prompt]:
    if len({exchange.turn_index for exchange in conversation}) == len(conversation) and not any(
        exchange.parent_message_id for exchange in conversation
    ):
        return  # nothing was answered twice
    histories = Histories(conversation)
    groups: dict[Hashable, dict[str, _Answer]] = defaultdict(dict)
    for exchange in sorted(conversation, key=lambda e: e.message_id):
        text = normalise(exchange.assistant_message)
        if not text or not normalise(exchange.user_message) or not histories.known(exchange):
            continue
        answer = groups[histories.question(exchange)].setdefault(text, _Answer(exchange))
        for rater, rating in rated.get((exchange.conversation_id, exchange.message_id), ()):
            answer.add(rater, rating)
    for answers in groups.values():
        if len(answers) > 1:
            asked = next(iter(answers.values())).exchange
            before = messages_of(histories.history(asked) or ())
            question: Message = {"role": "user", "content": asked.user_message}
            yield _Prompt([*before, question], list(answers.values()))


def _row(prompt: _Prompt, min_margin: float) -> dict[str, Any] | None:
    known_first = sorted(prompt.answers, key=lambda a: (-len(a.ratings), a.exchange.message_id))
    pairs = [
        (chance_of_change(contest, min_margin), first, second, contest)
        for first, second in combinations(known_first[:_MOST_ANSWERS], 2)
        if (contest := _contest(first, second))
    ]
    chance, first, second, contest = max(pairs, key=lambda pair: pair[0])
    if not chance:
        return None
    one, other = first.exchange, second.exchange
    prefers_first, prefers_second, ties = contest.votes
    return {
        "item_id": hash_text(one.conversation_id, *sorted((one.message_id, other.message_id))),
        "conversation_id": one.conversation_id,
        "turn_index": one.turn_index,
        "prompt": prompt.messages,
        "first_message_id": one.message_id,
        "first_answer": one.assistant_message,
        "second_message_id": other.message_id,
        "second_answer": other.assistant_message,
        "first_rating": _mean(contest.first),
        "second_rating": _mean(contest.second),
        "first_votes": prefers_first,
        "second_votes": prefers_second,
        "ties": ties,
        "raters": sorted(first.ratings.keys() & second.ratings.keys()),
        "reason": contest.reason(min_margin),
        "chance_of_change": chance,
    }


def _contest(first: _Answer, second: _Answer) -> Contest:
    both = first.ratings.keys() & second.ratings.keys()
    steps = [first.ratings[rater].rating - second.ratings[rater].rating for rater in both]
    votes = sum(s > 0 for s in steps), sum(s < 0 for s in steps), sum(s == 0 for s in steps)
    return Contest(first.values, second.values, votes)


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None
