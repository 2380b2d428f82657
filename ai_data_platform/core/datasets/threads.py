"""Which exchanges came before an answer, and the one path of a conversation that SFT learns from.

A logged conversation is a tree: an answer is regenerated, a question is edited. What a message
means depends on the branch it stands in, so a history is given only where the log says which.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple, Self

from ai_data_platform.core.text import normalise

__all__ = [
    "Exchange",
    "Histories",
    "Message",
    "Thread",
    "best_thread",
    "by_rating_then_length",
    "messages_of",
    "sft_messages",
]

Message = dict[str, str]
"""One chat message: `role` ("user" or "assistant") and `content`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A user message and one answer to it; the fields are columns of `records.CHAT_LOG`."""

    message_id: str
    conversation_id: str
    turn_index: int
    user_message: str
    assistant_message: str
    created_at: datetime
    parent_message_id: str | None = None
    thread: tuple[str, ...] | None = None
    rating: int | None = None
    record_id: str = ""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """The exchange in a row with the columns of `records.CHAT_LOG`; others are ignored."""
        thread = row.get("thread")
        return cls(
            message_id=row["message_id"],
            conversation_id=row["conversation_id"],
            turn_index=row["turn_index"],
            user_message=row["user_message"],
            assistant_message=row["assistant_message"],
            created_at=row["created_at"],
            parent_message_id=row.get("parent_message_id"),
            thread=None if thread is None else tuple(thread),
            rating=row.get("rating"),
            record_id=row.get("record_id") or "",
        )


class _Edge(Enum):
    START = "nothing came before"
    UNKNOWN = "the log does not say what came before"


class Histories:
    """What came before each exchange of ONE conversation, in time linear in its exchanges.

    Give it every exchange as it was logged: were a regenerated answer filtered out first, its
    sibling would look like the only one, and a later turn would get a history that nobody saw.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        ordered = sorted(exchanges, key=_place)
        if len({exchange.conversation_id for exchange in ordered}) > 1:
            raise ValueError("Histories takes the exchanges of one conversation, saw several")
        self._by_id: dict[str, Exchange] = {}
        for exchange in ordered:  # a message id seen twice stands for its first row
            self._by_id.setdefault(exchange.message_id, exchange)
        self._by_turn: dict[int, list[Exchange]] = defaultdict(list)
        for exchange in self._by_id.values():
            self._by_turn[exchange.turn_index].append(exchange)
        parents = (exchange.parent_message_id for exchange in self._by_id.values())
        self._sharing = Counter(parent for parent in parents if parent is not None)
        self._links = {name: self._find(exchange) for name, exchange in self._by_id.items()}
        self._known: dict[str, bool] = {}
        for message_id in self._by_id:  # links lead to earlier turns, which are decided by then
            self._known[message_id] = self._reaches_the_start(self._links[message_id])

    def get(self, message_id: str) -> Exchange | None:
        """The exchange with this message id."""
        return self._by_id.get(message_id)

    def known(self, exchange: Exchange) -> bool:
        """Whether the log says what came before, down to the first message."""
        return self._known[exchange.message_id]

    def previous(self, exchange: Exchange) -> Exchange | None:
        """The exchange just before; None for a first one and where it cannot be known."""
        link = self._links[exchange.message_id]
        return link if isinstance(link, Exchange) else None

    def history(self, exchange: Exchange) -> tuple[Exchange, ...] | None:
        """The exchanges before this one, first to last; None when they cannot be known."""
        if not self.known(exchange):
            return None
        chain: list[Exchange] = []
        before = self.previous(exchange)
        while before is not None:
            chain.append(before)
            before = self.previous(before)
        return tuple(reversed(chain))

    def question(self, exchange: Exchange) -> Hashable:
        """Equal for siblings: exchanges that answer the same user message after the same history.

        The words count beside the ids: with a parent that is the answer before, an edited question
        has the same parent and is another question.
        """
        before = self.previous(exchange)
        return (
            exchange.parent_message_id or exchange.turn_index,
            None if before is None else before.message_id,
            normalise(exchange.user_message),
        )

    def _reaches_the_start(self, link: Exchange | _Edge) -> bool:
        return self._known[link.message_id] if isinstance(link, Exchange) else link is _Edge.START

    def _find(self, exchange: Exchange) -> Exchange | _Edge:
        if exchange.turn_index < 0:
            return _Edge.UNKNOWN
        if exchange.thread is not None:
            return self._by_thread(exchange, exchange.thread)
        parent = self._by_id.get(exchange.parent_message_id or "")
        if parent is not None and parent.turn_index < exchange.turn_index:
            return parent
        if exchange.turn_index == 0:
            return _Edge.START
        return self._by_position(exchange.turn_index)

    def _by_position(self, turn_index: int) -> Exchange | _Edge:
        before = self._by_turn.get(turn_index - 1, [])
        if len(before) != 1:
            return _Edge.UNKNOWN
        parent = before[0].parent_message_id  # siblings may stand at turn indices of their own
        return before[0] if parent is None or self._sharing[parent] == 1 else _Edge.UNKNOWN

    def _by_thread(self, exchange: Exchange, thread: tuple[str, ...]) -> Exchange | _Edge:
        """User and assistant ids alternate, so the answer before is the third from the end."""
        if len(thread) % 2 or not thread or thread[-1] != exchange.message_id:
            return _Edge.UNKNOWN
        if len(thread) == 2:
            return _Edge.START
        before = self._by_id.get(thread[-3])
        if before is None or before.turn_index >= exchange.turn_index:
            return _Edge.UNKNOWN
        same = before.thread is None or before.thread == thread[:-2]
        return before if same else _Edge.UNKNOWN


class Thread(NamedTuple):
    """One path through a conversation, and each exchange left out with its reason."""

    messages: list[Message]
    used: tuple[Exchange, ...]
    dropped: tuple[tuple[Exchange, str], ...]

    @property
    def drop_counts(self) -> dict[str, int]:
        """How many exchanges were left out for each reason."""
        return dict(sorted(Counter(reason for _, reason in self.dropped).items()))


def messages_of(exchanges: Iterable[Exchange]) -> list[Message]:
    """The exchanges as alternating user and assistant messages."""
    pairs = ((exchange.user_message, exchange.assistant_message) for exchange in exchanges)
    return [
        {"role": role, "content": content}
        for pair in pairs
        for role, content in zip(("user", "assistant"), pair, strict=True)
    ]


def by_rating_then_length(exchange: Exchange) -> tuple[int, int, str]:
    """Sorts the better answer first: higher rating (none is lowest), longer, smaller message id."""
    return (-(exchange.rating or 0), -len(exchange.assistant_message), exchange.message_id)


def best_thread(
    exchanges: Sequence[Exchange],
    better_first: Callable[[Exchange], Any] = by_rating_then_length,
    *,
    logged: Sequence[Exchange] | None = None,
) -> Thread:
    """The path of best answers from the first turn on, through the exchanges of one conversation.

    Of the answers to go on from, the first by `better_first` is taken, and then only exchanges
    whose history is exactly the path so far. `logged` is the conversation before any filter, where
    `exchanges` is what a filter left. Reasons of drops: `sibling_of_a_better_answer`,
    `branch_not_taken` (another question at the same place), `follows_a_dropped_turn`,
    `history_unknown`.
    """
    histories = Histories([*(logged or ()), *exchanges])
    following: dict[str | None, list[Exchange]] = defaultdict(list)
    dropped: list[tuple[Exchange, str]] = []
    for exchange in sorted(exchanges, key=_place):
        if histories.known(exchange):
            before = histories.previous(exchange)
            following[None if before is None else before.message_id].append(exchange)
        else:
            dropped.append((exchange, "history_unknown"))
    used: list[Exchange] = []
    choice = following.pop(None, [])
    while choice:
        best = min(choice, key=better_first)
        used.append(best)
        dropped += _not_taken(choice, best, histories)
        choice = following.pop(best.message_id, [])
    dropped += [(late, "follows_a_dropped_turn") for rest in following.values() for late in rest]
    dropped.sort(key=lambda drop: _place(drop[0]))
    return Thread(messages_of(used), tuple(used), tuple(dropped))


def sft_messages(
    exchanges: Sequence[Exchange], *, logged: Sequence[Exchange] | None = None
) -> Thread:
    """(messages, used exchanges, dropped exchanges with reasons) of one conversation, for SFT."""
    return best_thread(exchanges, logged=logged)


def _not_taken(
    choice: Iterable[Exchange], best: Exchange, histories: Histories
) -> list[tuple[Exchange, str]]:
    asked = histories.question(best)
    return [
        (
            other,
            "sibling_of_a_better_answer"
            if histories.question(other) == asked
            else "branch_not_taken",
        )
        for other in choice
        if other is not best
    ]


def _place(exchange: Exchange) -> tuple[int, str, str]:
    return (exchange.turn_index, exchange.message_id, exchange.record_id)
