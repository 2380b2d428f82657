"""Chat logs of which a share is broken, each record in one of 25 ways, and texts that break careless code."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

__all__ = ["BREACHES", "HOSTILE", "Line", "log_lines"]

_ROWS_A_CONVERSATION = 3
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_ZONES = (timedelta(0), timedelta(hours=5, minutes=30), timedelta(hours=-8), timedelta(hours=14))

HOSTILE = (
    "Robert'); drop table chat_logs; -- \" ; ` \\",
    "$(rm -rf /) `reboot` && echo ${HOME} | sh > /dev/null; exit 1 \\",
    "{{ config.items() }} {% raw %} <script>alert(1)</script> %s %(x)s {0} \\u0000",
    '../../etc/passwd\\..\\..\tnext,cell;"quoted"\r\nline two\nline three',
    "مرحبا بالعالم، كيف أضبط الساعة؟ \u202etfel ot thgir\u202c",
    "שלום עולם, איך מכוונים את השעון?",
    "Как настроить часы на этой печи?",
    "Πώς ρυθμίζω το ρολόι;",
    "この時計はどうやって合わせますか。",
    "怎样设置这个时钟?我试过了。",
    "이 시계는 어떻게 맞추나요?",
    "นาฬิกานี้ตั้งเวลาอย่างไรครับ",
    "मैं इस घड़ी को कैसे सेट करूँ?",
    "এই ঘড়িটি কীভাবে ঠিক করব?",
    "இந்தக் கடிகாரத்தை எப்படி அமைப்பது?",
    "ఈ గడియారాన్ని ఎలా అమర్చాలి?",
    "ഈ ക്ലോക്ക് എങ്ങനെ ക്രമീകരിക്കാം?",
    "ಈ ಗಡಿಯಾರವನ್ನು ಹೇಗೆ ಹೊಂದಿಸುವುದು?",
    "આ ઘડિયાળ કેવી રીતે ગોઠવવી?",
    "ਇਹ ਘੜੀ ਕਿਵੇਂ ਸੈੱਟ ਕਰਾਂ?",
    "මෙම ඔරලෝසුව සකසන්නේ කෙසේද?",
    "როგორ დავაყენო ეს საათი?",
    "Ինչպե՞ս կարգավորել այս ժամացույցը։",
    "ይህን ሰዓት እንዴት ማስተካከል እችላለሁ?",
    "តើខ្ញុំកំណត់នាឡិកានេះដោយរបៀបណា?",
    "ဒီနာရီကို ဘယ်လိုချိန်ရမလဲ။",
    "👩‍👩‍👧‍👦 é (e\u0301) ﬁ Ω Å \U0001f600 \u200b\ufeff\u2028",
    "control \x01\x02\x1b[31m characters \x7f and \ud83d half an emoji",
)
"""SQL, shell, markup and path metacharacters, right-to-left text, over 20 scripts, and what is no text."""

Row = dict[str, Any]
_PLAIN = {"user_message": "How?", "model": "café"}

BREACHES: dict[str, Callable[[Row], Any]] = {
    "not_json": lambda row: orjson.dumps(row | _PLAIN)[:-9],
    "not_utf8": lambda row: orjson.dumps(row | _PLAIN).replace("é".encode(), b"\xe9"),
    "not_an_object": lambda row: list(row.values()),
    "conversation_id_missing": lambda row: _without(row, "conversation_id"),
    "conversation_id_wrong_type": lambda row: row | {"conversation_id": ["c", 1]},
    "message_id_missing": lambda row: row | {"message_id": "\x01\x02"},
    "message_id_wrong_type": lambda row: row | {"message_id": {"id": 1}},
    "parent_message_id_wrong_type": lambda row: row | {"parent_message_id": 1.5},
    "thread_wrong_type": lambda row: row | {"thread": [1, 2]},
    "turn_index_missing": lambda row: row | {"turn_index": None},
    "turn_index_wrong_type": lambda row: row | {"turn_index": "0"},
    "turn_index_out_of_range": lambda row: row | {"turn_index": -1},
    "user_message_missing": lambda row: row | {"user_message": None},
    "user_message_wrong_type": lambda row: row | {"user_message": {"text": "Hi"}},
    "assistant_message_missing": lambda row: _without(row, "assistant_message"),
    "assistant_message_wrong_type": lambda row: row | {"assistant_message": 42},
    "rating_out_of_range": lambda row: row | {"rating": 99},
    "rating_wrong_type": lambda row: row | {"rating": "5"},
    "model_wrong_type": lambda row: row | {"model": ["m"]},
    "user_id_wrong_type": lambda row: row | {"user_id": True},
    "created_at_missing": lambda row: row | {"created_at": ""},
    "created_at_unreadable": lambda row: row | {"created_at": "2024-13-45 noon"},
    "repeated_record": lambda row: row,
    "repeated_message_id": lambda row: row | {"user_message": "The same id, another question."},
    "line_too_long": lambda row: orjson.dumps(row | _PLAIN | {"user_id": "u" * 9_000_000}),
}
"""By the reason that each is set aside for."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log: of a good record its message id, of a broken one its reason."""

    data: bytes
    message_id: str | None
    reason: str | None


def log_lines(rows: int, *, broken: float = 0.05, days: int = 30, seed: int = 7) -> Iterator[Line]:
    """This many lines, in the order of time, with times in four zones; short texts with hostile ones among.

    Of the long lines there is one in 100,000; repetitions follow the record that they repeat.
    """
    chance = random.Random(seed)
    kinds = [kind for kind in BREACHES if kind != "line_too_long"]
    row: Row = {}
    for number in range(rows):
        if number and chance.random() < broken:
            kind = "line_too_long" if number % 100_000 == 1 else kinds[chance.randrange(len(kinds))]
            other = row if kind.startswith("repeated") else row | {"message_id": f"x{number}"}
            found = BREACHES[kind](other)
            yield Line(_data(found), None, kind)
        else:
            row = _good(number, rows, days, chance)
            yield Line(_data(row), row["message_id"], None)


def _good(number: int, rows: int, days: int, chance: random.Random) -> Row:
    moment = _FIRST + timedelta(seconds=int(number * days * 86_400 / rows))
    zone = chance.choice(_ZONES)
    text = chance.choice(HOSTILE) if number % 20 == 0 else f"How do I set the clock of {number}?"
    return {
        "conversation_id": f"c{number // _ROWS_A_CONVERSATION}",
        "message_id": f"m{number}",
        "turn_index": number % _ROWS_A_CONVERSATION,
        "user_message": text,
        "assistant_message": f"Hold the left key for {number % 9} seconds, then confirm with OK.",
        "rating": chance.choice((None, 1, 2, 3, 4, 5)),
        "model": text if number % 40 == 0 else "m-1",
        "user_id": f"u{number % 997}",
        "created_at": (moment + zone).replace(tzinfo=None).isoformat() + _offset(zone),
    }


def _offset(zone: timedelta) -> str:
    minutes = int(zone.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


def _data(found: Any) -> bytes:
    if isinstance(found, bytes):
        return found + b"\n"
    try:
        return orjson.dumps(found) + b"\n"
    except TypeError:  # half an emoji: orjson refuses what JSON can spell
        import json

        return json.dumps(found).encode() + b"\n"
