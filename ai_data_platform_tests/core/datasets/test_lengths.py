"""Lengths in tokens, what the trainer cuts off, and what is left to learn from then."""

import pytest

from ai_data_platform.core.datasets.examples import Example, Turn
from ai_data_platform.core.datasets.lengths import TokenLengths, count_percentile, measure_tokens
from ai_data_platform.core.datasets.quality import percentile
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer


def conversation(*words: int) -> Example:
    """User and assistant in turn, with so many words each."""
    roles = ("user", "assistant") * len(words)
    turns = zip(roles, words, strict=False)
    return Example(tuple(Turn(role, "word " * count) for role, count in turns))


def pair(prompt: int, chosen: str, rejected: str) -> Example:
    question = Turn("user", "word " * prompt)
    return Example((question,), (Turn("assistant", chosen),), (Turn("assistant", rejected),))


def measured(*rows: Example, max_tokens: int = 30) -> TokenLengths:
    named = [(f"line {place}", row) for place, row in enumerate(rows, start=1)]
    return measure_tokens(named, WordTokenizer(), max_tokens)


def test_a_row_counts_its_texts_and_five_tokens_a_message() -> None:
    assert measured(conversation(3, 4), conversation(3, 10)) == TokenLengths(
        tokenizer="words",
        stand_in=True,
        max_tokens=30,
        sampled=2,
        by_role={"assistant": {4: 1, 10: 1}, "user": {3: 2}},
        whole={17: 1, 23: 1},
        over_max=0,
        untrainable=0,
    )


def test_a_row_is_cut_at_the_limit_and_trains_while_a_token_of_an_answer_is_left() -> None:
    # A question of n words ends at n + 5, and three tokens of the answer's frame come before its text.
    found = measured(
        conversation(10, 10), conversation(10, 11), conversation(21, 9), conversation(22, 9)
    )
    assert (found.over_max, found.untrainable) == (3, 1)
    assert found.untrainable_lines == ("line 4",)
    assert found.figures()["share_over_max_tokens"] == 0.75
    assert found.figures()["untrainable_share"] == 0.25


def test_a_pair_whose_answers_differ_only_behind_the_limit_teaches_nothing() -> None:
    same = "one two three four five six seven eight nine ten eleven twelve"
    rows = [
        pair(10, f"{same} left", f"{same} rightly"),  # 12 tokens are left: the answers agree so far
        pair(10, f"first {same}", f"second {same}"),
        pair(30, "yes", "no"),  # the prompt alone fills it
        pair(3, "yes", "no"),
    ]
    found = measured(*rows)
    assert found.by_role["prompt"] == {3: 1, 10: 2, 30: 1}
    assert (found.over_max, found.untrainable) == (3, 2)
    assert found.untrainable_lines == ("line 1", "line 3")
    assert measured(*rows, max_tokens=31).untrainable_lines == ("line 3",)


def test_nothing_measured_has_no_figures() -> None:
    assert set(measured().figures().values()) == {None}


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95, 0.99, 1])
def test_percentiles_of_counts_are_those_of_the_values(share: float) -> None:
    values = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 55, 55]
    counts = {value: values.count(value) for value in values}
    assert count_percentile(counts, share) == percentile(values, share)
    assert count_percentile({}, share) is None
