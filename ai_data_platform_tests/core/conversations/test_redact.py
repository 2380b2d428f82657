"""Redaction of a conversation: who is who stays, everything else stays as it was."""

import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.conversations.pii_patterns import KINDS
from ai_data_platform.core.conversations.redact import (
    REDACT_VERSION,
    Redaction,
    RedactOptions,
    Redactor,
)
from ai_data_platform.core.errors import ConfigurationError

REDACTOR = Redactor()
EVERYTHING = Redactor(RedactOptions(keep_reserved=False))


def test_one_value_has_one_placeholder_in_all_messages_however_it_is_written() -> None:
    redaction = REDACTOR.redact(
        [
            "I am ann@acme.io, call (415) 247-8880. Card 4539 1488 0343 6467.",
            "Ann@Acme.IO, +1 415-247-8880 and 4539-1488-0343-6467: noted. Not bob@acme.io?",
            "No, ａｎｎ＠ａｃｍｅ．ｉｏ.",
        ]
    )
    assert redaction == Redaction(
        (
            "I am [EMAIL_1], call [PHONE_1]. Card [CARD_1].",
            "[EMAIL_1], [PHONE_1] and [CARD_1]: noted. Not [EMAIL_2]?",
            "No, [EMAIL_1].",
        ),
        {"CARD": 2, "EMAIL": 4, "PHONE": 2},
    )


def test_each_conversation_counts_from_one() -> None:
    for address in ("ann@acme.io", "bob@acme.io"):
        assert REDACTOR.redact([address]).texts == ("[EMAIL_1]",)


def test_a_placeholder_that_stands_in_the_text_keeps_its_number_to_itself() -> None:
    redaction = REDACTOR.redact(["[EMAIL_3] wrote to ann@acme.io", "and [EMAIL_1], [PHONE_7]"])
    assert redaction == Redaction(
        ("[EMAIL_3] wrote to [EMAIL_4]", "and [EMAIL_1], [PHONE_7]"), {"EMAIL": 1}
    )


def test_a_conversation_without_personal_data_comes_back_with_no_counts() -> None:
    assert REDACTOR.redact(["Hello", ""]) == Redaction(("Hello", ""), {})
    assert REDACTOR.redact([]) == Redaction((), {})


def test_a_bare_number_is_a_phone_number_when_the_message_before_asked_for_one() -> None:
    asked = REDACTOR.redact(["What is your phone number?", "It is 4152478880"])
    assert asked.texts == ("What is your phone number?", "It is [PHONE_1]")
    unasked = ["What is your order number?", "It is 4152478880"]
    assert REDACTOR.redact(unasked).texts == tuple(unasked)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("```\nmail = 'ann@acme.io'\n```", "```\nmail = '[EMAIL_1]'\n```"),
        ("[ann](mailto:ann@acme.io)", "[ann](mailto:[EMAIL_1])"),
        ('{"a": "ann@acme.io", "b": [1, 2]}', '{"a": "[EMAIL_1]", "b": [1, 2]}'),
        ('{"a": "one\\nann@acme.io"}', '{"a": "one\\n[EMAIL_1]"}'),
        ("https://ann:s3cr3t@acme.io/x", "https://[URL_CREDENTIALS_1]/x"),
        ("password=ann@acme.io1", "password=[KEY_1]"),
        ("שלום ann@acme.io, ٠٥٠", "שלום [EMAIL_1], ٠٥٠"),
    ],
)
def test_only_the_find_is_replaced(before: str, after: str) -> None:
    assert REDACTOR.redact([before]).texts == (after,)


ONE_OF_EACH = {
    "KEY": "password: Tr0ub4dor&3",
    "URL_CREDENTIALS": "https://ann:s3cr3t@10.0.0.1/",
    "CARD": "4539 1488 0343 6467",
    "IBAN": "DE02 1203 0000 0000 2020 51",
    "SSN": "536-22-1234",
    "EMAIL": "ann@acme.io",
    "PHONE": "(415) 247-8880",
    "IP": "93.184.216.34",
}


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_each_kind_can_be_switched_off_and_on_alone(kind: str) -> None:
    texts = list(ONE_OF_EACH.values())
    others = tuple(other for other in KINDS if other != kind)
    alone, without = Redactor(RedactOptions(kinds=(kind,))), Redactor(RedactOptions(kinds=others))
    assert alone.redact(texts).counts == {kind: 1}
    assert without.redact(texts).counts == dict.fromkeys(sorted({*ONE_OF_EACH} - {kind}), 1)


def test_national_numbers_are_those_of_the_regions_asked_for() -> None:
    swiss = Redactor(RedactOptions(regions=("CH",)))
    assert swiss.redact(["044 668 18 00, (415) 247-8880"]).texts == ("[PHONE_1], (415) 247-8880",)
    assert swiss.redact(["044 668 18 00", "+41446681800"]).texts == ("[PHONE_1]", "[PHONE_1]")


@dataclass(frozen=True, slots=True)
class Known:
    """Finds the names that it was given."""

    names: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        return "/".join(self.names)

    def find(self, text: str) -> Sequence[tuple[int, int]]:
        return [match.span() for name in self.names for match in re.finditer(name, text)]


def test_names_are_found_by_the_recogniser_that_the_caller_brings() -> None:
    texts = ["Ann Lee and Bob (ann@acme.io)", "Ann\nLee: hi Bob, I am [NAME_1]"]
    known = Known((r"Ann\s+Lee", "Bob", "ann", "NAME"))
    assert Redactor(names=known).redact(texts) == Redaction(
        ("[NAME_2] and [NAME_3] ([EMAIL_1])", "[NAME_2]: hi [NAME_3], I am [NAME_1]"),
        {"EMAIL": 1, "NAME": 4},
    )
    without = Redactor(RedactOptions(kinds=("EMAIL",)), names=known)
    assert without.redact(texts).counts == {"EMAIL": 1}


def test_the_fingerprint_follows_everything_that_decides_the_outcome() -> None:
    options = RedactOptions()
    others = [
        RedactOptions(kinds=("EMAIL",)),
        RedactOptions(regions=("GB", "US")),
        RedactOptions(keep_reserved=False),
    ]
    assert len({options.fingerprint, *(other.fingerprint for other in others)}) == 4
    assert RedactOptions(kinds=KINDS[::-1]).fingerprint == options.fingerprint
    named = {Redactor(names=Known(names)).fingerprint for names in (("Ann",), ("Bob",))}
    assert len({Redactor().fingerprint, *named}) == 3
    assert REDACT_VERSION.startswith("redact-2/phonenumbers-")


def test_unknown_kinds_and_regions_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"no kinds \['MAIL'\]"):
        RedactOptions(kinds=("MAIL",))
    with pytest.raises(ConfigurationError, match=r"no regions \['UK'\]"):
        RedactOptions(regions=("UK",))


class Looks:
    """Finds no name, and counts how often it is asked."""

    fingerprint = "looks"
    count = 0

    def find(self, text: str) -> Sequence[tuple[int, int]]:
        self.count += 1
        return []


@pytest.mark.parametrize(
    "link", ["4539 1488 0343 6467(415) 247-8880/", "ann@acme.iophone4152478880)1"]
)
def test_a_chain_of_finds_that_uncover_each_other_is_done_in_a_few_rounds(link: str) -> None:
    looks = Looks()
    redaction = Redactor(names=looks).redact([f"before\n{link * 200}\nafter"])
    first, *_, last = redaction.texts[0].splitlines()
    assert (first, last) == ("before", "after")
    assert looks.count <= 12
    assert REDACTOR.redact(redaction.texts) == Redaction(redaction.texts, {})
    assert "8880" not in redaction.texts[0]


PIECES = st.sampled_from(
    [
        *ONE_OF_EACH.values(), "phone", "call ", "version ", "card ", "password: ", "token=", "Bearer ",
        "[EMAIL_1]", "[PHONE_9]", "_1]", "4152478880", "247-8880", "1.2.3.4", "2001:db8::1", "DE02 1203",
        "a1B2c3D4e5F6g7H8i9J0", "-----BEGIN PRIVATE KEY-----\n", "https://", "://", "me@a.io", "ann", "@",
        ".", "-", " ", "\n", "/", ":", "+", "0", "7", "12", "\u200b", "\\n", "ａ", "٤", "é", "你", "ש", "'",
        '"', "(", ")", "[", "]",
    ]
)  # fmt: skip
MESSAGES = st.lists(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40), max_size=4)


@settings(deadline=None, derandomize=True, max_examples=250)
@given(MESSAGES)
def test_redacting_twice_equals_redacting_once(texts: list[str]) -> None:
    for redactor in (REDACTOR, EVERYTHING):
        once = redactor.redact(texts)
        assert redactor.redact(once.texts) == Redaction(once.texts, {})


PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(KINDS)})_\d+\]")


@settings(deadline=None, derandomize=True, max_examples=150)
@given(MESSAGES)
def test_everything_but_the_finds_stays_as_it_was(texts: list[str]) -> None:
    redaction = EVERYTHING.redact(texts)
    for before, after in zip(texts, redaction.texts, strict=True):
        kept = [re.escape(piece) for piece in PLACEHOLDER.split(after)]
        assert re.fullmatch("(?s:.+?)".join(kept), before)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(MESSAGES)
def test_counts_are_the_placeholders_that_were_added(texts: list[str]) -> None:
    redaction = EVERYTHING.redact(texts)
    before, after = (len(PLACEHOLDER.findall("\0".join(side))) for side in (texts, redaction.texts))
    assert sum(redaction.counts.values()) == after - before


def test_the_shared_logs_hold_phone_numbers_and_redact_to_a_fixed_point(shared_data: Path) -> None:
    path = shared_data / "chat_logs" / "sgd.turns.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no chat logs at {path}")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, 2000)]
    texts = [row[side] for row in rows for side in ("user_message", "assistant_message")]
    once = REDACTOR.redact(texts)
    assert once.counts.keys() == {"PHONE"}
    assert REDACTOR.redact(once.texts).counts == {}
