"""Sections made ready to be cut: small ones joined to a neighbour below the same heading."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from ai_data_platform.core.documents.sections import Section, fresh_headings
from ai_data_platform.core.documents.units import Place, Unit, size_of, split_units, text_of

__all__ = ["Block", "joined_blocks"]


@dataclass(frozen=True, slots=True)
class Block:
    """Units that may share a chunk, and the place of the section that they come from."""

    place: Place
    units: tuple[Unit, ...]

    @property
    def heading_path(self) -> tuple[str, ...]:
        return self.place.heading_path

    @property
    def size(self) -> int:
        return sum(unit.size for unit in self.units)


def joined_blocks(sections: Sequence[Section], small: int, largest: int) -> list[Block]:
    """The sections as blocks in order, none below `small` words that has a related neighbour.

    A row of small sections below one heading becomes one block of that heading; a single one goes
    to the neighbour nearest in the tree of headings, such as the text that it introduces. What
    moves keeps its own heading as a line above it.
    """
    told = [section for section in sections if section.heading_path or section.text.strip()]
    blocks = [_block(section, largest) for section in told]
    joined = _single_ones_joined(_rows_joined(blocks, small, largest), small, largest)
    return [_with_text(block, largest) for block in joined]


def _block(section: Section, largest: int) -> Block:
    place = Place(section.heading_path, section.page)
    return Block(place, split_units(section.text, largest, place))


def _rows_joined(blocks: Sequence[Block], small: int, largest: int) -> list[Block]:
    joined: list[Block] = []
    row: list[Block] = []
    for block in blocks:
        if row and not (block.size < small and _same_row(row, block)):
            joined.append(_one_block(row, largest))
            row = []
        if block.size < small:
            row.append(block)
        else:
            joined.append(block)
    return [*joined, _one_block(row, largest)] if row else joined


def _same_row(row: Sequence[Block], block: Block) -> bool:
    above = block.heading_path[:-1]
    introduced = len(row) == 1 and row[0].heading_path == above
    return introduced or row[-1].heading_path[:-1] == above


def _one_block(row: Sequence[Block], largest: int) -> Block:
    if len(row) == 1:
        return row[0]
    above = Place(row[-1].heading_path[:-1], row[0].place.page)
    units = [
        _entry(block, replace(block.place, heading_path=above.heading_path), largest)
        for block in row
    ]
    return Block(above, tuple(chain.from_iterable(units)))


def _single_ones_joined(blocks: Sequence[Block], small: int, largest: int) -> list[Block]:
    joined: list[Block] = []
    carried: Block | None = None
    for block, after in zip_longest(blocks, blocks[1:]):
        if carried is not None:
            block, carried = _preceded(block, carried, largest), None
        before = joined[-1] if joined else None
        if block.size >= small or (host := _host(block, before, after)) is None:
            joined.append(block)
        elif host is after:
            carried = block
        else:
            joined[-1] = _followed(host, block, largest)
    return joined


def _host(block: Block, before: Block | None, after: Block | None) -> Block | None:
    """The neighbour nearest in the tree of headings; the one before it where both are as near."""
    neighbours = [other for other in (before, after) if other and _nearness(block, other)]
    return max(neighbours, key=lambda other: _nearness(block, other), default=None)


def _nearness(one: Block, other: Block) -> int:
    """1 plus the headings that stand above both, or 0 for blocks of different top headings."""
    above = len(_common(one.heading_path, other.heading_path))
    level = min(len(one.heading_path), len(other.heading_path))
    return above + 1 if above or level < 2 else 0


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return one[: len(one) - len(fresh_headings(other, one))]


def _followed(host: Block, guest: Block, largest: int) -> Block:
    host = _with_text(host, largest)
    guests = _entry(guest, host.place, largest)
    guests = tuple(replace(unit, place=guest.place) for unit in guests)
    return replace(host, units=(*_bound(host.units), *guests))


def _preceded(host: Block, guest: Block, largest: int) -> Block:
    """The guest, the host's heading as a line, the host; without the line if the guest is above it."""
    host = _with_text(host, largest)
    introduced = guest.heading_path == host.heading_path[:-1]
    shared = host.heading_path if introduced else _common(guest.heading_path, host.heading_path)
    place = Place(shared, guest.place.page)
    guests = _entry(guest, place, largest)
    heading = split_units("\n".join(fresh_headings(shared, host.heading_path)), largest, place)
    return replace(host, units=(*_bound(guests), *_bound(heading), *host.units))


def _bound(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    return (*units[:-1], *(replace(unit, binds=True) for unit in units[-1:]))


def _with_text(block: Block, largest: int) -> Block:
    """The block itself, or its heading as its text: a heading with nothing below it is kept."""
    if block.units:
        return block
    return replace(block, units=split_units(block.heading_path[-1], largest, block.place))


def _entry(block: Block, place: Place, largest: int) -> tuple[Unit, ...]:
    """A small block as one unit for that place, below those of its headings not yet in the place."""
    own = fresh_headings(place.heading_path, block.heading_path)
    text = "\n".join([*own, text_of(block.units)] if block.units else own)
    size = size_of(text)
    if size > largest or not text:
        return split_units(text, largest, place)
    return (Unit(text, "\n\n", size, place),)
