"""Sections made ready to be cut: small ones joined to a neighbour below the same heading."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ai_data_platform.core.documents.sections import Section, fresh_headings
from ai_data_platform.core.documents.units import Unit, size_of, split_units, text_of

__all__ = ["Block", "joined_blocks"]


@dataclass(frozen=True, slots=True)
class Block:
    """Units that may share a chunk, and the headings above all of them."""

    heading_path: tuple[str, ...]
    units: tuple[Unit, ...]

    @property
    def size(self) -> int:
        return sum(unit.size for unit in self.units)


def joined_blocks(sections: Sequence[Section], small: int, largest: int) -> list[Block]:
    """The sections as blocks in order, none below `small` words that has a related neighbour.

    A row of small sections below one heading becomes one block of that heading; a single one goes
    to the text that it introduces, else to the block before it, else to the one after. What moves
    keeps its own heading as a line above it.
    """
    blocks = [
        Block(section.heading_path, split_units(section.text, largest, page=section.page))
        for section in sections
    ]
    joined = _single_ones_joined(_rows_joined(blocks, small, largest), small, largest)
    return [_with_text(block, largest) for block in joined]


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
    above = row[-1].heading_path[:-1]
    units = tuple(unit for block in row for unit in _entry(block, above, largest))
    return Block(above, units)


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
    if after and after.heading_path[:-1] == block.heading_path != after.heading_path:
        return after  # its introduction
    neighbours = [other for other in (before, after) if other and _nearness(block, other)]
    return max(neighbours, key=lambda other: _nearness(block, other), default=None)


def _nearness(one: Block, other: Block) -> int:
    """1 plus the headings that stand above both, or 0 for blocks of different top headings."""
    above, paths = 0, zip(one.heading_path, other.heading_path, strict=False)
    for mine, its in paths:
        if mine != its:
            break
        above += 1
    level = min(len(one.heading_path), len(other.heading_path))
    return above + 1 if above or level < 2 else 0


def _followed(host: Block, guest: Block, largest: int) -> Block:
    host = _with_text(host, largest)
    last = replace(host.units[-1], binds=True)
    guests = _entry(guest, host.heading_path, largest)
    return replace(host, units=(*host.units[:-1], last, *guests))


def _preceded(host: Block, guest: Block, largest: int) -> Block:
    host = _with_text(host, largest)
    introduced = guest.heading_path == host.heading_path[:-1]
    heading = () if introduced else _bound(split_units(host.heading_path[-1], largest))
    guests = _bound(_entry(guest, host.heading_path, largest))
    return replace(host, units=(*guests, *heading, *host.units))


def _bound(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    return (*units[:-1], *(replace(unit, binds=True) for unit in units[-1:]))


def _with_text(block: Block, largest: int) -> Block:
    """The block itself, or its heading as its text: a heading with nothing below it is kept."""
    if block.units:
        return block
    return replace(block, units=split_units(block.heading_path[-1], largest))


def _entry(block: Block, host_path: tuple[str, ...], largest: int) -> tuple[Unit, ...]:
    """A small block as one unit, below those of its headings that the host does not have."""
    own = fresh_headings(host_path, block.heading_path)
    text = "\n".join([*own, text_of(block.units)] if block.units else own)
    size = size_of(text)
    page = block.units[0].page if block.units else None
    if size > largest or not text:
        return split_units(text, largest, page=page)
    return (Unit(text, "\n\n", size, page=page),)
