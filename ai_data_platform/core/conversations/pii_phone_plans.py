"""Whether a written number can be dialled: the numbering plans of libphonenumber, asked cheaply."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import phonenumbers
from phonenumbers import Leniency, NumberFormat, PhoneMetadata, PhoneNumberMatcher

__all__ = ["is_fiction", "likely_number", "planned_number"]

_DATE = re.compile(
    r"(?:1[6-9]|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|[12]\d|3[01])[-./ ](?:1[89]|20)\d\d(?!\d)"
)
_MAX_GROUPS = 7  # 8 (800) 555-35-35 has five, +33 (0)6 12 34 56 78 seven
_MIN_INTERNATIONAL = 9  # digits with the country code; shorter ones are sums and scores
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_NOTHING = re.compile(r"(?!)")

# Numbers kept for films and examples: 555-0100 to 555-0199 in North America, Ofcom's in Britain.
_FICTION = re.compile(
    r"(?:\+1\d{3})?55501\d\d|\+44(?:(?:11[3-8]|1[2-6]1)4960\d{3}|2079460\d{3}|1914980\d{3}|2896496\d{3}"
    r"|2920180\d{3}|1632960\d{3}|7700900\d{3}|8081570\d{3}|9098790\d{3}|3069990\d{3})"
)


@lru_cache(maxsize=8192)  # a conversation repeats its numbers
def planned_number(written: str, regions: tuple[str, ...], *, cued: bool) -> str | None:
    """E.164 of a number that is in a plan and grouped as its country groups it, or None.

    `cued`: words before say that a telephone number follows; only then do bare digits count.
    """
    groups = re.findall(r"\d+", written)
    if not _is_grouped_like_a_number(written, groups) or _DATE.search(written):
        return None
    international = _international(written)
    if international:
        return _matched(international, None, Leniency.STRICT_GROUPING)
    if cued or (len(groups) > 1 and not _is_counting(groups)):
        for region in regions:
            if _plan(region).fits("".join(groups), groups, cued):
                number = _matched(written, region, Leniency.STRICT_GROUPING)
                if number is not None:
                    return number
    return None


@lru_cache(maxsize=8192)
def likely_number(written: str, regions: tuple[str, ...], *, cued: bool) -> str | None:
    """What else is meant as a number: E.164, or the digits where no plan has it; None for no number.

    With a country code any grouping, and numbers too old for the plan. After words that announce one
    also groups of digits in no plan: local numbers, foreign ones without their code.
    """
    groups = re.findall(r"\d+", written)
    international = _international(written)
    if not (international or cued) or not _is_grouped_like_a_number(written, groups):
        return None
    if _DATE.search(written) or _THOUSANDS.fullmatch(written):
        return None
    if international:
        return _beyond_the_plan(international, len(groups), "".join(groups), cued)
    for region in regions:
        number = _matched(written, region, Leniency.VALID)
        if number is not None:
            return number
    return "".join(groups) if len(groups) > 1 else None


def is_fiction(number: str) -> bool:
    """Whether an E.164 number is kept free for films and examples."""
    return bool(_FICTION.fullmatch(number))


def _is_grouped_like_a_number(written: str, groups: list[str]) -> bool:
    lonely = any(len(group) == 1 for group in groups[2:])
    return not lonely and len(groups) <= _MAX_GROUPS and not ("." in written and "-" in written)


def _is_counting(groups: list[str]) -> bool:
    """Whether groups are binary numbers, or a list such as 01 02 03 04 05."""
    steps = {int(right) - int(left) for left, right in pairwise(groups)}
    return set("".join(groups)) <= {"0", "1"} or (len(groups) > 3 and steps == {1})


def _international(written: str) -> str | None:
    """The number from its + on, also for one that begins with 00; None without a country code."""
    if written.startswith(("+", "(+", "00")):
        return re.sub(r"^\(?(?:\+|00) ?", "+", written, count=1)
    return None


def _beyond_the_plan(number: str, groups: int, digits: str, cued: bool) -> str | None:
    if cued or (groups > 1 and len(digits) >= _MIN_INTERNATIONAL and not digits.startswith("00")):
        return _parsed(number)
    return _matched(number, None, Leniency.VALID)


def _parsed(number: str) -> str | None:
    """E.164 of digits after a country code that exists."""
    try:
        return _e164(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _matched(written: str, region: str | None, leniency: int) -> str | None:
    """E.164 where libphonenumber takes the whole of the text for one number."""
    for match in PhoneNumberMatcher(written, region, leniency, 1):
        if match.end - match.start >= len(written) - written.startswith("("):
            return _e164(match.number)
    return None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What can be said of a number in one country at a hundredth of the cost of parsing it."""

    trunk: str
    numbers: re.Pattern[str]
    grouped: re.Pattern[str]
    grouped_without_trunk: re.Pattern[str]

    def fits(self, digits: str, groups: list[str], cued: bool) -> bool:
        national = digits.removeprefix(self.trunk)
        if not (self.numbers.fullmatch(national) or self.numbers.fullmatch(digits)):
            return False
        if cued or (self.trunk == "0" and digits[0] == "0"):
            return True
        if groups[0] == self.trunk:
            return bool(self.grouped.fullmatch("-".join(groups[1:])))
        return bool(self.grouped_without_trunk.fullmatch("-".join(groups)))


@cache
def _plan(region: str) -> _Plan:
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.general_desc is None:
        return _Plan("", _NOTHING, _NOTHING, _NOTHING)
    # Countries that share a code keep their ways of writing in the main one's plan.
    main = phonenumbers.region_code_for_country_code(metadata.country_code or 0)
    formats = (PhoneMetadata.metadata_for_region(main) or metadata).number_format
    return _Plan(
        trunk=metadata.national_prefix or "",
        numbers=re.compile(metadata.general_desc.national_number_pattern or "(?!)"),
        grouped=_groupings(formats),
        grouped_without_trunk=_groupings(
            [
                f
                for f in formats
                if not f.national_prefix_formatting_rule
                or f.national_prefix_optional_when_formatting
            ]
        ),
    )


def _groupings(formats: Sequence[NumberFormat]) -> re.Pattern[str]:
    """Matches the digit groups, joined by hyphens, of numbers written in one of the formats."""
    patterns = [found.pattern.replace(")(", ")-(") for found in formats if found.pattern]
    return re.compile("|".join(patterns)) if patterns else _NOTHING
