"""What became of each record: one fate in each dataset, decided from what the tables say of it."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "Fate",
    "Match",
    "Place",
    "RecordKind",
    "RecordPath",
    "State",
    "decide",
    "first_words",
    "place_of",
    "placeholders",
]

State = Literal["row", "dropped", "quarantined", "unused", "waiting", "unaccounted"]
"""Where a record ended:

- `row`: it stands in a row of the dataset
- `dropped`: a stage left it out, with a reason
- `quarantined`: it breached its contract, so no table took it
- `unused`: nothing was made of it, and nothing was wrong with it (an answer that nobody rated makes no pair)
- `waiting`: it landed, and the dataset was not built since
- `unaccounted`: no table says where it went, or two say different things: a defect, never a state of rest
"""

RecordKind = Literal["exchange", "rating", "file"]
"""What was read: a line that should hold an exchange or a rating, or a file as a whole."""

_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d{1,18})")
_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]*[A-Z])_\d{1,9}\]")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record was read: a source file and its line or row from 1; 0 is the file as a whole."""

    source_file: str
    source_line: int

    def __str__(self) -> str:
        return f"{self.source_file}:{self.source_line}"


@dataclass(frozen=True, slots=True)
class Match:
    """What a dropped record repeats or overlaps: a record, conversation or evaluation item."""

    id: str
    kind: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one record in one version of a dataset.

    `stage` is where it was decided, `rows` the ids of the rows that hold it (`role` says as what),
    `split` where these rows stand. `version` is None before the first candidate.
    """

    dataset: str
    version: str | None
    state: State
    stage: str
    reason: str | None = None
    detail: str | None = None
    rows: tuple[str, ...] = ()
    split: str | None = None
    role: str | None = None
    matched: Match | None = None


@dataclass(frozen=True, slots=True)
class RecordPath:
    """The way of one raw record: where it was read, what it says, and its fate in each dataset.

    `record_id` is None for a line that met no contract. `placeholders` counts what redaction replaced,
    by kind, None where no redacted text stands. `elsewhere` are published versions that hold the record
    beside those of `fates`, as `sft 263e1b22e95c`.
    """

    kind: RecordKind
    place: Place
    record_id: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    day: str | None = None
    text: str | None = None
    placeholders: Mapping[str, int] | None = None
    fates: tuple[Fate, ...] = ()
    elsewhere: tuple[str, ...] = ()


def decide(
    dataset: str,
    version: str | None,
    own: Sequence[Fate],
    before: Sequence[Fate],
    built_since: Callable[[], bool],
) -> Fate:
    """The one fate of a record in a version.

    `own` is what the version itself says (its rows, its drops), `before` what the tables of the lake say
    now (quarantine, filters); `built_since` whether the version was made from just these tables, asked
    only where it decides. An older version stands by what it says of itself. Nothing said is `waiting`
    where the version is older, else `unaccounted`; so is being said to have gone two ways. The same said
    twice counts once, as the version says it.
    """
    said = list({(one.state, one.stage, one.reason): one for one in [*before, *own]}.values())
    if len(said) > 1 and own and not built_since():
        said = list(own)
    if len(said) == 1:
        return replace(said[0], version=version)
    if said:
        ways = "; ".join(f"{fate.state} at {fate.stage}" for fate in said)
        return Fate(dataset, version, "unaccounted", "explain", "said_to_go_two_ways", ways)
    if version is None or not built_since():
        return Fate(dataset, version, "waiting", "build", "not_built_since")
    return Fate(dataset, version, "unaccounted", "explain", "in_no_table")


def place_of(text: str) -> Place | None:
    """`FILE:LINE` as a place; None for text of another form."""
    found = _PLACE.fullmatch(text)
    return Place(found["file"], int(found["line"])) if found else None


def placeholders(*texts: str) -> dict[str, int]:
    """Placeholders of redaction (`[EMAIL_1]`) in the texts, by kind."""
    return dict(
        sorted(Counter(kind for text in texts for kind in _PLACEHOLDER.findall(text)).items())
    )


def first_words(text: str, room: int = 160) -> str:
    """The start of a text on one line, with an ellipsis where it was cut."""
    line = " ".join(text[: 4 * room].split())
    cut = len(line) > room or len(text) > 4 * room
    return f"{line[: room - 1].rstrip()}…" if cut else line
