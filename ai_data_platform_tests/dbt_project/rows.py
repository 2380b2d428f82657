"""Raw days that are hard on a database: every script, every kind of space, and texts that are SQL."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.stores.home import Home

__all__ = ["SPACES", "exchange", "nasty", "pairs_of_copies", "write_day"]

FIRST = datetime(2024, 3, 1, 12, tzinfo=UTC)
SPACES = [
    chr(code) for code in range(0x110000) if chr(code).isspace() and code not in range(28, 32)
]
"""Unicode's 25 characters of white space; 28 to 31 are control characters, which the contract takes out."""

_UNASSIGNED = {"Cn", "Cs", "Co"}
_TEXTS = [
    "'; drop table raw_chat_logs; --",
    "\"quoted\" and 'quoted' and `quoted` and $$quoted$$",
    "back\\slash \\n \\' \\\\ \\u0041 and a trailing one \\",
    "{{ ref('nobody') }} {% raw %} {# comment #}",
    "100 % _like_ this? $1 :name @name ?",
    "مرحبا، كيف حالك؟ שלום עולם",
    "👩‍👩‍👧‍👦 🏳️‍🌈 𝒳𝒴𝒵 𓀀 and a lone \u200d joiner",
    "a\u0301e\u0308\u0323 combining marks in two orders a\u0301e\u0323\u0308",
    "line one\nline two\r\nline three\rline four\ttabbed",
    "zero\u200bwidth \ufeffmark \u00adhyphen \ufffd replaced",
    "Straße, STRASSE, STRAẞE, ﬁne, Ǆ ǅ ǆ, K (Kelvin), Å (Ångström)",
    "İstanbul ISTANBUL ıstanbul istanbul i̇stanbul",
]


def exchange(name: str, **given: Any) -> dict[str, Any]:
    """An exchange that every rule lets pass, and that resembles no other; values given go before."""
    return {
        "record_id": f"r-{name}",
        "conversation_id": f"c-{name}",
        "message_id": f"m-{name}",
        "parent_message_id": None,
        "thread": None,
        "turn_index": 0,
        "user_message": f"How do I set up {name}?",
        "assistant_message": f"Hold the button of {name} for ten seconds.",
        "rating": 5,
        "model": None,
        "user_id": None,
        "created_at": FIRST,
        "source_file": "log.jsonl",
        "source_line": 1,
        **given,
    }


def nasty() -> list[dict[str, Any]]:
    """Exchanges that must come out of every database with the bytes that went in, or trimmed."""
    huge = "A long answer. " * 350_000  # 5 MB
    rows = [
        exchange(f"text-{i:02}", user_message=text, user_id=text, thread=[text, ""])
        for i, text in enumerate(_TEXTS)
    ]
    rows += [
        exchange(
            f"space-{ord(space):04x}", user_message=f"{space} in {space}{space} between {space}\n"
        )
        for space in SPACES
    ]
    rows += [
        exchange("huge", assistant_message=huge),
        exchange("blank", user_message="".join(SPACES)),
        exchange("wide", user_message=" " * 200_000 + "x" + "\u2003" * 200_000),
        exchange("unrated", rating=None),
        exchange("late", created_at=FIRST + timedelta(microseconds=1), rating=4),
    ]
    return rows


def pairs_of_copies() -> list[dict[str, Any]]:
    """Exchanges in twos, the second of which says the same to a reader, by every letter of Unicode."""
    pairs = [*_cases(), *_compositions()]
    return [
        exchange(
            f"copy-{i:04}-{side}",
            user_message=f"How about {text}?",
            assistant_message="The same answer to all.",
        )
        for i, pair in enumerate(pairs)
        for side, text in zip("ab", pair, strict=True)
    ]


def write_day(
    home: Home, rows: Sequence[dict[str, Any]], day: str = "2024-03-01"
) -> dict[str, str]:
    """Put the rows in the lake as one day of `raw_chat_logs`: its name and fingerprint."""
    name = f"raw_chat_logs/{day}"
    table = pa.Table.from_pylist(list(rows), schema=CHAT_LOG)
    return {name: home.lake.write(name, table, inputs="test").fingerprint}


def _cases() -> Iterator[tuple[str, str]]:
    """Capital letters against small ones, 40 at a time; İ and Σ stand in `_TEXTS` and in the unit tests."""
    letters = [c for c in _characters() if len(c.lower()) == 1 and c.lower() != c]
    for start in range(0, len(letters), 40):
        some = "".join(letters[start : start + 40])
        yield some, "".join(c.lower() for c in some)


def _compositions() -> Iterator[tuple[str, str]]:
    """Texts as they were typed, decomposed, against their normal form C."""
    parted = [c for c in _characters() if unicodedata.normalize("NFD", c) != c]
    for start in range(0, len(parted), 400):
        text = " ".join(parted[start : start + 400])
        yield unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)


def _characters() -> Iterator[str]:
    """The characters that this Python's version of Unicode knows."""
    every = map(chr, range(0x110000))
    return (c for c in every if unicodedata.category(c) not in _UNASSIGNED)
