"""Dawid and Skene's estimate on labels that people gave, against two other computations of it."""

from collections import Counter, defaultdict
from itertools import product
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from ai_data_platform.core.agreement.labels import encoded
from ai_data_platform.core.preference.dawid_skene import dawid_skene
from ai_data_platform_tests.core.agreement.published import Label, label_table
from ai_data_platform_tests.core.agreement.test_real_labels import SETS, labels_of_set

_ITERATIONS = 20
_LEAST = 1e-10
Errors = dict[tuple[str, str, str], float]

# Priors of crowd-kit 1.4.2 after 20 iterations: DawidSkene(n_iter=20, tol=-1e9), labels in order.
CROWD_KIT = {
    "pandalm": (0.4214, 0.4913, 0.0873),
    "ukpconvarg1": (0.3895, 0.3879, 0.2226),
    "mtrag naturalness": (0.0764, 0.0443, 0.8793),
    "mtrag appropriateness": (0.1047, 0.0531, 0.1672, 0.675),
    "mtrag completeness": (0.1028, 0.051, 0.1033, 0.7429),
    "mtrag faithfulness": (0.1, 0.1266, 0.209, 0.5644),
    "mtrag win-rate": (0.3267, 0.292, 0.3812),
    "feedbackqa": (0.3416, 0.1656, 0.1727, 0.3201),
}


def _once(labels: list[Label]) -> list[Label]:
    """Of one rater's labels of one item the last."""
    found = {(item, rater): value for item, rater, value in labels}
    return sorted((item, rater, value) for (item, rater), value in found.items())


def _plain(labels: list[Label]) -> tuple[list[str], dict[str, list[float]]]:
    """The values, and how probable each is for each item, by dictionaries and loops.

    A rater who never met a value (nothing that is probably it) errs as by chance, over the values that the
    rater used.
    """
    values = sorted({value for _, _, value in labels})
    used: dict[str, set[str]] = defaultdict(set)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for item, rater, value in labels:
        used[rater].add(value)
        votes[item][value] += 1
    likely = {item: [own[v] / own.total() for v in values] for item, own in votes.items()}
    for _ in range(_ITERATIONS):
        priors = [sum(own[k] for own in likely.values()) / len(likely) for k in range(len(values))]
        errors = _errors(labels, likely, values, used)
        logs = {item: [log(max(prior, _LEAST)) for prior in priors] for item in likely}
        for item, rater, value in labels:
            for k, true in enumerate(values):
                logs[item][k] += log(errors[rater, value, true])
        for item, own in logs.items():
            powers = [exp(one - max(own)) for one in own]
            likely[item] = [one / sum(powers) for one in powers]
    return values, likely


def _errors(
    labels: list[Label],
    likely: dict[str, list[float]],
    values: list[str],
    used: dict[str, set[str]],
) -> Errors:
    """How often a rater gives a value where another is true."""
    counts: Errors = defaultdict(float)
    for item, rater, value in labels:
        for k, true in enumerate(values):
            counts[rater, value, true] += likely[item][k]
    shares: Errors = {}
    for rater, true in product({rater for _, rater, _ in labels}, values):
        kept = {value: max(counts[rater, value, true], _LEAST) for value in sorted(used[rater])}
        for value, count in kept.items():
            shares[rater, value, true] = count / sum(kept.values())
    return shares


def _priors(likely: dict[str, list[float]]) -> list[float]:
    return np.mean(list(likely.values()), axis=0).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_it_is_what_plain_loops_give(shared_data: Path, name: str) -> None:
    labels = _once(labels_of_set(shared_data, name))
    values, likely = _plain(labels)
    table = label_table(labels)
    items, names = encoded(table["item_id"])
    codes = encoded(table["rater"])[0], encoded(table["label"])[0]
    found = dawid_skene(items, *codes, iterations=_ITERATIONS, tolerance=-1)
    assert values == sorted(set(table["label"].to_pylist()))
    assert found.priors.round(3).tolist() == pytest.approx(_priors(likely), abs=0.0006)
    wanted = np.array([likely[item] for item in names.to_pylist()])
    assert np.abs(found.probabilities - wanted).max() < 0.0005


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_plain_loops_give_what_crowd_kit_gives(shared_data: Path, name: str) -> None:
    labels = _once(labels_of_set(shared_data, name))
    _, likely = _plain(labels)
    assert _priors(likely) == pytest.approx(CROWD_KIT[name], abs=0.0006)
