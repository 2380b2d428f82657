"""Runs of words as 64-bit hashes, all runs of many texts at once.

Words get the numbers of a vocabulary, that of the evaluation items. A word that it lacks has the number 0:
a run with such a word stands in no item.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

__all__ = ["Hashes", "Places", "Runs", "WordNumbers", "number_words", "runs_of", "vocabulary"]

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class WordNumbers:
    """The words of many texts one after the other, as numbers, and the place of each word's text."""

    numbers: npt.NDArray[np.uint64]
    owner: Places
    texts: int


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Hashes of runs of words, and the place of each run's text."""

    hashes: Hashes
    owner: Places


def vocabulary(texts: Iterable[Sequence[str]]) -> dict[str, int]:
    """A number from 1 on for each word."""
    known: dict[str, int] = {}
    for text in texts:
        for word in text:
            known.setdefault(word, len(known) + 1)
    return known


def number_words(texts: Sequence[Sequence[str]], known: Mapping[str, int]) -> WordNumbers:
    """The words of the texts by number; 0 for a word that is not known."""
    sizes = [len(text) for text in texts]
    get = known.get
    numbers = np.fromiter(
        (get(word, 0) for word in chain.from_iterable(texts)), dtype=np.uint64, count=sum(sizes)
    )
    return WordNumbers(numbers, np.repeat(np.arange(len(texts)), sizes), len(texts))


def runs_of(words: WordNumbers, width: int) -> Runs:
    """Every run of so many known words that lies in one text."""
    count = len(words.numbers) - width + 1
    if count <= 0:
        return Runs(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.intp))
    unknown = np.concatenate(([0], np.cumsum(words.numbers == 0)))
    inside = words.owner[:count] == words.owner[width - 1 :]
    inside &= unknown[width:] == unknown[:count]
    hashes = _run_hashes(words.numbers, width)
    return Runs(hashes[inside], words.owner[:count][inside])


def _run_hashes(numbers: npt.NDArray[np.uint64], width: int) -> Hashes:
    """By doubling: a run of 13 is one of 8, one of 4 and one word."""
    power, step = _mixed(numbers + np.uint64(1)), 1
    count = len(numbers) - width + 1
    found = np.zeros(count, dtype=np.uint64)
    start = 0
    while True:
        if width & step:
            found = _mixed(found * _ODD + power[start : start + count])
            start += step
        if start == width:
            return found
        power = _mixed(power[:-step] * _ODD + power[step:])
        step *= 2


def _mixed(values: Hashes) -> Hashes:
    """The finaliser of SplitMix64: every bit of the input moves half of the output's."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = values ^ (values >> np.uint64(31))
    return mixed
