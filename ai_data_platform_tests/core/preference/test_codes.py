"""Texts that read the same have the same number, and only those."""

import random

import numpy as np
import pyarrow as pa
import pytest

from ai_data_platform.core.preference.codes import codes, firsts, lasts, reading_codes, together
from ai_data_platform.core.text import normalise


@pytest.mark.parametrize("seed", range(10))
def test_texts_have_equal_numbers_in_a_group_exactly_when_they_normalise_alike(seed: int) -> None:
    dice = random.Random(seed)
    parts = [
        "a",
        "B",
        " ",
        "  ",
        "\n",
        "\t",
        "é",
        "e\u0301",
        "ﬁ",
        "fi",
        "Ａ",
        "\x1f",
        "ß",
        "ss",
        "",
    ]
    texts = ["".join(dice.choice(parts) for _ in range(dice.randint(0, 3))) for _ in range(300)]
    groups = np.array([dice.randint(0, 9) for _ in texts], np.int64)
    numbers = reading_codes(pa.array(texts).slice(5), groups[5:]).tolist()
    seen: dict[tuple[int, str], int] = {}
    for number, group, text in zip(numbers, groups[5:].tolist(), texts[5:], strict=True):
        assert seen.setdefault((group, normalise(text)), number) == number
    for group in range(10):
        found = [number for (other, _), number in seen.items() if other == group]
        assert len(set(found)) == len(found)


def test_numbers_go_up_in_the_order_of_first_appearance() -> None:
    numbers = codes(pa.array(["b", "a", None, "b", "c"]))
    assert numbers.tolist() == [0, 1, -1, 0, 2]
    both = together(np.array([5, 5, 7, 5]), np.array([-2, 9, -2, -2]))
    assert both.tolist() == [0, 1, 2, 0]
    assert firsts(both).tolist() == [True, True, True, False]
    assert lasts(both).tolist() == [False, True, True, True]
