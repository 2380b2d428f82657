"""Chat-like texts with near-copies and look-alikes planted among them: what a search should find."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

__all__ = ["EDITS", "Planted", "planted_texts"]

Words = list[str]
_NUMERIC = re.compile(r"[\d$€£¥%°#+]")


@dataclass(frozen=True, slots=True)
class Planted:
    """A text and how it came to be: `base`, `template`, or the edit that made it of `source`."""

    id: str
    text: str
    kind: str
    source: str | None = None


def planted_texts(
    sample: Sequence[str], count: int, seed: int = 7, *, numbers_too: bool = False
) -> list[Planted]:
    """Seven in ten new texts, one in ten fills a template that 19 others fill, two in ten near-copies.

    New texts are walks through the bigrams of the sample, log-normal in length around 33 words. A
    template has three slots that hold a number, a word with a number or a name; its fillings are no
    copies of one another. Each of the eight edits makes an eighth of the near-copies. An edit leaves
    numbers alone unless `numbers_too`: a text with another number says something else. Shuffled.
    """
    random = Random(seed)
    writer = _Writer(sample, random, numbers_too)
    copies, fillings = count // 5, count // 10
    bases = [writer.text() for _ in range(count - copies - fillings)]
    found = [Planted(f"base-{i:07}", " ".join(words), "base") for i, words in enumerate(bases)]
    templates = [writer.template() for _ in range(max(1, fillings // 20))]
    for i in range(fillings):
        filled = writer.filled(*templates[i % len(templates)])
        found.append(Planted(f"template-{i:07}", " ".join(filled), "template"))
    long_enough = [i for i, words in enumerate(bases) if len(words) >= 12]
    for i, source in enumerate(random.sample(long_enough, copies)):
        kind = list(EDITS)[i % len(EDITS)]
        text = EDITS[kind](bases[source], writer)
        found.append(Planted(f"copy-{i:07}", text, kind, found[source].id))
    random.shuffle(found)
    return found


class _Writer:
    """Draws words, texts and templates like the sample."""

    def __init__(self, sample: Sequence[str], random: Random, numbers_too: bool) -> None:
        self.random = random
        self._numbers_too = numbers_too
        texts = [words for text in sample if len(words := text.split()) >= 4]
        self._starts = [words[0] for words in texts]
        self._words = [word for words in texts for word in words]
        self._next: dict[str, Words] = defaultdict(list)
        for words in texts:
            for word, after in pairwise(words):
                self._next[word].append(after)

    def word(self) -> str:
        return self.random.choice(self._words)

    def text(self, length: int | None = None) -> Words:
        wanted = length or round(min(250, max(8, self.random.lognormvariate(3.5, 0.6))))
        words = [self.random.choice(self._starts)]
        while len(words) < wanted:
            after = self._next.get(words[-1])
            stray = not after or self.random.random() < 0.03
            words.append(self.word() if stray or not after else self.random.choice(after))
        return words

    def edit(self) -> str:
        """A word to put into a copy."""
        return next(word for word in iter(self.word, None) if self._may_change(word))

    def places(self, words: Words, share: float) -> list[int]:
        """Places of words to change, at least one."""
        free = [place for place, word in enumerate(words) if self._may_change(word)]
        return self.random.sample(free, min(len(free), max(1, round(len(words) * share))))

    def _may_change(self, word: str) -> bool:
        return self._numbers_too or not _NUMERIC.search(word)

    def template(self) -> tuple[Words, list[int]]:
        words = self.text(self.random.randint(14, 28))
        return words, self.random.sample(range(len(words)), 3)

    def filled(self, words: Words, slots: list[int]) -> Words:
        filled = list(words)
        for slot in slots:
            number, name = self.random.randint(1, 99999), self.word()
            filled[slot] = self.random.choice([f"#{number}", f"{name}{number}", f"Mr.{name}"])
        return filled


def _replaced(share: float) -> Callable[[Words, _Writer], str]:
    def edit(words: Words, writer: _Writer) -> str:
        changed = list(words)
        for place in writer.places(words, share):
            changed[place] = writer.edit()
        return " ".join(changed)

    return edit


def _typos(words: Words, writer: _Writer) -> str:
    changed = list(words)
    for place in writer.places(words, 0.1):
        word = words[place]
        if len(word) > 3:
            i = writer.random.randrange(len(word) - 1)
            changed[place] = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return " ".join(changed)


def _inserted(words: Words, writer: _Writer) -> str:
    changed = list(words)
    for place in writer.places(words, 0)[:1]:
        del changed[place]
    for _ in range(2):
        changed.insert(writer.random.randrange(len(changed)), writer.edit())
    return " ".join(changed)


EDITS: dict[str, Callable[[Words, _Writer], str]] = {
    "exact": lambda words, _: " ".join(words),
    "layout": lambda words, _: "  ".join(words).upper().replace(",", "").replace(".", "") + " !",
    "5% replaced": _replaced(0.05),
    "10% replaced": _replaced(0.1),
    "20% replaced": _replaced(0.2),
    "framed": lambda words, _: f"Hi there, {' '.join(words)} Thanks a lot!",
    "inserted": _inserted,
    "10% typos": _typos,
}
"""How a near-copy differs from its source."""
