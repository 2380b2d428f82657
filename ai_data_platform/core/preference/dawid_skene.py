"""True labels and raters' error rates, estimated from each other (Dawid and Skene 1979, EM).

Written here because crowd-kit, which has it, brings nltk and transformers along and joins tables in pandas;
its results are the test's reference.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["DawidSkene", "dawid_skene"]

Codes = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
_LEAST = 1e-10
"""The least probability, so that one label alone never decides: crowd-kit's."""


@dataclass(frozen=True, slots=True, eq=False)
class DawidSkene:
    """`probabilities[task, label]` that the label is the true one; `priors[label]`.

    `errors[rater, given, true]` is the probability that the rater gives one label where another is true.
    """

    probabilities: Numbers
    priors: Numbers
    errors: Numbers


def dawid_skene(
    tasks: Codes,
    raters: Codes,
    labels: Codes,
    *,
    iterations: int = 100,
    tolerance: float = 1e-6,
) -> DawidSkene:
    """The estimate from one row a label, all three counted from 0 on without gaps.

    Begins with the shares of votes. Ends when no probability moves by more than `tolerance`.
    """
    size, width = tasks.max() + 1, labels.max() + 1
    given = raters * width + labels
    votes = np.bincount(tasks * width + labels, minlength=size * width).reshape(size, width)
    probabilities = votes / votes.sum(axis=1, keepdims=True)
    errors = _errors(probabilities, tasks, given, width)
    for _ in range(iterations):
        priors = probabilities.mean(axis=0)
        before, probabilities = probabilities, _probabilities(priors, errors, tasks, given, size)
        errors = _errors(probabilities, tasks, given, width)
        if np.abs(probabilities - before).max() <= tolerance:
            break
    return DawidSkene(probabilities, probabilities.mean(axis=0), errors)


def _errors(probabilities: Numbers, tasks: Codes, given: Codes, width: int) -> Numbers:
    """How often each rater gives each label where each label is true."""
    size = (given.max() // width + 1) * width
    counts = np.stack([np.bincount(given, one[tasks], size) for one in probabilities.T], axis=1)
    # A label that the rater never gave takes no share from the others.
    counts = np.where(np.bincount(given, minlength=size)[:, None] > 0, counts.clip(_LEAST), 0)
    errors = counts.reshape(-1, width, width)
    shares: Numbers = errors / errors.sum(axis=1, keepdims=True)
    return shares


def _probabilities(
    priors: Numbers, errors: Numbers, tasks: Codes, given: Codes, size: int
) -> Numbers:
    """How probable each label is for each task, whatever the raters' errors make of it."""
    logs = np.log(errors.clip(_LEAST**2)).reshape(-1, errors.shape[-1])
    sums = np.stack([np.bincount(tasks, one[given], size) for one in logs.T], axis=1)
    sums += np.log(np.maximum(priors, _LEAST))
    likely = np.exp(sums - sums.max(axis=1, keepdims=True))
    shares: Numbers = likely / likely.sum(axis=1, keepdims=True)
    return shares
