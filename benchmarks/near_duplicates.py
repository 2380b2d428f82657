"""Near-duplicates among 100,000 texts: what is found, what is dropped wrongly, and what it costs."""

import argparse
import gzip
import importlib.util
import resource
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from ai_data_platform.core.datasets.near_duplicates import (
    NearDuplicateOptions,
    Text,
    find_near_duplicates,
)
from ai_data_platform.core.datasets.near_duplicates.jaccard import jaccards_from
from ai_data_platform.core.datasets.near_duplicates.sketches import sketch
from ai_data_platform.core.text import normalise, words
from ai_data_platform.stores.duplicate_index import DuplicateIndex
from ai_data_platform_tests.planted_texts import EDITS, Planted, planted_texts
from benchmarks.measuring import cost_of, show, temporary_folder
from benchmarks.real_data import real_data

__all__ = ["main"]

_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
Matches = list[tuple[str, str]]


def main(texts: int = 10_000, days: int = 10) -> None:
    """Target at 100,000: recall >= 0.98, precision >= 0.99, more texts a CPU second than datasketch."""
    folder = real_data("chat_logs")
    if folder is None:
        print("\nNear-duplicates: skipped, for want of chat logs to imitate; set AIDP_TEST_DATA")
        return
    sample = _chat_texts(folder)
    planted = planted_texts(sample, texts)
    _searches(planted)
    _thresholds(planted, planted_texts(sample, texts, numbers_too=True))
    _daily(planted, days)
    _real_pairs(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory of all of this: {peak:,.0f} MiB")


def _searches(planted: Sequence[Planted]) -> None:
    runs = {"aidp, J >= 0.5, verified": lambda: _ours(planted, NearDuplicateOptions())}
    if importlib.util.find_spec("datasketch"):
        runs["datasketch, words, J >= 0.7"] = lambda: _datasketch(planted, 0.7, pairs=False)
        runs["datasketch, words and pairs, J >= 0.5"] = lambda: _datasketch(
            planted, 0.5, pairs=True
        )
    rows = []
    for name, run in runs.items():
        found: Matches = []
        cost = cost_of(lambda run=run, found=found: found.extend(run()))  # type: ignore[misc]
        rows.append([name, cost.cpu, round(len(planted) / cost.cpu), *_quality(planted, found)])
    columns = ["search", "CPU s", "texts a CPU s", "recall", "precision", *EDITS]
    show(f"{len(planted):,} texts, a fifth of them near-copies", columns, rows)


def _ours(planted: Sequence[Planted], options: NearDuplicateOptions) -> Matches:
    found = find_near_duplicates(_texts(planted), options)
    return [(match.id, match.kept_id) for match in found.dropped]


def _datasketch(planted: Sequence[Planted], threshold: float, *, pairs: bool) -> Matches:
    """The first text that shares a band, without verification."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=256 if pairs else 128)
    dropped = []
    for text in sorted(planted, key=lambda text: text.source is not None):
        found = words(normalise(text.text))
        shingles = {*found, *(pairwise(found) if pairs else ())}
        signature = MinHash(num_perm=index.h, seed=1)
        signature.update_batch([str(shingle).encode() for shingle in shingles])
        if near := index.query(signature):
            dropped.append((text.id, min(near)))
        else:
            index.insert(text.id, signature)
    return dropped


def _thresholds(planted: Sequence[Planted], numbers_too: Sequence[Planted]) -> None:
    rows: list[list[object]] = []
    for threshold in _THRESHOLDS[2:]:
        options = NearDuplicateOptions(threshold=threshold)
        rows.append([threshold, "kept", *_quality(planted, _ours(planted, options))])
    edited = _ours(numbers_too, NearDuplicateOptions())
    rows.append([0.5, "changed by some edits", *_quality(numbers_too, edited)])
    words_only = NearDuplicateOptions(numbers_are_variants=False)
    rows.append([0.5, "count like words", *_quality(planted, _ours(planted, words_only))])
    columns = ["threshold", "numbers", "recall", "precision", *EDITS]
    show("The same by threshold", columns, rows)


def _quality(planted: Sequence[Planted], found: Matches) -> list[object]:
    """Recall, precision (a look-alike that was dropped counts against it), and recall by edit."""
    kinds = {text.id: text for text in planted}
    copies = [text for text in planted if text.source]
    dropped = {name for name, _ in found if kinds[name].source}
    by_kind = [[text.id in dropped for text in copies if text.kind == kind] for kind in EDITS]
    figures = [len(dropped) / len(copies), len(dropped) / max(1, len(found))]
    return [f"{figure:.4f}" for figure in (*figures, *(np.mean(hits) for hits in by_kind))]


def _daily(planted: Sequence[Planted], days: int) -> None:
    texts = _texts(planted)
    with temporary_folder() as folder:
        index = DuplicateIndex(folder / "index")
        costs = [
            cost_of(lambda day=day: index.update(texts[day::days]))  # type: ignore[misc]
            for day in range(days)
        ]
        size = sum(path.stat().st_size for path in (folder / "index").iterdir()) / 2**20
        rebuilt = cost_of(lambda: DuplicateIndex(folder / "rebuilt").update(texts))
        same = _content(folder / "index") == _content(folder / "rebuilt")
    rows: list[list[object]] = [
        [f"day {days}", costs[-1].cpu, costs[-1].wall],
        ["all at once", rebuilt.cpu, rebuilt.wall],
    ]
    show(f"The index, {len(texts) // days:,} texts a day", ["what", "CPU s", "wall s"], rows)
    print(f"\n{size:,.1f} MiB on disk; the same bytes day by day as all at once: {same}")


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("[!.]*"))}


def _real_pairs(folder: Path) -> None:
    pairs = folder / "near_duplicates"
    if not pairs.is_dir():
        return
    questions = _lines(pairs / "covid_question_pairs_en.jsonl.gz")
    texts = {f"{q['pair_id']}{side}": q[f"text_{side}"] for q in questions for side in "ab"}
    asked = [(f"{q['pair_id']}a", f"{q['pair_id']}b", bool(q["label"])) for q in questions]
    _curve("Reworded questions", texts, asked)
    pages = _lines(pairs / "rust_book_revisions.docs.jsonl.gz")
    revisions = _lines(pairs / "rust_book_revisions.pairs.jsonl.gz")
    same = [(pair["a"], pair["b"], bool(pair["same_document"])) for pair in revisions]
    _curve("Revisions of a page", {page["doc_id"]: page["text"] for page in pages}, same)
    licences = {row["doc_id"]: row for row in _lines(pairs / "license_texts.jsonl.gz")}
    names = list(licences)
    every = [
        (a, b, licences[a]["license"] == licences[b]["license"])
        for i, a in enumerate(names)
        for b in names[:i]
    ]
    _curve("Layouts of a licence", {name: row["text"] for name, row in licences.items()}, every)


def _curve(title: str, texts: Mapping[str, str], pairs: Sequence[tuple[str, str, bool]]) -> None:
    keys, sketches = sketch(texts.values(), NearDuplicateOptions(min_words=1))
    place = dict(zip(texts, np.searchsorted(sketches.keys, keys), strict=True))
    left, right = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
    positive = np.array([pair[2] for pair in pairs])
    jaccards = jaccards_from(sketches, left, right, 0)
    same_numbers = sketches.numbers[left] == sketches.numbers[right]
    rows: list[list[object]] = []
    for threshold in _THRESHOLDS:
        near = jaccards >= threshold
        shares = (_shares(near, positive), _shares(near & same_numbers, positive))
        rows.append([threshold, *(figure for share in shares for figure in share)])
    columns = ["threshold", "precision", "recall", "same numbers: precision", "recall"]
    show(f"{title}: {positive.sum()} of {len(pairs):,} pairs belong together", columns, rows)


def _shares(found: Any, positive: Any) -> tuple[str, str]:
    precision = f"{positive[found].mean():.3f}" if found.any() else "-"
    return precision, f"{found[positive].mean():.3f}"


def _texts(planted: Iterable[Planted]) -> list[Text]:
    return [Text(text.id, text.text, (text.source is not None,)) for text in planted]


def _chat_texts(folder: Path) -> list[str]:
    """Messages of the logs in spaced scripts, each once."""
    turns = [
        turn
        for path in sorted((folder / "chat_logs").glob("*.turns.jsonl.gz"))
        for turn in _lines(path)
        if not path.name.startswith("kdconv_zh")
    ]
    sides: tuple[Callable[[Any], str], ...] = (
        lambda turn: turn["user_message"],
        lambda turn: turn["assistant_message"],
    )
    return list(dict.fromkeys(side(turn) for turn in turns for side in sides))


def _lines(path: Path) -> list[Any]:
    with gzip.open(path) as file:
        return [orjson.loads(line) for line in file]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000, help="texts to compare")
    parser.add_argument("--days", type=int, default=10, help="days in which the index gets them")
    return parser.parse_args()


if __name__ == "__main__":
    main(**vars(_arguments()))
