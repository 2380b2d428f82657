"""Equal values as equal numbers: what grouping and joining in columns rests on."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.text import normalise

__all__ = ["Codes", "Flags", "codes", "firsts", "lasts", "reading_codes", "runs", "together"]

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def codes(values: pa.Array | Codes) -> Codes:
    """A number for each value, going up in the order of first appearance; -1 for null."""
    encoded = (pa.array(values) if isinstance(values, np.ndarray) else values).dictionary_encode()
    numbers: Codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def together(*columns: Codes) -> Codes:
    """One number for each distinct row of several columns, in the order of first appearance."""
    whole = codes(columns[0])
    for column in columns[1:]:
        low = column.min(initial=0)
        width = column.max(initial=0) - low + 1
        whole = codes(whole * width + (column - low))
    return whole


def firsts(numbers: Codes) -> Flags:
    """Whether each row is the first with its number, for numbers as `codes` gives them."""
    highest = np.maximum.accumulate(numbers)
    return np.concatenate((np.ones(min(len(numbers), 1), bool), highest[1:] > highest[:-1]))


def lasts(numbers: Codes) -> Flags:
    """Whether each row is the last with its number."""
    return firsts(codes(numbers[::-1]))[::-1]


def runs(*columns: Codes) -> Flags:
    """Whether each row begins a run of equal rows."""
    size = len(columns[0])
    begins = np.ones(size, bool)
    if size > 1:
        changes = [column[1:] != column[:-1] for column in columns]
        begins[1:] = np.logical_or.reduce(changes)
    return begins


def reading_codes(texts: pa.Array, groups: Codes) -> Codes:
    """Numbers of texts: equal within a group for those that read the same (`normalise`).

    Only texts that may read like another of their group are normalised, which is most of the cost.
    """
    raw = codes(texts)
    letters = _letters(texts)
    foreign = np.zeros(groups.max(initial=-1) + 1, bool)
    foreign[groups[letters < 0]] = True
    alike = together(groups, np.where(foreign[groups], -1, letters))
    distinct = np.bincount(alike[firsts(together(alike, raw))], minlength=1)
    unclear = np.flatnonzero(distinct[alike] > 1)
    if len(unclear):
        normal = [normalise(text) for text in texts.take(pa.array(unclear)).to_pylist()]
        raw[unclear] = codes(pa.array(normal, pa.string())) + raw.max() + 1
    return raw


def _letters(texts: pa.Array) -> Codes:
    """Bytes that are no white space, which ASCII texts that read the same share; -1 for other texts."""
    whole = texts if texts.offset == 0 else pa.concat_arrays([texts])
    _, ends, data = whole.buffers()
    if not len(whole) or data is None:
        return np.zeros(len(whole), np.int64)
    places = np.frombuffer(ends, np.int32, len(whole) + 1)
    blank = np.flatnonzero(np.frombuffer(data, np.uint8) <= ord(" "))
    spaces = np.diff(np.searchsorted(blank, places))
    ascii_only = pc.string_is_ascii(whole).to_numpy(zero_copy_only=False)
    return np.where(ascii_only, np.diff(places) - spaces, -1).astype(np.int64)
