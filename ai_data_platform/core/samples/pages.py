"""Pages: the manuals, release notes and terms that Tarnholt publishes, as sections of facts.

A page is a function of the seed and its number, so a million of them need no memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ai_data_platform.core.samples.company import COMPANY_PAGES
from ai_data_platform.core.samples.facts import Fact, Place, settle
from ai_data_platform.core.samples.grammar import Chance
from ai_data_platform.core.samples.page_texts import COUNTRIES, HEADINGS, PARTNERS, introduction
from ai_data_platform.core.samples.product_codes import CODES
from ai_data_platform.core.samples.product_settings import SETTINGS
from ai_data_platform.core.samples.topics import Topic
from ai_data_platform.core.samples.topics_care import CARE
from ai_data_platform.core.samples.topics_codes import code_topics
from ai_data_platform.core.samples.topics_data import SMALL_DATA, WIRED_DATA
from ai_data_platform.core.samples.topics_releases import release_topics
from ai_data_platform.core.samples.topics_settings import setting_topics
from ai_data_platform.core.samples.topics_setup import SMALL_SETUP, WIRED_SETUP
from ai_data_platform.core.samples.world import COMPANY, PAGE_KINDS, Product, product

__all__ = ["Page", "Section", "page", "pages"]

_COMPANY_SHARE = 5
"""One page in five is about the company, the others are about products."""

_TITLES = {
    "setup": "Installing the {}",
    "settings": "Settings of the {}",
    "codes": "Messages and codes of the {}",
    "care": "Care of the {}",
    "data": "Technical data of the {}",
    "releases": "Release notes for the {}",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, paragraphs below it and, sometimes, a table of two columns.

    The paragraphs after the first are the points of a list where `listed` says so.
    """

    heading: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One document. `uri` is its path below documents/, `format` md, html, pdf or txt (Latin-1)."""

    uri: str
    format: str
    title: str
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class _Writer:
    """What all sections of one page share."""

    kind: str
    uri: str
    title: str
    subject: Product
    region: str
    chance: Chance

    def section(self, heading: str, topics: tuple[Topic, ...]) -> tuple[Section, list[Fact]]:
        place = Place(self.uri, self.title, heading, self.kind == "company")
        unit = self.subject.family.unit
        facts = [
            settle(topic, place, self.subject.name, unit, self.region, self.chance)
            for topic in topics
        ]
        opening = introduction(self.kind, _short(heading), self.subject.name, self.chance)
        paragraphs = (opening, *(f"{f.state} {f.why}" for f in facts))
        return Section(heading, paragraphs, listed=self.kind == "releases"), facts


def pages(seed: int, count: int) -> Iterator[Page]:
    """The first `count` pages."""
    return (page(seed, number) for number in range(count))


def page(seed: int, number: int) -> Page:
    """The page with this number."""
    chance = Random(f"{seed}/page/{number}").random
    suffix = _format(number)
    if number % _COMPANY_SHARE == _COMPANY_SHARE - 1:
        return _company_page(number // _COMPANY_SHARE, suffix, chance)
    return _product_page(number - number // _COMPANY_SHARE, suffix, chance)


def _format(number: int) -> str:
    if number % 16 == 7:
        return "pdf"
    if number % 40 == 14:
        return "txt"
    return "html" if number % 5 == 3 else "md"


def _product_page(number: int, suffix: str, chance: Chance) -> Page:
    kind = PAGE_KINDS[number % len(PAGE_KINDS)]
    subject = product(number // len(PAGE_KINDS))
    title = _TITLES[kind].format(subject.name)
    writer = _Writer(kind, f"manuals/{subject.slug}/{kind}.{suffix}", title, subject, "", chance)
    return _assemble(writer, suffix, _product_topics(kind, subject, chance), table=kind == "data")


def _company_page(number: int, suffix: str, chance: Chance) -> Page:
    slug = tuple(COMPANY_PAGES)[number % len(COMPANY_PAGES)]
    name, topics = COMPANY_PAGES[slug]
    country = _country(number // len(COMPANY_PAGES))
    title = f"{name} in {country}" if country else name
    uri = f"company/{slug}{'-' if country else ''}{country.lower().replace(' ', '-')}.{suffix}"
    subject = product(int(chance() * (number + 1)))
    region = f" in {country}" if country else ""
    writer = _Writer("company", uri, f"{COMPANY}: {title}", subject, region, chance)
    parts = [(f"{name} in short", topics[:2]), (f"{name}: more", topics[2:])]
    assembled = _assemble(writer, suffix, parts, table=False)
    if slug != "service-visits":
        return assembled
    towns = Section("Partners near you", PARTNERS)
    return Page(uri, suffix, assembled.title, (*assembled.sections, towns), assembled.facts)


def _country(number: int) -> str:
    if number <= len(COUNTRIES):
        return COUNTRIES[number - 1] if number else ""
    return f"district {number - len(COUNTRIES)}"


def _product_topics(
    kind: str, subject: Product, chance: Chance
) -> list[tuple[str, tuple[Topic, ...]]]:
    family, turn = subject.family, int(chance() * 100)
    if kind == "settings":
        settings = SETTINGS[family.key]
        return [(s.name, setting_topics(s, turn + i)) for i, s in enumerate(settings)]
    if kind == "codes":
        return _code_sections(subject, turn, chance)
    if kind == "releases":
        first = 2 + int(chance() * 6)
        versions = [f"{first}.{minor}" for minor in (4, 3, 2, 1)]
        return [(f"Version {v}", release_topics(v, turn + i)) for i, v in enumerate(versions)]
    headings, topics = _fixed_topics(kind, wired=family.wired)
    return [(heading, topics[2 * i : 2 * i + 2]) for i, heading in enumerate(headings)]


def _fixed_topics(kind: str, *, wired: bool) -> tuple[tuple[str, ...], tuple[Topic, ...]]:
    if kind == "setup":
        return HEADINGS["setup" if wired else "small_setup"], WIRED_SETUP if wired else SMALL_SETUP
    if kind == "data":
        return HEADINGS["data"], WIRED_DATA if wired else SMALL_DATA
    return HEADINGS["care"], CARE


def _code_sections(
    subject: Product, turn: int, chance: Chance
) -> list[tuple[str, tuple[Topic, ...]]]:
    codes = CODES[subject.family.key]
    number = 3 + int(chance() * 20)
    sections: list[tuple[str, tuple[Topic, ...]]] = []
    for index, code in enumerate(codes):
        name = f"{subject.family.letter}{number:02d}"
        others = codes[:index] + codes[index + 1 :]
        sections.append((f"{name}: {code.meaning}", code_topics(code, others, name, turn + index)))
        number += 2 + int(chance() * 9)
    return sections


def _short(heading: str) -> str:
    return heading.removesuffix(" in short").partition(":")[0]


def _assemble(
    writer: _Writer,
    suffix: str,
    parts: list[tuple[str, tuple[Topic, ...]]],
    *,
    table: bool,
) -> Page:
    sections, facts = [], []
    for heading, topics in parts:
        section, settled = writer.section(heading, topics)
        sections.append(section)
        facts.extend(settled)
    if table:
        rows = tuple((f.about[0].upper() + f.about[1:], f.value) for f in facts)
        opening = "The figures of this page once more, for those who only need a number."
        sections.append(Section("At a glance", (opening,), rows))
    return Page(writer.uri, suffix, writer.title, tuple(sections), tuple(facts))
