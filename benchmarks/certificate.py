"""Leakage: an exact join against brute force, and evaluation items among training rows."""

import argparse
import gzip
import resource
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson

from ai_data_platform.core.datasets.exact_join import exact_pairs
from ai_data_platform.core.datasets.leakage import EvaluationItem, find_contamination
from ai_data_platform.core.datasets.leakage.recheck import NearBook, text_set
from ai_data_platform.core.text import normalise, word_count, words
from ai_data_platform_tests.planted_texts import planted_texts
from benchmarks.chat_texts import chat_texts
from benchmarks.measuring import cost_of, show
from benchmarks.real_data import real_data

__all__ = ["main"]

_LOGS = ("mtrag_un", "topical_chat", "oasst1_en", "oasst_model_eval", "sgd", "taskmaster4")
_BLOCK = 1_000  # rows of the left side that brute force multiplies at once
Texts = list[tuple[str, str]]


def main(left: int = 20_000, right: int = 2_000, rows: int = 50_000, items: int = 5_000) -> None:
    """Target at 100,000 x 10,000: no pair missed, at most 60 CPU seconds."""
    folder = real_data("chat_logs")
    if folder is None:
        print("\nCertificate: skipped, for want of chat logs to imitate; set AIDP_TEST_DATA")
        return
    sample = chat_texts(folder)
    _join(sample, left, right)
    _stream(sample, rows, items)
    _real_sets(folder)
    _real_halves(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory of all of this: {peak:,.0f} MiB")


def _join(sample: Sequence[str], left: int, right: int) -> None:
    texts = [(text.id, text.text) for text in planted_texts(sample, left + right)]
    Random(3).shuffle(texts)
    theirs, mine = texts[:right], texts[right:]
    rows: list[list[object]] = []
    for threshold in (0.5, 0.7):
        found: set[tuple[str, str]] = set()
        cost = cost_of(lambda: found.update(p[:2] for p in exact_pairs(mine, theirs, threshold)))  # noqa: B023
        again: set[tuple[str, str]] = set()
        recheck = cost_of(lambda: again.update(_recheck(mine, theirs, threshold)))  # noqa: B023
        every: set[tuple[str, str]] = set()
        brute = cost_of(lambda: every.update(_brute_force(mine, theirs, threshold)))  # noqa: B023
        wrong = [len(every - found), len(found - every), len(every ^ again)]
        rows.append([threshold, len(every), *wrong, cost.cpu, recheck.cpu, brute.cpu])
    columns = ["J >=", "pairs", "missed", "invented", "verification differs"]
    columns += ["join CPU s", "verification CPU s", "brute force CPU s"]
    show(f"All pairs of {len(mine):,} x {len(theirs):,} texts", columns, rows)


def _recheck(left: Texts, right: Texts, threshold: float) -> Iterator[tuple[str, str]]:
    book = NearBook({name: text_set(text, 2, 8) for name, text in right}, threshold)
    for name, text in left:
        yield from ((name, other) for other, _ in book.near(text_set(text, 2, 8)))


def _brute_force(left: Texts, right: Texts, threshold: float) -> Iterator[tuple[str, str]]:
    """The shingles that every two texts share, by a product of sparse matrices."""
    from scipy.sparse import csr_matrix

    known: dict[str, int] = {}
    sets = [[_shingles(text, known) for _, text in side] for side in (left, right)]
    mine, theirs = (
        csr_matrix(
            (
                np.ones(sum(map(len, side)), dtype=np.int32),
                np.fromiter((n for found in side for n in found), dtype=np.int64),
                np.concatenate(([0], np.cumsum([len(found) for found in side]))),
            ),
            shape=(len(side), len(known)),
        )
        for side in sets
    )
    sizes = np.array([len(found) for found in sets[1]])
    for first in range(0, len(left), _BLOCK):
        shared = (mine[first : first + _BLOCK] @ theirs.T).tocoo()
        both = np.array([len(sets[0][first + r]) for r in range(shared.shape[0])])[shared.row]
        near = shared.data >= threshold * (both + sizes[shared.col] - shared.data) - 1e-9
        for row, col in zip(shared.row[near].tolist(), shared.col[near].tolist(), strict=True):
            yield left[first + row][0], right[col][0]


def _shingles(text: str, known: dict[str, int]) -> list[int]:
    found = words(normalise(text))
    every = (
        {*found, *map(" ".join, pairwise(found))} if len(found) >= 8 else {f"\n{' '.join(found)}"}
    )
    return [known.setdefault(shingle, len(known)) for shingle in every]


def _stream(sample: Sequence[str], rows: int, items: int) -> None:
    """Rows of two messages, one in a hundred of which holds an item."""
    random = Random(5)
    pool = [text.text for text in planted_texts(sample, 40_000)]
    asked = [EvaluationItem(str(n), "planted", _question(random, pool)) for n in range(items)]

    def stream() -> Iterator[tuple[str, list[str]]]:
        for n in range(rows):
            held = f" {asked[random.randrange(items)].text}" if n % 100 == 0 else ""
            yield f"{n % 100 == 0} {n}", [random.choice(pool) + held, random.choice(pool)]

    found: dict[str, Any] = {}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cost = cost_of(lambda: found.update(find_contamination(stream(), asked)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    planted = sum(name.startswith("True") for name in found)
    row = [rows, items, cost.cpu, f"{planted:,} of {-(-rows // 100):,}", len(found) - planted]
    columns = ["rows", "items", "CPU s", "rows found that hold an item", "others found", "peak MiB"]
    show("Evaluation items among training rows", columns, [[*row, round(peak)]])
    print(f"\n(before: {before:,.0f} MiB)")


def _question(random: Random, pool: Sequence[str]) -> str:
    """Sixteen words from two texts: what no other text holds."""
    both = words(random.choice(pool))[:8] + words(random.choice(pool))[-8:]
    return " ".join([*both, f"item{random.randrange(10**9)}", "is", "asked"])


def _real_sets(folder: Path) -> None:
    """Public evaluation sets against public chat logs: only MT-RAG asks what its own logs asked."""
    logs = {name: _conversations(folder, name) for name in _LOGS}
    rows: list[list[object]] = []
    for name, asked in _sets(folder).items():
        counts = [len(find_contamination(log, asked)) for log in logs.values()]
        rows.append([name, len(asked), *counts])
    columns = ["set", "items", *(f"{name} ({len(log):,})" for name, log in logs.items())]
    show("Contaminated conversations, public sets against public logs", columns, rows)


def _real_halves(folder: Path) -> None:
    """The user messages of every other conversation as the evaluation set of the rest."""
    rows: list[list[object]] = []
    for name in _LOGS:
        every = sorted(_conversations(folder, name))
        asked = [
            EvaluationItem(f"{key}.{place}", name, text)
            for key, texts in every[::2]
            for place, text in enumerate(texts[::2])
            if word_count(text) >= 8
        ]
        rest = every[1::2]
        kinds: dict[str, int] = defaultdict(int)
        for match in find_contamination(rest, asked).values():
            kinds[match.kind] += 1
        shares = [
            kinds[kind] for kind in ("same_question", "ngram_13", "ngram_8", "near_duplicate")
        ]
        rows.append([name, len(asked), len(rest), sum(shares), *shares])
    columns = [
        "log",
        "items",
        "rows",
        "contaminated",
        "same question",
        "13-gram",
        "8-grams",
        "near",
    ]
    show("Half of a log's questions as the evaluation set of the other half", columns, rows)


def _sets(folder: Path) -> dict[str, list[EvaluationItem]]:
    found: dict[str, list[EvaluationItem]] = {}
    for name in ("mtrag_un", "xquad", "feedbackqa", "sec_10q"):
        lines = _lines(folder / "eval_questions" / f"{name}.questions.jsonl.gz")
        found[name] = [
            EvaluationItem(line["question_id"], name, line["question"]) for line in lines
        ]
    articles = orjson.loads((folder / "eval_questions" / "pubmedqa" / "ori_pqal.json").read_bytes())
    found["pubmedqa"] = [
        EvaluationItem(f"{key}.{part}", "pubmedqa", article[part])
        for key, article in articles.items()
        for part in ("QUESTION", "LONG_ANSWER")
    ]
    return found


def _conversations(folder: Path, name: str) -> list[tuple[str, list[str]]]:
    texts: dict[str, list[str]] = defaultdict(list)
    for turn in _lines(folder / "chat_logs" / f"{name}.turns.jsonl.gz"):
        texts[turn["conversation_id"]] += [turn["user_message"], turn["assistant_message"]]
    return list(texts.items())


def _lines(path: Path) -> list[Any]:
    with gzip.open(path) as file:
        return [orjson.loads(line) for line in file]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--left", type=int, default=20_000, help="texts on one side of the join")
    parser.add_argument("--right", type=int, default=2_000, help="texts on the other side")
    parser.add_argument("--rows", type=int, default=50_000, help="training rows of two messages")
    parser.add_argument("--items", type=int, default=5_000, help="evaluation items")
    return parser.parse_args()


if __name__ == "__main__":
    main(**vars(_arguments()))
