"""The grammar: rules in, texts out."""

from collections import Counter
from random import Random

import pytest

from ai_data_platform.core.samples.grammar import Grammar, pick

RULES = {
    "greeting": ("Hello [name]!", "Good [time], [name].", "Hi."),
    "name": ("Ada", "Bruno"),
    "time": ("morning", "evening"),
}


def test_a_rule_expands_to_each_of_its_texts_and_to_nothing_else() -> None:
    chance = Random(1).random
    seen = {Grammar(RULES).expand("greeting", chance) for _ in range(500)}
    assert seen == {
        "Hello Ada!",
        "Hello Bruno!",
        "Good morning, Ada.",
        "Good morning, Bruno.",
        "Good evening, Ada.",
        "Good evening, Bruno.",
        "Hi.",
    }


def test_the_same_seed_gives_the_same_texts() -> None:
    first, second = Random("7/chat").random, Random("7/chat").random
    grammar = Grammar(RULES)
    assert [grammar.expand("greeting", first) for _ in range(50)] == [
        grammar.expand("greeting", second) for _ in range(50)
    ]


def test_a_slot_without_a_rule_is_refused_when_the_grammar_is_made() -> None:
    with pytest.raises(KeyError, match="nobody"):
        Grammar({"greeting": ("Hello [nobody]!",)})


def test_an_alternative_that_is_written_twice_is_twice_as_likely() -> None:
    chance = Random(1).random
    grammar = Grammar({"word": ("a", "a", "b")})
    counts = Counter(grammar.expand("word", chance) for _ in range(3_000))
    assert 1_900 < counts["a"] < 2_100


def test_a_pick_reaches_the_first_and_the_last_option() -> None:
    assert (pick(lambda: 0.0, "abc"), pick(lambda: 0.999999, "abc")) == ("a", "c")
