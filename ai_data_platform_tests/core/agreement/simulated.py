"""Labels of raters who are right with a known chance, and guess otherwise."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ai_data_platform_tests.core.agreement.published import label_table

__all__ = ["simulated"]


def simulated(
    items: int, skill: Sequence[float], *, values: int = 2, seed: int = 1, asked: float = 1.0
) -> pa.Table:
    """One label of each rater of an item, or with chance `asked`; a rater knows the truth with `skill`.

    Two raters of skills s and t agree beyond chance by s * t.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    shape = (items, len(skill))
    truth = random.integers(0, values, items)[:, None]
    known = random.random(shape) < np.array(skill)
    given = np.where(known, truth, random.integers(0, values, shape))
    there = random.random(shape) < asked
    rows = [
        (f"i{item:06d}", f"r{rater}", str(given[item, rater]))
        for item, rater in zip(*np.nonzero(there), strict=True)
    ]
    return label_table(rows)
