"""The best against the worst rated answer of each prompt."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.preference.candidates import Candidates, Side
from ai_data_platform.core.preference.codes import Codes, Flags, codes, runs, together
from ai_data_platform.core.preference.logged import Logged
from ai_data_platform.core.preference.options import PairOptions
from ai_data_platform.core.preference.rated import Rated

__all__ = ["Tally", "rated_pairs", "tally"]

Numbers = npt.NDArray[np.float64]
_EXACT = 9
"""Decimals of means: thirds of whole ratings compare as what they are, not as floats round them."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What the counted ratings say of each answer: weighted mean, raters (0 where unrated), mean position."""

    means: Numbers
    raters: Codes
    positions: Numbers

    def side(self, rated: Rated, log: Logged, answers: Codes) -> Side:
        """These answers as sides of pairs."""
        exchanges = rated.answers.exchanges[answers]
        texts = log.column("assistant_message", exchanges)
        rest = (self.means[answers], self.raters[answers], self.positions[answers])
        return Side(exchanges, texts, *rest)


def tally(rated: Rated, counted: Codes) -> Tally:
    """The answers by these ratings."""
    size = len(rated.answers.prompts)
    of, weights = rated.of[counted], rated.weights[counted]
    total = np.bincount(of, weights * rated.values[counted], size)
    shown = rated.positions[counted]
    placed = ~np.isnan(shown)
    with np.errstate(invalid="ignore"):
        means = np.round(total / np.bincount(of, weights, size), _EXACT)
        places = np.bincount(of[placed], shown[placed], size) / np.bincount(of[placed], None, size)
    return Tally(means, np.bincount(of, minlength=size), places)


def rated_pairs(rated: Rated, log: Logged, options: PairOptions) -> Candidates:
    """Pairs of prompts with several rated answers whose ratings tell a winner.

    The ratings of all other answers of these prompts end here.
    """
    counted = rated.counted
    found = tally(rated, counted)
    best, worst, left = _matched(rated, found, options.max_pairs_per_prompt)
    _drop_between(rated, counted, left)
    of = np.full(len(rated.of), -1, np.int64)
    pair_of = np.full(len(found.means) + 1, -1, np.int64)
    pair_of[best] = pair_of[worst] = np.arange(len(best))
    of[counted] = pair_of[rated.of[counted]]
    margins = np.round(found.means[best] - found.means[worst], _EXACT)
    sides = (found.side(rated, log, best), found.side(rated, log, worst))
    pairs = Candidates("ratings", *sides, margins, of)
    pairs = pairs.without(margins <= 0, rated.fates, "tie", "equal mean ratings")
    close = pairs.margins < options.min_margin
    seen = [
        f"margin {margin:.3g}, wanted {options.min_margin:g} or more"
        for margin in pairs.margins[close].tolist()
    ]
    pairs = pairs.without(close, rated.fates, "margin_below_minimum", seen)
    return _uncontradicted(pairs, rated)


def _matched(rated: Rated, found: Tally, most: int) -> tuple[Codes, Codes, Flags]:
    """Best and worst of each prompt, then second best and second worst; and which answers are left over.

    Of equal means the one of more raters stands for the prompt, then the one with the lesser id.
    """
    prompts = rated.answers.prompts
    left = _several(prompts, found.raters > 0)
    matched = [np.zeros((2, 0), np.int64)]
    for _ in range(most):
        alive = np.flatnonzero(_several(prompts, left))
        best = _first(alive, -found.means, rated, found)
        left[best] = False
        worst = _first(alive[left[alive]], found.means, rated, found)
        left[worst] = False
        matched.append(np.stack((best, worst)))
    best, worst = np.concatenate(matched, axis=1)
    return best, worst, left


def _several(prompts: Codes, flags: Flags) -> Flags:
    """The flagged answers that are not the only one of their prompt."""
    flagged = np.bincount(prompts[flags], minlength=prompts.max(initial=-1) + 1)
    return flags & (flagged[prompts] > 1)


def _first(answers: Codes, by: Numbers, rated: Rated, found: Tally) -> Codes:
    """The first answer of each prompt by this, in the order of prompts."""
    prompts = rated.answers.prompts
    keys = (rated.answers.ranks, -found.raters, by, prompts)
    ordered = answers[np.lexsort([key[answers] for key in keys])]
    return ordered[runs(prompts[ordered])]


def _drop_between(rated: Rated, counted: Codes, left: Flags) -> None:
    over = counted[left[rated.of[counted]]]
    rated.fates.drop(over, "between_best_and_worst", "other answers were rated better and worse")


def _uncontradicted(pairs: Candidates, rated: Rated) -> Candidates:
    """Without pairs that the majority of those who rated both sides, by weight, does not see that way."""
    people, weights, steps = _votes(pairs, rated)

    def weighed(flags: Flags) -> Numbers:
        return np.bincount(people[flags], weights[flags], len(pairs)).astype(np.float64)

    likes, dislikes = weighed(steps > 0), weighed(steps < 0)
    flags = (dislikes > 0) & (likes <= dislikes)
    against = np.bincount(people[steps < 0], minlength=len(pairs))
    seen = [f"{n} of those who rated both prefer the other" for n in against[flags].tolist()]
    return pairs.without(flags, rated.fates, "raters_contradict", seen)


def _votes(pairs: Candidates, rated: Rated) -> tuple[Codes, Numbers, Numbers]:
    """Of each who rated both sides of a pair: the pair, their weight, and how much better the chosen is."""
    at = np.flatnonzero(pairs.of >= 0)
    pair = pairs.of[at]
    is_chosen = rated.answers.exchanges[rated.of[at]] == pairs.chosen.exchanges[pair]
    person = together(pair, codes(rated.raters.take(pa.array(at))))
    given = np.full((2, person.max(initial=-1) + 1), np.nan)
    given[is_chosen.astype(np.int64), person] = rated.values[at]
    weights, owner = np.zeros(given.shape[1]), np.zeros(given.shape[1], np.int64)
    weights[person], owner[person] = rated.weights[at], pair
    steps = given[1] - given[0]
    both = ~np.isnan(steps)
    return owner[both], weights[both], steps[both]
