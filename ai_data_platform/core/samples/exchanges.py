"""Exchanges: the rows of a chat log, and what the log does not say: an answer's true worth."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ai_data_platform.core.samples.dialogues import Turn, TurnMaker
from ai_data_platform.core.samples.grammar import Chance, pick
from ai_data_platform.core.samples.timeline import LogFile, second_of_day, timestamp

__all__ = ["Conversation", "Exchange", "chat_row", "conversations"]

_MODELS = ("tarnholt-assist-1", "tarnholt-assist-2")
_RATED = 0.55
_HELD = 0.9  # of the ratings say what the answer is worth; the others are one off


class Exchange(NamedTuple):
    """One row. A tuple and not a dataclass, since many thousands are made in a second."""

    conversation_id: str
    message_id: str
    parent_message_id: str
    turn_index: int
    user_message: str
    assistant_message: str
    rating: int | None
    model: str
    user_id: str
    second: int  # POSIX time
    thread: tuple[str, ...] | None
    score: int  # what the answer is truly worth, 1 to 5
    siblings: int  # answers to the same message, this one included


class Conversation(NamedTuple):
    """The exchanges of one conversation in the order of time."""

    number: int
    exchanges: list[Exchange]


def chat_row(exchange: Exchange, offset_minutes: int) -> dict[str, Any]:
    """The columns of a chat log; `thread` is there only where a conversation branches."""
    row = {
        "conversation_id": exchange.conversation_id,
        "message_id": exchange.message_id,
        "parent_message_id": exchange.parent_message_id,
        "turn_index": exchange.turn_index,
        "user_message": exchange.user_message,
        "assistant_message": exchange.assistant_message,
        "rating": exchange.rating,
        "model": exchange.model,
        "user_id": exchange.user_id,
        "created_at": timestamp(exchange.second, offset_minutes),
    }
    if exchange.thread is not None:
        row["thread"] = exchange.thread
    return row


def conversations(
    file: LogFile, maker: TurnMaker, users: int, chance: Chance
) -> Iterator[Conversation]:
    """The conversations of one file.

    A turn with several answers is followed by another turn only in JSONL: the other formats have no
    column that says which of the answers was continued.
    """
    midnight = int(datetime(file.day.year, file.day.month, file.day.day, tzinfo=UTC).timestamp())
    threaded = file.format.startswith("jsonl")
    count = file.stop - file.first
    for number in range(file.first, file.stop):
        begun = midnight + second_of_day((number - file.first + chance()) / count)
        turns = maker.turns(branching_before_the_end=threaded)
        user = f"u{int(chance() * users):06d}"
        yield Conversation(number, list(_exchanges(number, turns, user, begun, chance)))


def _exchanges(
    number: int, turns: list[Turn], user: str, second: int, chance: Chance
) -> Iterator[Exchange]:
    conversation = f"c{number:08d}"
    branches = any(len(turn.answers) > 1 for turn in turns[:-1])
    path: tuple[str, ...] = ()
    for index, turn in enumerate(turns):
        asked = f"{conversation}-u{index}"
        path = (*path, asked)
        names = [
            f"{conversation}-a{index}{'bcd'[i - 1] if i else ''}" for i in range(len(turn.answers))
        ]
        for name, answer in zip(names, turn.answers, strict=True):
            second += 3 + int(chance() * 25)
            yield Exchange(
                conversation,
                name,
                asked,
                index,
                turn.message,
                answer.text,
                _rating(answer.score, chance),
                pick(chance, _MODELS),
                user,
                second,
                (*path, name) if branches else None,
                answer.score,
                len(names),
            )
        path = (*path, _continued(turn, names, chance))
        second += 40 + int(chance() * 300)


def _continued(turn: Turn, names: list[str], chance: Chance) -> str:
    """The answer that the customer went on from: the best one, most of the time."""
    if len(names) == 1 or chance() < 0.2:
        return pick(chance, names)
    return max(zip(turn.answers, names, strict=True), key=lambda pair: pair[0].score)[1]


def _rating(score: int, chance: Chance) -> int | None:
    if chance() > _RATED:
        return None
    if chance() < _HELD:
        return score
    return score - 1 if score > 1 and (score == 5 or chance() < 0.5) else score + 1
