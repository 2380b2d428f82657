"""Personal data replaced by typed placeholders that keep who is who within a conversation."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

import phonenumbers
import pyarrow as pa

from ai_data_platform.core.conversations.pii_patterns import KINDS, find_all, settle
from ai_data_platform.core.conversations.pii_suspects import suspects
from ai_data_platform.core.conversations.pii_text import Find, Folded, Passage, fold
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint

__all__ = ["REDACT_VERSION", "NameRecogniser", "RedactOptions", "Redaction", "Redactor"]

REDACT_VERSION = f"redact-2/phonenumbers-{phonenumbers.__version__}"
"""Part of every fingerprint that redacted text enters: numbering plans change with the library."""

_LINE_END = re.compile(r"\n")
_PLACEHOLDER = re.compile(rf"\[({'|'.join(KINDS)})_(\d{{1,9}})\]")
_ROUNDS = 8
"""Real messages are done after two rounds, the last of which finds nothing. Made-up chains, in which each
find uncovers the next, would go on for as many rounds as they have links: quadratic time."""

_TAIL = 64  # characters of the message before that a finder may look at


class NameRecogniser(Protocol):
    """Finds the names of people. Must answer the same for the same text."""

    @property
    def fingerprint(self) -> str:
        """Identity of the model and its settings."""
        ...

    def find(self, text: str) -> Sequence[tuple[int, int]]:
        """Start and end of each name in the text."""
        ...


@dataclass(frozen=True, slots=True)
class RedactOptions:
    """What is redacted. Raises ConfigurationError for a kind or region that does not exist."""

    kinds: tuple[str, ...] = KINDS
    regions: tuple[str, ...] = ("US", "GB", "DE", "FR", "IN", "CN")
    """Countries (ISO 3166) whose numbers are known without + or 00; the first that fits is taken. Numbers
    of the others are found after + or 00, or after a word such as "phone"."""

    keep_reserved: bool = True
    """Leave values that belong to nobody by rule or publication: example.com, 555-0100, 192.0.2.1, test
    cards. Hiding them protects no one and teaches a model to write placeholders into its examples."""

    def __post_init__(self) -> None:
        unknown = sorted({*self.kinds} - {*KINDS})
        foreign = sorted({*self.regions} - phonenumbers.SUPPORTED_REGIONS)
        if unknown:
            raise ConfigurationError(f"no kinds {unknown}; there are {', '.join(KINDS)}")
        if foreign:
            raise ConfigurationError(f"no regions {foreign}; wanted ISO codes such as US or GB")

    @property
    def fingerprint(self) -> str:
        """Identity of what these options do; the order of kinds does not count, that of regions does."""
        return fingerprint([sorted({*self.kinds}), list(self.regions), self.keep_reserved])


@dataclass(frozen=True, slots=True)
class Redaction:
    """The messages in their order, and how many places of each kind were replaced in them."""

    texts: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


class Redactor:
    """Replaces personal data in the messages of one conversation at a time."""

    def __init__(
        self, options: RedactOptions | None = None, names: NameRecogniser | None = None
    ) -> None:
        self._options = options or RedactOptions()
        self._names = names if "NAME" in self._options.kinds else None

    @property
    def fingerprint(self) -> str:
        """Identity of everything that decides the outcome: rules, options and the recogniser."""
        names = self._names.fingerprint if self._names else None
        return fingerprint([REDACT_VERSION, self._options.fingerprint, names])

    def suspects(self, texts: pa.StringArray) -> pa.BooleanArray:
        """Whether each text may hold a find. False is certain, and costs half a microsecond."""
        if self._names is not None:  # names have no form
            return pa.repeat(pa.scalar(value=True), len(texts))
        return suspects(texts)

    def redact(self, texts: Sequence[str]) -> Redaction:
        """The messages of one conversation, each find replaced by `[KIND_n]`.

        One value has one placeholder throughout, however it is written. Numbers go up in order of
        appearance, beyond any placeholder that the texts already hold. Text outside the finds keeps its
        every character, and redacting the result again changes nothing.
        """
        done, placeholders = list(texts), _Placeholders(texts)
        counts: Counter[str] = Counter()
        pending: Sequence[int] = range(len(done))
        for round_ in count():
            changed = set[int]()
            for place in pending:
                finds = self._finds(done[place], done[place - 1] if place else "")
                if finds:
                    if round_ >= _ROUNDS:
                        finds = _widened(finds, done[place])
                    done[place] = _replaced(done[place], finds, placeholders)
                    counts.update(find.kind for find in finds)
                    changed |= {place, min(place + 1, len(done) - 1)}
            # A replaced text reads differently to finders: look again until nothing is found, which
            # is what makes a second redaction change nothing.
            pending = sorted(changed)
            if not pending:
                break
        return Redaction(tuple(done), dict(sorted(counts.items())))

    def _finds(self, text: str, before: str) -> list[Find]:
        """What is to be replaced, at places of the original text, in order."""
        folded = fold(text)
        passage = Passage(folded.text, fold(before[-_TAIL:]).text)
        finds = [
            _moved(find, folded)
            for find in find_all(passage, self._options.kinds, self._options.regions)
        ]
        finds += self._name_finds(text)
        if not finds:
            return []
        settled = settle(_outside_placeholders(finds, text), text)
        return [find for find in settled if not (find.reserved and self._options.keep_reserved)]

    def _name_finds(self, text: str) -> Iterator[Find]:
        spans = self._names.find(text) if self._names else ()
        for start, end in spans:
            if start < end:
                yield Find("NAME", start, end, " ".join(text[start:end].casefold().split()))


class _Placeholders:
    """Which placeholder stands for which value in one conversation."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._last: dict[str, int] = {}
        for text in texts:
            for kind, number in _PLACEHOLDER.findall(text):
                self._last[kind] = max(self._last.get(kind, 0), int(number))

    def of(self, find: Find) -> str:
        """The placeholder of the find's value, a new one where the value is new."""
        key = find.kind, find.value
        if key not in self._given:
            self._last[find.kind] = number = self._last.get(find.kind, 0) + 1
            self._given[key] = f"[{find.kind}_{number}]"
        return self._given[key]


def _moved(find: Find, folded: Folded) -> Find:
    start, end = folded.original(find.start, find.end)
    return replace(find, start=start, end=end)


def _outside_placeholders(finds: list[Find], text: str) -> list[Find]:
    """The finds that touch no placeholder."""
    taken = [match.span() for match in _PLACEHOLDER.finditer(text)]
    ends = [end for _, end in taken]
    following = [(find, bisect_right(ends, find.start)) for find in finds]
    return [find for find, next_ in following if next_ == len(taken) or find.end <= taken[next_][0]]


def _widened(finds: Sequence[Find], text: str) -> list[Find]:
    """The finds taken for all of their line, up to the placeholders beside them."""
    walls = [*_PLACEHOLDER.finditer(text), *_LINE_END.finditer(text)]
    edges = sorted([0, *(edge for wall in walls for edge in wall.span()), len(text)])
    wide = []
    for find in finds:
        start, end = edges[bisect_right(edges, find.start) - 1], edges[bisect_left(edges, find.end)]
        wide.append(replace(find, start=start, end=end, value=text[start:end]))
    return settle(wide, text)


def _replaced(text: str, finds: Sequence[Find], placeholders: _Placeholders) -> str:
    pieces, position = [], 0
    for find in finds:
        pieces += [text[position : find.start], placeholders.of(find)]
        position = find.end
    return "".join([*pieces, text[position:]])
