"""The first look at a text: it may take a harmless one for a suspect, and never the other way round."""

import pyarrow as pa
import pytest
from hypothesis import given, settings

from ai_data_platform.core.conversations.pii_secrets import _ISSUED_HINTS, _NAMES
from ai_data_platform.core.conversations.pii_suspects import suspects
from ai_data_platform.core.conversations.redact import RedactOptions, Redactor
from ai_data_platform_tests.core.conversations.test_redact import MESSAGES
from ai_data_platform_tests.planted_pii import NEAR_MISSES, PLACES, VALUES

EVERYTHING = Redactor(RedactOptions(keep_reserved=False))


def looked_at(texts: list[str]) -> list[bool]:
    return suspects(pa.array(texts, pa.string())).to_pylist()


def overlooked(texts: list[str]) -> list[str]:
    """Texts in which the search finds something although the first look found nothing."""
    quiet = [text for text, seen in zip(texts, looked_at(texts), strict=True) if not seen]
    return [text for text in quiet if EVERYTHING.redact([text]).counts]


@pytest.mark.parametrize("row", VALUES)
def test_no_planted_value_is_overlooked_wherever_it_stands(row: str) -> None:
    texts = [place.replace("@@", value) for value in VALUES[row] for place in PLACES[row]]
    assert overlooked(texts) == []


def _escapable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(MESSAGES)
def test_no_find_is_overlooked_in_any_text(texts: list[str]) -> None:
    assert overlooked([text for text in texts if _escapable(text)]) == []


def test_every_sign_of_a_key_is_looked_for() -> None:
    signs = [
        *_ISSUED_HINTS,
        *_NAMES,
        *(name.upper() for name in _NAMES),
        "sk-",
        "gsk_",
        "key-",
        "r8_",
    ]
    assert [sign for sign, seen in zip(signs, looked_at(signs), strict=True) if not seen] == []


def test_most_ordinary_texts_are_spared() -> None:
    plain = [
        "How do I reset my heat pump?",
        "Set it to 35 °C, then wait 10 minutes.",
        "你好",
        "",
        "a\\nb",
    ]
    assert looked_at(plain) == [False] * len(plain)
    assert sum(looked_at(NEAR_MISSES)) < len(NEAR_MISSES)
