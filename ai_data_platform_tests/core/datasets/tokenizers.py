"""A tokenizer for tests: a token for each word, which is its length."""

from collections.abc import Sequence

__all__ = ["WordTokenizer"]


class WordTokenizer:
    """Splits at white space; a text of n words has n tokens."""

    name = "words"
    stand_in = True
    fingerprint = "words-1"

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        return [[len(word) for word in text.split()] for text in texts]
