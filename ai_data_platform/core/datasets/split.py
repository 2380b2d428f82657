"""Train, validation and test: decided by hashes and by what came earlier, so no old row ever moves.

An owner (the user of a conversation's first exchange; without a user the conversation itself) has a side
by its hash. In the order of time, a conversation stays when each earlier one that stays and resembles it
stands on the same side; else it is left out. What is decided looks back only: a later conversation neither
moves nor drops an earlier one, even when it resembles two that stand on different sides. A rule over whole
clusters cannot promise that, because a later text can join two of them; and one component of all users and
texts that hang together would in time be all there is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import hash_text

__all__ = [
    "SPLITS",
    "UNDECIDED",
    "Near",
    "Shares",
    "Sides",
    "Split",
    "assign_sides",
    "hashed_sides",
    "split_of",
]

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
"""A side is the place of its name in here."""

UNDECIDED = -1
"""The side of a conversation whose owner is not known."""

Places = npt.NDArray[np.intp]
Side = npt.NDArray[np.int8]
Near = Callable[[Places, Places], npt.NDArray[np.bool_]]
"""Whether the two conversations of each pair resemble each other."""


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of owners that are held out. Raises ConfigurationError when nothing is left to train."""

    validation: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        if min(self.validation, self.test) < 0 or self.validation + self.test >= 1:
            raise ConfigurationError(
                f"validation {self.validation:g} and test {self.test:g} are held out: wanted shares "
                "from 0 on that leave something to train on"
            )


def split_of(group: str, validation_share: float, test_share: float = 0.0) -> Split:
    """The side of a group that never crosses; `validation_share` and `test_share` of all are held out.

    Validation lies at one end of the hashes and test at the other: a share that changes moves groups
    between that side and train only.
    """
    position = int(hash_text("split", group)[:13], 16) / 16**13  # 52 bits: exact in a float
    if position < validation_share:
        return "validation"
    return "test" if position >= 1 - test_share else "train"


def hashed_sides(
    owners: Sequence[str | None], conversations: Sequence[str], shares: Shares
) -> tuple[Side, Side]:
    """The side of each row's owner, UNDECIDED without one, and that by the hash of its conversation."""

    def side(group: str) -> int:
        return SPLITS.index(split_of(group, shares.validation, shares.test))

    by_owner = {None: UNDECIDED, **{one: side(f"user {one}") for one in {*owners} - {None}}}
    by_conversation = {name: side(name) for name in {*conversations}}
    own = np.array([by_owner[owner] for owner in owners], dtype=np.int8)
    return own, np.array([by_conversation[name] for name in conversations], dtype=np.int8)


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """The side of each conversation, and those that cannot stay with an earlier one that each resembles."""

    sides: Side
    crossing: Places
    beside: Places  # the earlier one on another side, for each that crosses


def assign_sides(own: Side, fallback: Side, order: Places, labels: Places, near: Near) -> Sides:
    """Sides of conversations, which lie in components (`labels`) of those that resemble each other.

    `own` is the side of the owner, or UNDECIDED: then the first that it resembles takes it along, else it
    has its `fallback`. `order` lists the conversations from the earliest on. All components advance
    together, one leader each at a time: those behind it that resemble it join its side or are left out.
    Only what stands on another side is compared.
    """
    sides = own.copy()
    beside = np.full(len(own), -1, dtype=np.intp)
    waiting = order[np.argsort(labels[order], kind="stable")]  # by component, the earliest first
    while len(waiting := _mixed(waiting, sides, labels)):
        component = labels[waiting]
        first = np.concatenate(([True], component[1:] != component[:-1]))
        leaders = waiting[first]
        sides[leaders] = np.where(sides[leaders] < 0, fallback[leaders], sides[leaders])
        left, right = leaders[np.cumsum(first) - 1][~first], waiting[~first]
        differs = sides[left] != sides[right]
        left, right = left[differs], right[differs]
        resembles = near(left, right)
        left, right = left[resembles], right[resembles]
        joins = sides[right] < 0
        sides[right[joins]] = sides[left[joins]]
        beside[right[~joins]] = left[~joins]
        waiting = waiting[~first & (beside[waiting] < 0)]
    sides = np.where(sides < 0, fallback, sides).astype(np.int8)
    crossing = np.flatnonzero(beside >= 0)
    return Sides(sides, crossing, beside[crossing])


def _mixed(waiting: Places, sides: Side, labels: Places) -> Places:
    """Those in components of more than one that wait, unless all of them have one side."""
    if not len(waiting):
        return waiting
    _, component, counts = np.unique(labels[waiting], return_inverse=True, return_counts=True)
    found = sides[waiting]
    lowest = np.full(len(counts), len(SPLITS), dtype=np.int8)
    highest = np.full(len(counts), UNDECIDED, dtype=np.int8)
    np.minimum.at(lowest, component, found)
    np.maximum.at(highest, component, found)
    mixed = (counts > 1) & ((lowest != highest) | (lowest < 0))
    left: Places = waiting[mixed[component]]
    return left
