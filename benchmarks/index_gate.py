"""Which bad indexes the gate stops: faults made on purpose in an index of real abstracts."""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from statistics import fmean
from typing import NamedTuple

from scipy.stats import binomtest

from ai_data_platform.core.evaluation.index_evidence import DEFAULT_THRESHOLDS
from ai_data_platform.stores.models import SentenceTransformerEmbedder
from ai_data_platform_tests.gate_trials import Shares, blocked_shares
from ai_data_platform_tests.index_faults import (
    CUT_CHARACTERS,
    SOUND,
    VARIANTS,
    Audited,
    Remembering,
    Variant,
    VectorSearch,
    audited,
    write_index,
)
from ai_data_platform_tests.pubmedqa import Abstracts, read_abstracts
from benchmarks.measuring import cost_of, show, temporary_folder
from benchmarks.real_data import real_data

__all__ = ["main"]

_NEEDED = "eval_questions/pubmedqa/ori_pqal.json"
_MEASURES = ("hit_at_5", "mrr_at_10", "context_recall")


class _Job(NamedTuple):
    variant: Variant
    seed: int


@dataclass(frozen=True, slots=True)
class _Found:
    """One index as the readers' search finds its rows, and as the vector search alone does."""

    search: Audited
    by_vector: Audited


def main(draws: int = 200, faults: int = 2, workers: int = 2, count: int | None = None) -> None:
    """Target: each fault blocked with P >= 0.95 at 200 questions, each harmless rebuild <= 0.05."""
    folder = real_data(_NEEDED)
    if folder is None:
        print("\nThe index gate: skipped, for want of PubMedQA; set AIDP_TEST_DATA")
        return
    abstracts = read_abstracts(folder, count)
    found: dict[str, list[_Found]] = {}
    embedding = Remembering(SentenceTransformerEmbedder().fingerprint, {})
    costs = [cost_of(lambda: _embed(abstracts, embedding))]
    costs.append(cost_of(lambda: found.update(_audits(abstracts, embedding, faults, workers))))
    (sound,) = found.pop(SOUND.name)
    costs.append(cost_of(lambda: _show(abstracts, found, sound, draws)))
    names = ("embedding every text once", "writing and searching the indexes", "judging")
    rows = [[name, cost.cpu, cost.wall] for name, cost in zip(names, costs, strict=True)]
    show("What that took", ["part", "CPU s", "wall s"], rows)


def _embed(abstracts: Abstracts, embedding: Remembering) -> None:
    """Every text that any variant asks for."""
    model = Remembering(embedding.fingerprint, embedding.known, SentenceTransformerEmbedder())
    texts = abstracts.chunks["text"].to_pylist()
    model.encode([*texts, *(text[:CUT_CHARACTERS] for text in texts)])
    model.encode([question.question for question in abstracts.questions.questions])


def _audits(
    abstracts: Abstracts, embedding: Remembering, faults: int, workers: int
) -> dict[str, list[_Found]]:
    """The findings by variant, of several faults each where they are drawn."""
    jobs = [
        _Job(variant, seed)
        for variant in (SOUND, *VARIANTS)
        for seed in range(faults if variant.drawn else 1)
    ]
    found: dict[str, list[_Found]] = {}
    with ProcessPoolExecutor(
        workers, get_context("spawn")
    ) as pool:  # LanceDB does not survive fork
        for job, audit in zip(
            jobs, pool.map(partial(_run, abstracts, embedding), jobs), strict=True
        ):
            found.setdefault(job.variant.name, []).append(audit)
    return found


def _run(abstracts: Abstracts, embedding: Remembering, job: _Job) -> _Found:
    with temporary_folder() as folder:
        write_index(job.variant, abstracts, embedding, folder, job.seed)
        return _Found(
            audited(folder, abstracts, embedding),
            audited(folder, abstracts, embedding, VectorSearch),
        )


def _show(abstracts: Abstracts, found: dict[str, list[_Found]], sound: _Found, draws: int) -> None:
    judge = partial(
        blocked_shares, abstracts.questions.questions, draws=draws, thresholds=DEFAULT_THRESHOLDS
    )
    changes: list[list[object]] = []
    against: list[list[object]] = []
    first: list[list[object]] = []
    for name, own in {SOUND.name: [sound], **found}.items():
        search, alone = [one.search for one in own], [one.by_vector for one in own]
        changes.append([name, *_differences(search, sound.search), _kept(alone, sound.by_vector)])
        shares, by_vector = judge(search, sound.search), judge(alone, sound.by_vector)
        blocked = (shares.bare, shares.statistics, by_vector.statistics, shares.whole)
        against.append([name, *(_share(count, draws) for count in blocked), _by(shares)])
        blocked = (shares.bare, shares.floors, by_vector.floors, shares.first)
        first.append([name, *(_share(count, draws) for count in blocked)])
    means = [f"{measure} change" for measure in _MEASURES]
    show("What each change does", ["index", *means, "10 nearest vectors kept"], changes)
    columns = [
        "index",
        "bare >= 0.8",
        "statistics",
        "statistics, vectors alone",
        "whole gate",
        "by",
    ]
    show("P(block) against the published index", columns, against)
    floors = ["index", "bare >= 0.8", "floors", "floors, vectors alone", "whole gate"]
    show("P(block) of a first index", floors, first)


def _differences(own: Sequence[Audited], sound: Audited) -> list[str]:
    """Change of each mean over all questions."""
    means = [
        fmean(_mean(audit, measure) for audit in own) - _mean(sound, measure)
        for measure in _MEASURES
    ]
    return [f"{mean:+.3f}" for mean in means]


def _mean(audit: Audited, measure: str) -> float:
    return fmean(value or 0.0 for value in audit.scores.of(measure).values())


def _kept(own: Sequence[Audited], sound: Audited) -> str:
    """Share of the passages that are nearest by vector in the sound index and are still found."""
    shares = [
        len({*audit.retrieved[asked]} & {*nearest}) / len(nearest)
        for audit in own
        for asked, nearest in sound.retrieved.items()
    ]
    return f"{fmean(shares):.3f}"


def _share(count: int, draws: int) -> str:
    """The share with its exact 95 % interval (Clopper and Pearson)."""
    interval = binomtest(count, draws).proportion_ci(0.95, "exact")
    return f"{count / draws:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def _by(shares: Shares) -> str:
    """The measures that blocked most often, with their shares."""
    return ", ".join(
        f"{figure.removesuffix('_difference_lower').removesuffix('_lower')} {count / shares.draws:.2f}"
        for figure, count in shares.figures.most_common(2)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200, help="question sets a variant")
    parser.add_argument("--faults", type=int, default=2, help="indexes of a fault that is drawn")
    parser.add_argument("--workers", type=int, default=2, help="indexes audited at once")
    parser.add_argument(
        "--abstracts", type=int, help="of the 1,000, for a quick look; at least 200"
    )
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(given.draws, given.faults, given.workers, given.abstracts)
