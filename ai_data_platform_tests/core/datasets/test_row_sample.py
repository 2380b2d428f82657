"""A sample of rows is the same whatever their order, and bounded in rows and in characters."""

import random

from ai_data_platform.core.datasets.row_sample import RowSample

KEYS = [f"row {number}" for number in range(500)]


def sample(keys: list[str], rows: int = 20, characters: int = 10_000) -> set[str]:
    taken: RowSample[str] = RowSample(rows, characters)
    for key in keys:
        taken.offer(key, key, 10 + len(key) % 3 * 40)
    assert taken.offered == len(keys)
    return set(taken.rows)


def test_the_order_of_rows_does_not_decide_which_are_taken() -> None:
    for rows, characters in ((20, 10_000), (400, 1_000), (20, 700)):
        wanted = sample(KEYS, rows, characters)
        for seed in range(5):
            shuffled = random.Random(seed).sample(KEYS, len(KEYS))
            assert sample(shuffled, rows, characters) == wanted


def test_what_is_put_out_for_want_of_room_lets_nothing_behind_it_in() -> None:
    sizes = {f"row {number}": 5 + 13 * number % 60 for number in range(12)}
    found = set()
    for seed in range(200):
        taken: RowSample[str] = RowSample(rows=99, characters=100)
        for key in random.Random(seed).sample(list(sizes), len(sizes)):
            taken.offer(key, key, sizes[key])
        found.add(frozenset(taken.rows))
    assert len(found) == 1


def test_as_many_rows_as_allowed_are_taken_and_all_of_few() -> None:
    assert len(sample(KEYS)) == 20
    assert sample(KEYS[:20]) == set(KEYS[:20])


def test_huge_rows_make_the_sample_smaller_instead_of_the_memory_fuller() -> None:
    taken: RowSample[int] = RowSample(rows=100, characters=1_000)
    for number in range(300):
        taken.offer(str(number), number, 300)
    assert len(taken.rows) == 3


def test_every_row_has_about_the_same_chance() -> None:
    taken = sample([f"{number:06}" for number in range(20_000)], rows=2_000, characters=10**9)
    early = sum(int(key) < 10_000 for key in taken)
    assert 900 < early < 1_100
