"""Agreement on labels that people gave, against what was published and what others work out."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from ai_data_platform.core.agreement import Level, agreement_of, read_labels
from ai_data_platform.core.agreement.filters import filters_of
from ai_data_platform.core.agreement.labels import Labels
from ai_data_platform.core.agreement.raters import pair_agreements
from ai_data_platform_tests.core.agreement.published import Label, label_table

SETS = (
    "pandalm",
    "ukpconvarg1",
    "mtrag naturalness",
    "mtrag appropriateness",
    "mtrag completeness",
    "mtrag faithfulness",
    "mtrag win-rate",
    "feedbackqa",
)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def labels_of_set(shared_data: Path, name: str) -> list[Label]:
    """Item, rater and label of a set; of MTRAG one scale."""
    if name == "feedbackqa":
        rows = _rows(shared_data / "feedback" / "feedbackqa.feedback.jsonl.gz")
        return [(row["message_id"], row["user_id"], f"{row['rating']}") for row in rows]
    file, _, scale = name.partition(" ")
    stem = "mtrag_human_eval" if file == "mtrag" else file
    return [
        (f"{row['item_id']}", row["annotator_id"], f"{row['label']}")
        for row in _rows(shared_data / "annotations" / f"{stem}.labels.jsonl.gz")
        if not scale or row["scale"] == scale
    ]


def _read(shared_data: Path, name: str, level: Level = "nominal") -> Labels:
    return read_labels(label_table(labels_of_set(shared_data, name)), level)


def _counted_alpha(labels: list[Label], level: Level) -> float:
    """Alpha in plain Python: pairs within items one by one, pairs by chance from how often values occur."""
    items: dict[str, dict[str, float]] = {}
    codes = {v: n for n, v in enumerate(sorted({label[2] for label in labels}))}
    for item, rater, value in labels:
        number = float(codes[value] if level == "nominal" else value)
        items.setdefault(item, {})[rater] = number
    units = [list(own.values()) for own in items.values() if len(own) > 1]
    many = Counter(value for unit in units for value in unit)
    total = many.total()

    def apart(one: float, other: float) -> float:
        if level == "nominal":
            return float(one != other)
        if level == "interval":
            return (one - other) ** 2
        low, high = min(one, other), max(one, other)
        between = sum(n for value, n in many.items() if low <= value <= high)
        return (between - (many[low] + many[high]) / 2) ** 2

    within = sum(
        2 * sum(apart(*pair) for pair in combinations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    by_chance = sum(
        a * b * apart(one, other) for one, a in many.items() for other, b in many.items()
    )
    return 1 - (total - 1) * within / by_chance


@pytest.mark.parametrize(
    ("name", "published"),
    list(zip(SETS, (0.847, 0.371, 0.254, 0.057, 0.218, 0.264, 0.167, 0.253), strict=True)),
)
def test_nominal_alpha_is_the_one_on_record(shared_data: Path, name: str, published: float) -> None:
    value = agreement_of(_read(shared_data, name), draws=1).alpha.value
    assert value is not None
    assert round(value, 3) == published


@pytest.mark.parametrize("name", SETS)
def test_alpha_is_what_plain_python_gives(shared_data: Path, name: str) -> None:
    labels = labels_of_set(shared_data, name)
    levels: tuple[Level, ...] = ("nominal", "ordinal", "interval")
    for level in levels if name.startswith(("mtrag", "feedbackqa")) else levels[:1]:
        found = agreement_of(read_labels(label_table(labels), level), draws=1).alpha.value
        assert found == pytest.approx(_counted_alpha(labels, level), abs=1e-6)


@pytest.mark.parametrize("name", SETS)
def test_fleiss_kappa_is_that_of_statsmodels_on_items_with_as_many_labels(
    shared_data: Path, name: str
) -> None:
    labels = _read(shared_data, name)
    counts = labels.counts
    raters = Counter(counts.sum(axis=1).tolist()).most_common(1)[0][0]
    full = counts.sum(axis=1) == raters
    found = agreement_of(labels.kept(full[labels.items]), draws=1)
    assert found.items == full.sum()
    assert found.fleiss.value == pytest.approx(statsmodels_fleiss(counts[full]), abs=1e-6)


@pytest.mark.parametrize("name", ["pandalm", "mtrag naturalness", "mtrag win-rate"])
def test_cohens_kappa_of_each_two_raters_is_scikit_learns(shared_data: Path, name: str) -> None:
    given: dict[str, dict[str, str]] = {}
    for item, rater, value in labels_of_set(shared_data, name):
        given.setdefault(rater, {})[item] = value
    pairs = pair_agreements(_read(shared_data, name))
    assert len(pairs) >= 3
    for pair in pairs:
        both = sorted(given[pair.first].keys() & given[pair.second].keys())
        one, other = ([given[who][item] for item in both] for who in (pair.first, pair.second))
        if len({*one, *other}) > 1:
            assert pair.kappa.value == pytest.approx(cohen_kappa_score(one, other), abs=1e-6)


@pytest.mark.slow
def test_only_PandaLM_passes_and_of_the_others_a_filter_says_what_would(shared_data: Path) -> None:
    passing, best = {}, {}
    for name in SETS:
        labels = _read(shared_data, name)
        passing[name] = agreement_of(labels).alpha.above(0.7)
        filters = filters_of(labels, {}, floor=0.7, min_items=30)
        found = [one for one in filters if one.passes]
        best[name] = max((one.labels for one in found), default=0) / len(labels.items)
    assert [name for name, held in passing.items() if held] == ["pandalm"]
    assert best["ukpconvarg1"] == pytest.approx(0.578, abs=0.001)  # a majority of 4 of 5
    assert [name for name in SETS if name.startswith("mtrag") and best[name]] == []


@pytest.mark.slow
def test_workers_kept_by_an_estimate_from_the_same_labels_look_better_than_they_are(
    shared_data: Path,
) -> None:
    path = shared_data / "annotations" / "ukpconvarg1.labels.jsonl.gz"
    rows = list(_rows(path))
    kept = [row for row in rows if float(row["turk_competence"]) > 0.8]
    table = label_table([(row["item_id"], row["annotator_id"], row["label"]) for row in kept])
    circular = agreement_of(read_labels(table, "nominal"), draws=1)
    assert (circular.items, round(circular.alpha.value or 0, 3)) == (72, 0.931)
    labels = _read(shared_data, "ukpconvarg1")
    honest = [
        one for one in filters_of(labels, {}, floor=0.7, min_items=30) if one.kind == "raters"
    ]
    assert max(one.honest.value or 0 for one in honest) < 0.45


def test_a_table_of_labels_in_any_order_gives_the_same(shared_data: Path) -> None:
    table = label_table(labels_of_set(shared_data, "pandalm"))
    shuffled = table.take(pa.array(np.random.default_rng(1).permutation(len(table))))
    first, second = (agreement_of(read_labels(one, "nominal")) for one in (table, shuffled))
    assert first == second
