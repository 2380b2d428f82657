"""Precision and recall on real pairs of texts by threshold: a table, and the picture in docs/images.

python -m benchmarks.near_duplicate_curve
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from ai_data_platform.core.datasets.near_duplicates import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.set_kernels import jaccards
from ai_data_platform.core.datasets.near_duplicates.sketches import Sketches, sketch
from ai_data_platform.settings import CHECKOUT
from benchmarks.measuring import show
from benchmarks.real_data import real_data

__all__ = ["main"]

PICTURE = CHECKOUT / "docs" / "images" / "near-duplicates.svg"
_SHOWN = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_DRAWN = np.arange(20, 101) / 100
_DEFAULTS = {0.5: "short texts", 0.7: "conversations"}
_PRECISION, _RECALL = "#0072B2", "#D55E00"  # Okabe and Ito's blue and vermilion
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "svg.hashsalt": "near-duplicates",  # the same bytes every time
}
Pairs = Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Pairs of texts: whether they belong together, how alike they are, and in their numbers too."""

    title: str
    together: npt.NDArray[np.bool_]
    jaccards: npt.NDArray[np.float64]
    same_numbers: npt.NDArray[np.bool_]

    def shares(self, threshold: float, *, numbers: bool) -> tuple[float, float]:
        """Precision (1 where nothing is found) and recall at the threshold.

        With `numbers`, pairs that differ in a number are not taken for duplicates, as by default.
        """
        near = self.jaccards >= threshold
        if numbers:
            near &= self.same_numbers
        precision = self.together[near].mean() if near.any() else 1.0
        return float(precision), float(near[self.together].mean())


def main() -> None:
    """Print the curves and draw them."""
    folder = real_data("near_duplicates")
    if folder is None:
        print("\nReal pairs: skipped, set AIDP_TEST_DATA to a folder that holds near_duplicates/")
        return
    judged = _real_pairs(folder / "near_duplicates")
    for pairs in judged:
        _table(pairs)
    PICTURE.write_bytes(_drawn(judged))
    print(f"\ndrawn: {PICTURE.relative_to(CHECKOUT)}")


def _real_pairs(folder: Path) -> list[Judged]:
    pages = _lines(folder / "rust_book_revisions.docs.jsonl.gz")
    revisions = _lines(folder / "rust_book_revisions.pairs.jsonl.gz")
    questions = _lines(folder / "covid_question_pairs_en.jsonl.gz")
    licences = _lines(folder / "license_texts.jsonl.gz")
    return [
        _judged(
            "Layouts of one licence",
            {row["doc_id"]: row["text"] for row in licences},
            [
                (a["doc_id"], b["doc_id"], a["license"] == b["license"])
                for a, b in combinations(licences, 2)
            ],
        ),
        _judged(
            "Revisions of one page",
            {page["doc_id"]: page["text"] for page in pages},
            [(pair["a"], pair["b"], bool(pair["same_document"])) for pair in revisions],
        ),
        _judged(
            "One question in other words",
            {f"{q['pair_id']}{side}": q[f"text_{side}"] for q in questions for side in "ab"},
            [(f"{q['pair_id']}a", f"{q['pair_id']}b", bool(q["label"])) for q in questions],
        ),
    ]


def _judged(title: str, texts: Mapping[str, str], pairs: Pairs) -> Judged:
    ids = list(texts)
    sketches = Sketches((sketch(ids, list(texts.values()), NearDuplicateOptions(min_words=1)),))
    place = {name: row for row, name in enumerate(ids)}
    left, right = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
    return Judged(
        title,
        np.array([pair[2] for pair in pairs]),
        jaccards(sketches.sets, left, right, 0.0),
        sketches.numbers[left] == sketches.numbers[right],
    )


def _table(pairs: Judged) -> None:
    rows: list[list[object]] = []
    for threshold in _SHOWN:
        shares = (pairs.shares(threshold, numbers=numbers) for numbers in (True, False))
        rows.append([threshold, *(f"{share:.3f}" for both in shares for share in both)])
    columns = ["threshold", "precision", "recall", "numbers like words: precision", "recall"]
    title = (
        f"{pairs.title}: {pairs.together.sum()} of {len(pairs.together):,} pairs belong together"
    )
    show(title, columns, rows)


def _drawn(judged: Sequence[Judged]) -> bytes:
    """SVG, one panel for each kind of pair."""
    import io

    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(9, 3.1), layout="constrained")
        FigureCanvasSVG(figure)
        for axes, pairs in zip(figure.subplots(1, len(judged), sharey=True), judged, strict=True):
            _panel(axes, pairs)
        figure.supxlabel("Jaccard similarity from which two texts count as the same", fontsize=9)
        written = io.BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()


def _panel(axes: Any, pairs: Judged) -> None:
    """Precision and recall; dashed where numbers count like words."""
    for threshold, name in _DEFAULTS.items():
        axes.axvline(threshold, color="#DDDDDD", linewidth=1, zorder=0)
        axes.text(threshold + 0.01, 1.03, name, fontsize=7, color="#666666", rotation=0)
    for numbers, style in ((False, (0, (2, 2))), (True, "-")):
        curve = np.array([pairs.shares(threshold, numbers=numbers) for threshold in _DRAWN])
        for side, (name, colour) in enumerate((("precision", _PRECISION), ("recall", _RECALL))):
            label = name if numbers else f"{name}, numbers like words"
            axes.plot(_DRAWN, curve[:, side], color=colour, linestyle=style, label=label)
    axes.set(xlim=(_DRAWN[0], 1), ylim=(0, 1.1), yticks=np.arange(0, 1.1, 0.2))
    axes.set_title(pairs.title, pad=8)
    if pairs.title.startswith("One question"):
        axes.legend(loc="center right", fontsize=7, frameon=False)


def _lines(path: Path) -> list[Any]:
    with gzip.open(path) as file:
        return [orjson.loads(line) for line in file]


if __name__ == "__main__":
    main()
