"""The offline scorer: what it costs, and how far it agrees with people (MT-RAG)."""

import argparse
from itertools import cycle, islice

import numpy as np
from scipy.stats import spearmanr

from ai_data_platform.core.evaluation.faithfulness import Case, Idf, LexicalScorer
from ai_data_platform_tests.mtrag import JudgedAnswer, judged_answers
from benchmarks.measuring import cost_of, median_cost, show
from benchmarks.real_data import real_data

__all__ = ["main"]

_ROUNDS = 3
_ANSWERS = 1_000
_CONTEXT_BYTES = 2_600  # the mean of RAGTruth, which RAG scorers are timed on
_SEED = 7


def main(draws: int = 10_000) -> None:
    """Target: at most 3 CPU seconds per 1,000 answers, and Spearman with people at least 0.55."""
    folder = real_data("annotations/mtrag_human_eval.items.jsonl.gz")
    if folder is None:
        print("\nThe scorer: skipped, for want of MT-RAG; set AIDP_TEST_DATA")
        return
    answers = judged_answers(folder)
    scorer = LexicalScorer(Idf.fit({text for own in answers for text in own.contexts}))
    _show_cost(scorer, answers)
    _show_agreement(scorer, answers, draws)


def _show_cost(scorer: LexicalScorer, answers: list[JudgedAnswer]) -> None:
    cases = [_case(answer) for answer in islice(cycle(answers), _ANSWERS)]
    cost = median_cost([cost_of(lambda: scorer.score_all(cases)) for _ in range(_ROUNDS)])
    context = np.mean([sum(len(text.encode()) for text in case.contexts) for case in cases])
    answer = np.mean([len(case.answer.encode()) for case in cases])
    columns = ["scoring", "CPU s", "wall s", "bytes of context", "bytes of answer"]
    row = [f"{_ANSWERS:,} answers", cost.cpu, cost.wall, round(context), round(answer)]
    show(f"The offline scorer, median of {_ROUNDS} rounds", columns, [row])


def _case(answer: JudgedAnswer) -> Case:
    """With as much of the contexts, or of repeats of them, as makes up the size that is timed."""
    text = "\n".join(answer.contexts).encode()
    enough = text * (1 + _CONTEXT_BYTES // len(text))
    return Case("", answer.answer, (enough[:_CONTEXT_BYTES].decode(errors="ignore"),))


def _show_agreement(scorer: LexicalScorer, answers: list[JudgedAnswer], draws: int) -> None:
    scores = scorer.score_all([Case("", own.answer, own.contexts) for own in answers])
    pairs = np.array(
        [(score.value, own.faithfulness) for score, own in zip(scores, answers, strict=True)],
        dtype=float,
    )
    tasks = [own.task for own in answers]
    low, high = _interval(pairs, tasks, draws)
    columns = ["answers", "tasks", "unscored", "Spearman", "95 % interval"]
    unscored = sum(score.value is None for score in scores)
    found = f"{spearmanr(*pairs.T).statistic:.3f}"
    row = [len(answers), len(set(tasks)), unscored, found, f"[{low:.3f}, {high:.3f}]"]
    show("Rank correlation with people's mean faithfulness", columns, [row])


def _interval(pairs: np.ndarray, tasks: list[str], draws: int) -> tuple[float, float]:
    """Percentile bootstrap that draws whole tasks: answers to one question are alike."""
    groups = [np.flatnonzero(np.array(tasks) == task) for task in sorted(set(tasks))]
    generator = np.random.default_rng(_SEED)
    found = []
    for _ in range(draws):
        drawn = generator.integers(0, len(groups), len(groups))
        own = pairs[np.concatenate([groups[i] for i in drawn])]
        found.append(spearmanr(*own.T).statistic)
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000, help="draws of the interval")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments().draws)
