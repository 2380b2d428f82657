"""Every kind of personal data that has a form, and how two finds in one place are settled."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from ai_data_platform.core.conversations.pii_mail import find_emails
from ai_data_platform.core.conversations.pii_network import (
    find_url_credentials,
    find_v4_addresses,
    find_v6_addresses,
)
from ai_data_platform.core.conversations.pii_numbers import find_cards, find_ibans, find_ssns
from ai_data_platform.core.conversations.pii_phones import find_phones
from ai_data_platform.core.conversations.pii_secrets import find_keys
from ai_data_platform.core.conversations.pii_text import Find, Passage

__all__ = ["KINDS", "find_all", "settle"]

KINDS = ("KEY", "URL_CREDENTIALS", "CARD", "IBAN", "SSN", "EMAIL", "PHONE", "IP", "NAME")
"""What can be found. Of two finds of one length the earlier kind here wins: the costlier leak first."""

_FINDERS = {
    "KEY": find_keys,
    "URL_CREDENTIALS": find_url_credentials,
    "EMAIL": find_emails,
    "IBAN": find_ibans,
    "IP": find_v6_addresses,
}
_NUMBER_FINDERS = {"CARD": find_cards, "SSN": find_ssns, "IP": find_v4_addresses}


def find_all(passage: Passage, kinds: Container[str], regions: tuple[str, ...]) -> Iterator[Find]:
    """Every find of the wanted kinds, in no order; finds may overlap."""
    for kind, find in _FINDERS.items():
        if kind in kinds:
            yield from find(passage)
    if passage.has_long_number:
        for kind, find in _NUMBER_FINDERS.items():
            if kind in kinds:
                yield from find(passage)
        if "PHONE" in kinds:
            yield from find_phones(passage, regions)


def settle(finds: Iterable[Find], text: str) -> list[Find]:
    """Finds that no longer overlap, in order of place.

    Where some overlap, one find covers them all, so that nothing of the losers stays readable; it has
    the kind of the longest, and of two equally long the kind that stands first in `KINDS`.
    """
    settled: list[Find] = []
    best: list[Find] = []
    for find in sorted(finds, key=lambda find: (find.start, find.end)):
        if not settled or find.start >= settled[-1].end:
            settled.append(find)
            best.append(find)
            continue
        best[-1] = min(best[-1], find, key=_rank)
        settled[-1] = replace(settled[-1], end=max(settled[-1].end, find.end))
    return [_merged(span, winner, text) for span, winner in zip(settled, best, strict=True)]


def _rank(find: Find) -> tuple[int, int]:
    return find.start - find.end, KINDS.index(find.kind)


def _merged(span: Find, winner: Find, text: str) -> Find:
    whole = (span.start, span.end) == (winner.start, winner.end)
    value = winner.value if whole else text[span.start : span.end]
    return Find(winner.kind, span.start, span.end, value, winner.reserved)
