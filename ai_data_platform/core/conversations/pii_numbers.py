"""Numbers with a check of their own: payment cards, bank accounts, US social security numbers."""

import re
from collections.abc import Iterator

from ai_data_platform.core.conversations.pii_reserved import (
    EXAMPLE_IBANS,
    KNOWN_SSNS,
    TEST_CARDS,
)
from ai_data_platform.core.conversations.pii_text import Find, Passage

__all__ = ["find_cards", "find_ibans", "find_ssns", "is_iban", "is_luhn"]

# --- cards: ISO/IEC 7812 (Luhn), issuer prefixes and lengths as the networks publish them

_BEFORE = r"(?<![A-Za-z0-9_+$€£¥])(?<![A-Za-z0-9][-.,/])"
_AFTER = r"(?![A-Za-z0-9_%])(?![-.,]\d)"
_CARD = re.compile(
    rf"{_BEFORE}(?:"
    r"\d{4}([ .-])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?"
    r"|\d{4}([ .-])\d{6}\2\d{4,5}"
    rf"|\d{{13,19}}){_AFTER}"
)
_CARD_WORD = re.compile(
    r"(?:card|visa|master|amex|american express|maestro|kart|cart[ae]|tarjeta|cartão|カード|卡|карт)"
    r"[^\d\[\]]{0,32}$",
    re.IGNORECASE,
)
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:30[0-5]\d|36\d\d|3[89]\d\d)\d{10,15}"  # Diners Club
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"  # Discover
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|62\d{14,17}"  # UnionPay
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{9,15}"  # Maestro
)


def find_cards(passage: Passage) -> Iterator[Find]:
    """Card numbers whose prefix, length and Luhn digit are right; the value is the digits."""
    for match in _CARD.finditer(passage.text):
        digits = re.sub(r"\D", "", match[0])
        if not (_ISSUERS.fullmatch(digits) and is_luhn(digits)):
            continue
        if _is_grouped_or_usual(match[0]) or _CARD_WORD.search(passage.lead(match.start())):
            yield Find("CARD", match.start(), match.end(), digits, digits in TEST_CARDS)


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_grouped_or_usual(written: str) -> bool:
    # Bare numbers of 13 and of 17-19 digits are mostly bar codes and record ids; one in ten of those
    # has a right Luhn digit by chance, so they need a word that says card.
    return not written.isdigit() or 14 <= len(written) <= 16


# --- IBAN: ISO 13616; lengths from the registry that SWIFT keeps

_IBAN_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE",
    31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
_LENGTH_OF = {land: n for n, lands in _IBAN_LENGTHS.items() for land in lands.split()}
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])")
_IBAN_REST = {
    n: re.compile(rf"(?:[ -]?[A-Za-z0-9]){{{n - 4}}}(?![A-Za-z0-9])") for n in _IBAN_LENGTHS
}


def find_ibans(passage: Passage) -> Iterator[Find]:
    """Account numbers of the right length for their country, modulo 97; the value is without spaces."""
    text = passage.text
    for start in _IBAN_START.finditer(text):
        rest = _IBAN_REST.get(_LENGTH_OF.get(start[0][:2].upper(), 0))
        match = rest.match(text, start.end()) if rest else None
        if match is None:
            continue
        iban = re.sub(r"[ -]", "", text[start.start() : match.end()]).upper()
        if is_iban(iban):
            yield Find("IBAN", start.start(), match.end(), iban, iban in EXAMPLE_IBANS)


def is_iban(iban: str) -> bool:
    """Whether length and check digits fit; wants capitals without spaces."""
    if _LENGTH_OF.get(iban[:2]) != len(iban):
        return False
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1


# --- US social security numbers: area, group and serial as the SSA issues them

_SSN = re.compile(
    r"(?<![A-Za-z0-9_$])(?<![0-9A-Za-z][-./])(?!000|666|9)\d{3}(?P<gap>[- ]?)(?!00)\d{2}(?P=gap)(?!0000)\d{4}"
    r"(?![A-Za-z0-9_])(?![-./]\d)"
)
_SSN_WORD = re.compile(r"(?:\bssn|social security|\bsocial)[^\d\[\]]{0,32}$", re.IGNORECASE)


def find_ssns(passage: Passage) -> Iterator[Find]:
    """US social security numbers; without hyphens only where a word before says so."""
    for match in _SSN.finditer(passage.text):
        digits = re.sub(r"\D", "", match[0])
        if match["gap"] == "-" or _SSN_WORD.search(passage.lead(match.start())):
            yield Find("SSN", match.start(), match.end(), digits, digits in KNOWN_SSNS)
