"""The word list: whole words of severe categories, and nothing that merely sounds rude."""

import pytest

from ai_data_platform.core.conversations.toxicity import LexiconScorer
from ai_data_platform.core.fingerprints import hash_text

PUMPKIN = LexiconScorer(frozenset({hash_text("pumpkin")[:12]}))


@pytest.mark.parametrize(
    "text",
    [
        "Say that again and I will kill you.",
        "I'm going to murder your family",
        "Just kill yourself",
        "You don't deserve to live",
        "Refugees are vermin",
        "Ich bring dich um!",
        "我要杀了你",
    ],
)
def test_threats_and_calls_to_harm_are_severe(text: str) -> None:
    assert LexiconScorer().score([text, text.upper()]) == [1.0, 1.0]


@pytest.mark.parametrize(
    "text",
    [
        "How do I kill a process in Linux?",
        "This damn stupid pump killed the mood.",
        "Will the frost kill my plants?",
        "Bali will kill you with kindness.",
        "Gas heating for refugees and immigrants",
        "The skill that you learn; Scunthorpe; therapist",
        "",
    ],
)
def test_rude_words_and_harmless_neighbours_are_not(text: str) -> None:
    assert LexiconScorer().score([text]) == [0.0]


def test_a_word_counts_as_a_whole_and_in_any_letter_case() -> None:
    texts = ["You PUMPKIN!", "pumpkin", "pumpkins", "a pump, kin", "Kürbis"]
    assert PUMPKIN.score(texts) == [1.0, 1.0, 0.0, 0.0, 0.0]


def test_the_fingerprint_follows_the_words() -> None:
    assert LexiconScorer().fingerprint == LexiconScorer().fingerprint
    assert len({LexiconScorer().fingerprint, PUMPKIN.fingerprint}) == 2
