"""A language model as the judge of answers: a scorer beside the offline one, behind the same protocol."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai_data_platform.core.evaluation.claims import (
    Estimate,
    Judgement,
    Unjudged,
    combine,
    empty_part,
    estimate,
    parse_claims,
    parse_verdicts,
)
from ai_data_platform.core.evaluation.faithfulness import Case, Evidence, Score
from ai_data_platform.core.evaluation.judge_options import JudgeOptions
from ai_data_platform.core.evaluation.judge_prompts import (
    PROTOCOL,
    extraction_prompt,
    verification_prompt,
)
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.stores.judge_cache import JudgementCache, judgement_cache
from ai_data_platform.stores.judge_endpoint import Dialect, Endpoint

__all__ = ["JudgeOptions", "JudgeProgress", "LlmJudge"]

JudgeProgress = Callable[[int, int], None]
"""Told how many judgements are done, and of how many: cases times repeats, cached ones included."""

_NOTHING_STATED = "no_claims"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Draw:
    """One judgement to get: a case and which of its repeats."""

    case: Case
    repeat: int


_Outcome = Judgement | Unjudged


class LlmJudge:
    """The share of an answer's claims that the contexts support, as a model at an endpoint sees it.

    Give it a reference answer and the share is the context recall. Each repeat asks for the claims
    anew: half of the judge's spread is in how it cuts an answer up, and shared claims would hide it.
    A case with a repeat that failed has no score, since a mean over those that came through would lean
    to what the judge finds easy. Its good repeats are kept, so the next run asks for the others only.

    Reasons for no score: `empty_answer`, `empty_contexts`, `no_claims`; `judge_timeout`,
    `judge_rate_limited`, `judge_failed` (5xx, or the connection broke off), `judge_unreachable`,
    `judge_denied` (key refused, account empty), `judge_not_found` (no such model or path),
    `judge_rejected` (other 4xx, such as a prompt too long), `judge_refused` (by the model or its
    filter), `judge_truncated`, `judge_malformed`.
    """

    def __init__(
        self,
        options: JudgeOptions,
        cache: Path,
        progress: JudgeProgress | None = None,
        announce: Callable[[str], None] | None = None,
    ) -> None:
        self._options = options
        self._cache = cache
        self._progress = progress or (lambda done, total: None)
        self._announce = announce or (lambda line: None)
        self._dialect = Dialect()

    @property
    def version(self) -> str:
        return "llm-judge-1"

    @property
    def fingerprint(self) -> str:
        """Equal for the same model, prompts and repeats, wherever the model is served."""
        options = self._options
        known = {"model": options.model, "protocol": PROTOCOL, "repeats": options.repeats}
        return fingerprint({"scorer": self.version, **known})

    @property
    def repeats(self) -> int:
        """How many judgements a score's spread comes from."""
        return self._options.repeats

    def score(self, question: str, answer: str, contexts: Sequence[str]) -> Score:
        return self.score_all([Case(question, answer, tuple(contexts))])[0]

    def score_all(self, cases: Sequence[Case]) -> list[Score]:
        """One score a case, in their order; what is cached is not asked again.

        `announce` is told the estimate before anything is asked. Runs an event loop of its own, so it
        cannot be called from within one. Raises ConfigurationError for a cache that cannot be used,
        before anything is asked.
        """
        draws = self._draws(cases)
        with judgement_cache(self._cache) as cache:
            found: dict[str, _Outcome] = {**cache.find(draws)}
            self._progress(len(found), len(draws))
            if len(found) < len(draws):
                self._announce(self._priced(draws, found).summary)
                asyncio.run(self._ask_for_missing(draws, found, cache))
        _warn_of_failures(found)
        return [self._score(case, found) for case in cases]

    def estimate(self, cases: Sequence[Case]) -> Estimate:
        """What `score_all` would ask for now, were nothing tried again. Raises as it does."""
        draws = self._draws(cases)
        with judgement_cache(self._cache) as cache:
            return self._priced(draws, cache.find(draws))

    def _priced(self, draws: Mapping[str, _Draw], known: Mapping[str, object]) -> Estimate:
        missing = (draw.case for key, draw in draws.items() if key not in known)
        prices = self._options
        return estimate(missing, price_in=prices.price_in, price_out=prices.price_out)

    def _draws(self, cases: Sequence[Case]) -> dict[str, _Draw]:
        """Every judgement that the cases need, by its key in the cache; equal cases share theirs."""
        return {
            self._key(case, repeat): _Draw(case, repeat)
            for case in cases
            if not empty_part(case)
            for repeat in range(self._options.repeats)
        }

    def _key(self, case: Case, repeat: int) -> str:
        model = self._options.model
        return hash_text(PROTOCOL, model, str(repeat), case.question, case.answer, *case.contexts)

    async def _ask_for_missing(
        self, draws: Mapping[str, _Draw], found: dict[str, _Outcome], cache: JudgementCache
    ) -> None:
        """Fill `found`; as many workers take from the one queue as requests may run at a time."""
        queue = iter([item for item in draws.items() if item[0] not in found])
        async with Endpoint(self._options, self._dialect) as endpoint:

            async def work() -> None:
                for key, draw in queue:
                    found[key] = outcome = await _judge(endpoint, draw)
                    if not isinstance(outcome, Unjudged):
                        cache.keep(key, outcome)
                        endpoint.note(None)
                    elif outcome.reason != _NOTHING_STATED:  # that is a good reply
                        endpoint.note(outcome)
                    self._progress(len(found), len(draws))

            await asyncio.gather(*(work() for _ in range(self._options.concurrency)))

    def _score(self, case: Case, found: Mapping[str, _Outcome]) -> Score:
        if reason := empty_part(case):
            return Score(None, Evidence(unscored=reason))
        judgements: list[Judgement] = []
        for repeat in range(self._options.repeats):
            outcome = found[self._key(case, repeat)]
            if isinstance(outcome, Unjudged):
                return Score(None, Evidence(unscored=outcome.reason))
            judgements.append(outcome)
        return combine(judgements)


async def _judge(endpoint: Endpoint, draw: _Draw) -> _Outcome:
    """The judgement of one answer, or why there is none."""
    case, seed = draw.case, draw.repeat
    try:
        claims = await endpoint.ask(extraction_prompt(case), seed, parse_claims)
        if not claims:
            return Unjudged(_NOTHING_STATED, "the judge finds that the answer states nothing")
        prompt = verification_prompt(case, claims)
        return await endpoint.ask(prompt, seed, lambda text: parse_verdicts(text, claims))
    except Unjudged as failure:
        return failure


def _warn_of_failures(found: Mapping[str, _Outcome]) -> None:
    failures = Counter(str(found) for found in _failures(found))
    if failures:
        counts = ", ".join(f"{count} × {failure}" for failure, count in sorted(failures.items()))
        _log.warning("%d of %d judgements failed: %s", failures.total(), len(found), counts)


def _failures(found: Mapping[str, _Outcome]) -> Iterator[Unjudged]:
    return (outcome for outcome in found.values() if isinstance(outcome, Unjudged))
