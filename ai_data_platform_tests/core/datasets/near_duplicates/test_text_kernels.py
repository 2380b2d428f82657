from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets.near_duplicates.shingles import Readings, read
from ai_data_platform.core.fingerprints import hash_bytes
from ai_data_platform.core.text import normalise, words
from ai_data_platform_tests.core.datasets.near_duplicates.numbers_by_pattern import (
    masked_words,
    numbers,
)

MARKS = st.text("aAzß0 1٣é_'’-+−#$€%°.\t中ก๓½ﬁ", max_size=16)


def _read(*texts: str, min_words: int = 1) -> Readings:
    return read(texts, 2, min_words)


@pytest.mark.parametrize(
    ("text", "found", "other"),
    [
        ("order 123 is 2 days late", ("123", "2"), "123 of 2"),
        ("model a4 and iso9001", ("a4", "iso9001"), "a4 iso9001 model"),
        ("it is -5 outside", ("-", "5"), "(-5)"),
        ("pages 10-12", ("10", "12"), "10 to 12"),
        ("covid-19", ("19",), "19 covids"),
        ("- 3 apples", ("3",), "3 apples"),
        ("$5 or 5%", ("$", "5", "5", "%"), "$5, 5%"),
        ("at 7:30 or 7.30", ("7", "30", "7", "30"), "7 30 7 30"),
        ("c++ and c# but # not", ("++", "#"), "c++ c#"),
        ("我有3个苹果", ("3",), "3 apples"),
        ("no number at all", (), "none"),
    ],
)
def test_a_number_keeps_its_sign_its_currency_and_the_letters_around_it(
    text: str, found: tuple[str, ...], other: str
) -> None:
    assert numbers(text) == numbers(other) == found
    first, second = _read(text, other).numbers
    assert first == second


@settings(max_examples=300, deadline=None)  # the first call loads or compiles
@given(st.lists(MARKS, min_size=2, max_size=6))
@example(["don't5", "don 5", "-$5", "+5%", "3b٣", "b b2b b3"])
def test_texts_are_told_apart_as_by_the_patterns_for_words_and_numbers(texts: list[str]) -> None:
    plain = [normalise(text) for text in texts]
    found = _read(*texts)
    for a, b in combinations(range(len(texts)), 2):
        left, right = words(plain[a]), words(plain[b])
        said = [(words(t), numbers(t), masked_words(t)) for t in (plain[a], plain[b])]
        same = said[0] == said[1] if left or right else plain[a] == plain[b]
        assert np.array_equal(found.keys[a], found.keys[b]) == same
        if left and right:
            assert (found.numbers[a] == found.numbers[b]) == (said[0][1] == said[1][1])
            masked = [said[i][2] if said[i][1] else said[i][0] for i in (0, 1)]
            assert (found.masks[a] == found.masks[b]) == (masked[0] == masked[1])


@settings(max_examples=300, deadline=None)  # the first call loads or compiles
@given(st.one_of(MARKS, st.text(max_size=30)))
@example("rock'n'roll it''s 'tis they’re' ’ '")
@example("ไทย한국어カナ漢字word中'a")
def test_the_shingles_are_those_of_the_words(text: str) -> None:
    found = words(normalise(text))
    wanted = len(set(found) | set(pairwise(found)))
    shingles = _read(text).shingles
    assert len(shingles) == wanted
    assert np.array_equal(shingles, _read(" ".join(found)).shingles)
    assert (np.diff(shingles.astype(np.int64)) > 0).all()


def test_every_character_is_of_a_word_or_not_as_the_pattern_has_it() -> None:
    every = [chr(point) for point in range(0x20000) if not 0xD800 <= point < 0xE000]
    plain = [normalise(character) for character in every]
    counts = np.diff(read(every, 1, 1).offsets)
    assert counts.tolist() == [len(set(words(text))) for text in plain]


def test_a_text_of_no_words_is_compared_as_it_stands_but_for_white_space() -> None:
    keys = _read(":)", " :)\n", ": )", ":(", "", " \t").keys.tolist()
    assert keys[0] == keys[1]
    assert keys[4] == keys[5]
    assert len({tuple(key) for key in keys}) == 4


def test_a_lone_surrogate_ends_a_word() -> None:
    assert np.array_equal(_read("a\ud800b c").shingles, _read("a b c").shingles)


def test_a_long_run_of_letters_is_read_in_linear_time() -> None:
    long, short = _read("a" * 300_000 + " 1", "1").numbers
    assert long == short


def test_a_new_release_of_a_library_or_of_python_changes_no_hash() -> None:
    texts = [
        "Please pay $5.50 for 2 cups!",
        "c++ or c#? they’re 我有3个苹果",
        "ok",
        "…",
        "Straße ﬁne",
    ]
    found = read(texts, 2, 3)
    columns = (found.keys, found.numbers, found.masks, found.offsets, found.shingles)
    digest = hash_bytes(b"".join(column.astype("<u8").tobytes() for column in columns))
    assert digest == "24e3f9f75be91b17c3488946821b019c"
