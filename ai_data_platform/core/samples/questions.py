"""Questions with the page that answers them: the material on which retrieval is measured."""

from collections.abc import Iterator
from typing import Any

from ai_data_platform.core.samples.facts import Fact
from ai_data_platform.core.samples.pages import page

__all__ = ["eval_questions"]

_PER_PAGE = 3
_MOST = 400


def eval_questions(seed: int, documents: int) -> Iterator[dict[str, Any]]:
    """Three questions for each page, but 400 at most, spread over all pages.

    They are asked in a customer's words; `gold_uris` holds the one page that states the answer.
    """
    count = min(_PER_PAGE * documents, _MOST)
    for index in range(count):
        source = page(seed, index * documents // count)
        fact = source.facts[(index % _PER_PAGE) * len(source.facts) // _PER_PAGE]
        yield {
            "question_id": f"q{index:04d}",
            "question": _question(fact, index),
            "gold_uris": [source.uri],
            "reference_answer": fact.answers[0],
        }


def _question(fact: Fact, index: int) -> str:
    asks = [text for text in fact.asks if text.endswith("?")]
    return asks[index % len(asks)]
