"""The offline answerer: it copies sentences, so that questions are answered without a model."""

from collections.abc import Sequence

from ai_data_platform.core.evaluation.faithfulness import Idf
from ai_data_platform.core.evaluation.terms import content_terms, sentences

__all__ = ["EXTRACTIVE_ANSWERER", "answer_extractively"]

EXTRACTIVE_ANSWERER = "extractive-1"
"""Names the answerer in a comparability key; it changes whenever the answers would."""

_SENTENCES = 2


def answer_extractively(question: str, contexts: Sequence[str], idf: Idf) -> str:
    """The two sentences that share most idf weight with the question, in the order of the contexts.

    Where none shares a word with it, the first two of the best context: whether that was the right
    context is for context recall to say, because an extractive answer is faithful by construction.
    On a tie the shorter sentence wins, then the earlier. Empty only when the contexts are.
    """
    wanted = content_terms(question)
    unique = list(dict.fromkeys(s for context in contexts for s in sentences(context)))
    overlaps = [idf.weight_of(wanted & content_terms(sentence)) for sentence in unique]
    ranked = sorted(range(len(unique)), key=lambda i: (-overlaps[i], len(unique[i]), i))
    best = sorted(i for i in ranked[:_SENTENCES] if overlaps[i])
    return " ".join([unique[i] for i in best] or unique[:_SENTENCES])
