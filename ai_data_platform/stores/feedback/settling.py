"""Which rows of a group are new, which were there, and which requests are refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ai_data_platform.stores.feedback.answers import Added, Conflict
from ai_data_platform.stores.feedback.series import Entry

__all__ = ["Outcome", "Settled", "Standing", "after", "settle"]

Outcome = list[Added] | Conflict

Standing = tuple[int, tuple[object, ...]]
"""Sequence and content of what stands under a key."""


@dataclass(frozen=True, slots=True)
class Settled:
    """New rows with their sequences, in order, and what each request is answered."""

    new: list[tuple[int, Entry]]
    outcomes: list[Outcome]


def settle(
    requests: Sequence[Sequence[Entry]], standing: Mapping[str, Standing], last: int
) -> Settled:
    """Number what is new after `last`, without gaps. A request with a Conflict leaves nothing behind."""
    known = dict(standing)
    settled = Settled([], [])
    for entries in requests:
        new: list[tuple[int, Entry]] = []
        outcome = _settle_one(entries, known, last + len(settled.new), new)
        if isinstance(outcome, Conflict):
            for _, entry in new:
                del known[entry.key]
        else:
            settled.new.extend(new)
        settled.outcomes.append(outcome)
    return settled


def after(last: int, outcome: Outcome) -> Outcome:
    """An outcome that was numbered from 1, numbered after `last`."""
    if isinstance(outcome, Conflict):
        return outcome
    return [Added(last + sequence, created) for sequence, created in outcome]


def _settle_one(
    entries: Sequence[Entry],
    known: dict[str, Standing],
    last: int,
    new: list[tuple[int, Entry]],
) -> Outcome:
    """Adds what is new to `known` and `new`, up to the first Conflict."""
    added = []
    for entry in entries:
        found = known.get(entry.key)
        if found is not None and found[1] != entry.content:
            return Conflict(entry.conflict)
        if found is None:
            found = known[entry.key] = (last + len(new) + 1, entry.content)
            new.append((found[0], entry))
            added.append(Added(found[0], created=True))
        else:
            added.append(Added(found[0], created=False))
    return added
