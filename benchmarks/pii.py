"""Personal data: precision and recall of each kind on a planted set, and what is found in real logs."""

import argparse
import gzip
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import orjson

from ai_data_platform.core.conversations.mend import mend
from ai_data_platform.core.conversations.redact import Redaction, RedactOptions, Redactor
from ai_data_platform_tests.planted_pii import NEAR_MISSES, PLACES, VALUES
from benchmarks.measuring import cost_of, show
from benchmarks.real_data import real_data

__all__ = ["main"]

_SEED = 20
_PLACES_EACH = 5
_MISSES_SHOWN = 60
_AROUND = 40
_LETTERS = ("0123456789.-@ ", "0123456789-", "+(0123456789 ", "@a.", "abc")
_LINKS = ("4539 1488 0343 6467(415) 247-8880/", "ann@acme.iophone4152478880)1")
"""In a chain of these each find uncovers the next."""

_PLACEHOLDER = re.compile(r"\[[A-Z_]+_\d+\]")
_LOOSE = re.compile(
    r"[^\s@]{1,64}@[^\s@]{1,64}\.\w+|(?<![\w.])\+?\(?\d(?:[ ().-]{0,3}\d){6,18}(?!\w)"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}"
    r"|(?<!\w)(?=[A-Za-z-]*\d)(?=[0-9_-]*[A-Za-z])[A-Za-z0-9_-]{20,}"
)
"""Anything with an @ and a dot, seven digits, four numbers, or twenty letters and digits mixed."""

_EVERYTHING = Redactor(RedactOptions(keep_reserved=False))


@dataclass(frozen=True, slots=True)
class Planted:
    """One text, and the value of a kind that it holds; no kind: it only looks as if it held one."""

    text: str
    row: str | None
    value: str

    @property
    def kind(self) -> str | None:
        """KEY for each of its rows."""
        return self.row.split(",")[0] if self.row else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What redaction made of a planted text."""

    planted: Planted
    exact: bool  # the value went, and nothing beside it
    counts: Counter[str]


def main(finds: int = 50) -> None:
    """Targets: precision and recall of 0.95 for every kind; the real finds are for reading."""
    outcomes = [_redacted(planted) for planted in _planted()]
    _show_planted(outcomes)
    _show_misses(outcomes)
    _show_growth()
    folder = real_data("chat_logs")
    if folder is None:
        print("\nNo real logs: set AIDP_TEST_DATA to a folder that holds chat_logs.")
        return
    logs = [_read(path) for path in sorted((folder / "chat_logs").glob("*.turns.jsonl.gz"))]
    _show_real(logs, finds)
    _show_passed_over(logs, finds)


def _planted() -> Iterator[Planted]:
    """Every value in five places that suit it, then the near misses by themselves."""
    chance = random.Random(_SEED)
    for row, values in VALUES.items():
        for value in values:
            for place in chance.sample(PLACES[row], min(_PLACES_EACH, len(PLACES[row]))):
                yield Planted(place.replace("@@", value), row, value)
    for text in NEAR_MISSES:
        yield Planted(text, None, "")


def _redacted(planted: Planted) -> Outcome:
    redaction = _EVERYTHING.redact([planted.text])
    exact = redaction.texts[0] == planted.text.replace(planted.value, f"[{planted.kind}_1]", 1)
    return Outcome(planted, exact, Counter(redaction.counts))


def _show_planted(outcomes: Sequence[Outcome]) -> None:
    rows = []
    for row in VALUES:
        mine = [outcome for outcome in outcomes if outcome.planted.row == row]
        kind, exact = row.split(",")[0], sum(outcome.exact for outcome in mine)
        others = [outcome for outcome in outcomes if outcome.planted.kind != kind]
        wrong = sum(outcome.counts[kind] for outcome in others)
        found = sum(outcome.counts[kind] for outcome in mine) + wrong
        rows.append([row, len(mine), exact, wrong, exact / found, exact / len(mine)])
    columns = ["kind", "planted", "found exactly", "found elsewhere", "precision", "recall"]
    show(f"Planted values, and {len(NEAR_MISSES)} near misses", columns, rows)


def _show_misses(outcomes: Sequence[Outcome]) -> None:
    missed = [o for o in outcomes if (not o.exact if o.planted.kind else o.counts)]
    by_value = {(o.planted.row, o.planted.value or o.planted.text): o for o in missed}
    rows = [
        [o.planted.row or "near miss", repr(o.planted.text), _listed(o.counts)]
        for o in by_value.values()
    ]
    title = f"{len(missed)} misses of {len(by_value)} values, one text of each value"
    show(title, ["kind", "text", "found"], rows[:_MISSES_SHOWN])


def _read(path: Path) -> tuple[str, list[list[str]]]:
    """Name of a log, and the messages of its conversations."""
    conversations = defaultdict[str, list[str]](list)
    with gzip.open(path) as lines:
        for row in map(orjson.loads, lines):
            conversations[row["conversation_id"]] += [row["user_message"], row["assistant_message"]]
    return path.name.split(".")[0], list(conversations.values())


def _show_real(logs: Sequence[tuple[str, list[list[str]]]], finds: int) -> None:
    rows, examples = [], list[list[str]]()
    for name, conversations in logs:
        size = (
            sum(len(text.encode("utf-8", "replace")) for texts in conversations for text in texts)
            / 1e6
        )
        mended: list[list[str]] = []
        done: list[Redaction] = []
        mending = cost_of(partial(mended.extend, map(_mended, conversations)))
        redacting = cost_of(partial(done.extend, map(_EVERYTHING.redact, mended)))
        counts = sum((Counter(redaction.counts) for redaction in done), Counter[str]())
        rows.append([name, size, size / mending.cpu, size / redacting.cpu, _listed(counts)])
        examples += [
            e for texts, one in zip(mended, done, strict=True) for e in _examples(texts, one)
        ]
    show("Real logs", ["log", "MB", "mend MB/CPU s", "redact MB/CPU s", "found"], rows)
    chosen = random.Random(_SEED).sample(examples, min(finds, len(examples)))
    show(
        f"{len(chosen)} of {len(examples)} finds to read",
        ["found", "with what surrounds it"],
        chosen,
    )


def _show_passed_over(logs: Sequence[tuple[str, list[list[str]]]], shown: int) -> None:
    """What a loose pattern takes for personal data in the redacted logs: misses are among them."""
    rows = []
    for _, conversations in logs:
        for texts in conversations:
            for text in _EVERYTHING.redact(_mended(texts)).texts:
                for match in _LOOSE.finditer(text):
                    around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND // 2]
                    rows.append([match[0], repr(around)])
    chosen = random.Random(_SEED).sample(rows, min(shown, len(rows)))
    show(
        f"{len(chosen)} of {len(rows)} passages that look a little like it and were left",
        ["left", "with what surrounds it"],
        sorted(chosen),
    )


def _show_growth() -> None:
    """CPU time of a text four times as long, over that of the shorter: 4 is linear, 16 quadratic."""
    hostile = {f"random {letters!r}": partial(_random, letters) for letters in _LETTERS}
    hostile |= {f"{link!r} over and over": partial(_repeated, link) for link in _LINKS}
    rows = []
    for name, text in hostile.items():
        short, long = (
            cost_of(partial(_EVERYTHING.redact, [text(size)])).cpu for size in (50_000, 200_000)
        )
        rows.append([name, long / 0.2, long / short])
    show("Hostile texts", ["text", "CPU s a MB", "growth"], rows)


def _random(letters: str, size: int) -> str:
    return "".join(random.Random(_SEED).choices(letters, k=size))


def _repeated(link: str, size: int) -> str:
    return link * (size // len(link))


def _mended(texts: Sequence[str]) -> list[str]:
    return [mend(text) for text in texts]


def _examples(texts: Sequence[str], redaction: Redaction) -> Iterator[list[str]]:
    """Each placeholder of a conversation with the text that it replaced and what stood around."""
    for before, after in zip(texts, redaction.texts, strict=True):
        place = 0
        pieces = _PLACEHOLDER.split(after) if before != after else []
        for left, right in pairwise(pieces):
            start = place + len(left)
            end = before.find(right[:_AROUND], start + 1) if right else len(before)
            yield [before[start:end], repr(before[max(0, start - _AROUND) : end + _AROUND // 2])]
            place = end


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())) or "-"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finds", type=int, default=50, help="real finds to print for reading")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments().finds)
