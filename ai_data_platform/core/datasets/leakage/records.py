"""A record of an evaluation set as the texts that no training row may hold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ai_data_platform.core.records import Rejected
from ai_data_platform.core.text import printable, word_count

__all__ = ["EVALUATION_FIELDS", "ItemText", "LeftOut", "evaluation_texts"]

EVALUATION_FIELDS = ("question", "prompt", "text", "messages", "answer", "reference_answer")
"""Columns that are looked for, whatever their case; what a field is called otherwise can be said."""

_ANSWER_WORDS = 13  # shorter ones are phrases that many give: "I do not have that information."
_TURN_WORDS = 8  # shorter ones carry a conversation on: "Yes, please."


class ItemText(NamedTuple):
    """A text to compare, and the part of the record that it is: `question`, `answer`, `messages.2`."""

    part: str
    text: str


class LeftOut(NamedTuple):
    """A part of a record that is compared with nothing, and why."""

    part: str
    reason: str


def evaluation_texts(
    record: object, columns: Mapping[str, str] | None = None
) -> list[ItemText | LeftOut] | Rejected:
    """What is compared of a record, or why nothing is.

    `columns` maps fields to the names of their columns. A question, prompt or text counts whatever its
    length, an answer from 13 words on. Of `messages` count what the user says in 8 words or more, the
    only thing that the user says, and the last answer from 13 words on.

    Reasons: `record_not_an_object`, `text_missing`, `field_not_text`, `no_words`; of a part that is
    left out `short_answer` and `short_turn`.
    """
    if not isinstance(record, Mapping):
        return Rejected("record_not_an_object", f"saw {type(record).__name__}, wanted an object")
    fields = _fields(record, columns or {})
    try:
        found = [part for name, value in fields.items() for part in _parts(name, value)]
    except _NotTextError as error:
        return Rejected("field_not_text", str(error))
    if not any(name in fields for name in EVALUATION_FIELDS[:4]):
        seen = ", ".join(map(str, list(record)[:10])) or "no fields"
        wanted = ", ".join(EVALUATION_FIELDS[:4])
        return Rejected("text_missing", f"wanted words under one of {wanted}; saw {seen}")
    if not any(isinstance(part, LeftOut) or word_count(part.text) for part in found):
        return Rejected("no_words", "the text has no letters and no digits")
    return [part for part in found if isinstance(part, LeftOut) or word_count(part.text)]


class _NotTextError(ValueError):
    """A field holds something other than text."""


def _fields(record: Mapping[str, object], columns: Mapping[str, str]) -> dict[str, object]:
    """The values of the known fields that have one, in the order of the fields."""
    by_name = {str(key).casefold(): value for key, value in record.items()}
    names = {name: columns.get(name, name).casefold() for name in EVALUATION_FIELDS}
    found = {name: by_name[column] for name, column in names.items() if column in by_name}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _parts(name: str, value: object) -> Iterator[ItemText | LeftOut]:
    if isinstance(value, list | tuple):
        yield from _turns(name, value)
    elif not isinstance(value, str):
        raise _NotTextError(f"`{name}` holds {type(value).__name__}, wanted text")
    elif not name.endswith("answer") or word_count(value) >= _ANSWER_WORDS:
        yield ItemText(name, printable(value).strip())
    else:
        yield LeftOut(name, "short_answer")


def _turns(name: str, messages: Sequence[object]) -> Iterator[ItemText | LeftOut]:
    turns = [_turn(name, message) for message in messages]
    asked = [place for place, (role, _) in enumerate(turns) if role == "user"]
    last = max((place for place, (role, _) in enumerate(turns) if role == "assistant"), default=-1)
    for place, (role, text) in enumerate(turns):
        part = f"{name}.{place}"
        if role == "user":
            enough = len(asked) == 1 or word_count(text) >= _TURN_WORDS
            yield ItemText(part, printable(text).strip()) if enough else LeftOut(part, "short_turn")
        elif place == last:
            enough = word_count(text) >= _ANSWER_WORDS
            yield (
                ItemText(part, printable(text).strip()) if enough else LeftOut(part, "short_answer")
            )


def _turn(name: str, message: object) -> tuple[str, str]:
    """The role and the words of a message; a bare string was said by the user."""
    if isinstance(message, str):
        return "user", message
    if not isinstance(message, Mapping):
        raise _NotTextError(f"`{name}` holds {type(message).__name__}, wanted messages")
    role, content = message.get("role"), message.get("content")
    if not isinstance(role, str) or not isinstance(content, str):
        raise _NotTextError(f"a message of `{name}` has no text under `role` and `content`")
    return role, content
