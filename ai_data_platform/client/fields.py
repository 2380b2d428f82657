"""Each field checked and put as the service keeps it. All raise InvalidFeedback, naming the field."""

from datetime import UTC, datetime

from ai_data_platform.client.errors import InvalidFeedback
from ai_data_platform.core.text import printable
from ai_data_platform.core.timestamps import parse_timestamp

__all__ = [
    "MAX_ID_CHARACTERS",
    "identifier",
    "moment",
    "optional_identifier",
    "optional_text",
    "text",
    "whole",
]

MAX_ID_CHARACTERS = 256


def identifier(field: str, value: str) -> str:
    """A text of 1 to 256 characters."""
    checked = text(field, value, MAX_ID_CHARACTERS)
    if not checked:
        raise InvalidFeedback(f"{field} is empty, wanted 1 to {MAX_ID_CHARACTERS} characters")
    return checked


def optional_identifier(field: str, value: str | None) -> str | None:
    return None if value is None else identifier(field, value)


def text(field: str, value: str, most: int) -> str:
    """The text without control characters and lone surrogates, which the service drops too."""
    if not isinstance(value, str):
        raise InvalidFeedback(f"{field} is of type {type(value).__name__}, wanted a string")
    checked = printable(value)
    if len(checked) > most:
        raise InvalidFeedback(f"{field} has {len(checked):,} characters, wanted at most {most:,}")
    return checked


def optional_text(field: str, value: str | None, most: int) -> str | None:
    return None if value is None else text(field, value, most)


def whole(field: str, value: int, least: int, most: int) -> int:
    """An integer of the range; True, 4.0 and "4" are none."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return int(value)
    raise InvalidFeedback(f"{field} is {value!r:.40}, wanted an integer {least} to {most:,}")


def moment(field: str, value: datetime | None) -> str:
    """ISO 8601 in UTC; without a value the time is now, not that of the sending, days later perhaps."""
    if value is None:
        return datetime.now(UTC).isoformat()
    checked = parse_timestamp(value) if isinstance(value, datetime) else None
    if checked is None:
        raise InvalidFeedback(f"{field} is {value!s:.40}, wanted a datetime from 1990 to 2099")
    return checked.isoformat()
