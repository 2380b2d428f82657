"""Faithfulness by claims, in the manner of ragas: which share of an answer's claims holds.

A language model is asked twice: first for the claims of the answer, then whether the contexts
support each of them (`judge_prompts`). This module reads the replies strictly: one that does not fit is
no judgement, never a good or a bad one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

import orjson

from ai_data_platform.core.errors import AidpError
from ai_data_platform.core.evaluation.faithfulness import Case, Evidence, Score
from ai_data_platform.core.evaluation.judge_prompts import extraction_prompt, verification_prompt
from ai_data_platform.core.evaluation.terms import sentences

__all__ = [
    "ClaimVerdict",
    "Estimate",
    "Judgement",
    "Unjudged",
    "combine",
    "empty_part",
    "estimate",
    "parse_claims",
    "parse_verdicts",
    "reply_text",
]


class Unjudged(AidpError):
    """The judge gave no judgement.

    `reason` is a short identifier that is counted (`judge_timeout`), `detail` the words for a person.
    `retry_after` are the seconds after which the endpoint asked to be tried again.
    """

    def __init__(self, reason: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What the judge said of one claim."""

    claim: str
    supported: bool
    reason: str


Judgement = tuple[ClaimVerdict, ...]
"""What the judge said of one answer, once: at least one claim."""


def empty_part(case: Case) -> str | None:
    """Why there is nothing to ask the judge: `empty_answer` or `empty_contexts`."""
    if not case.answer.strip():
        return "empty_answer"
    return None if any(context.strip() for context in case.contexts) else "empty_contexts"


def reply_text(body: bytes) -> str:
    """What the model said, from the body of a chat completion. Raises Unjudged."""
    try:
        choice = orjson.loads(body)["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        text, refusal = message.get("content"), message.get("refusal")
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        raise Unjudged("judge_malformed", "the reply is no chat completion") from None
    if finish == "length":
        raise Unjudged("judge_truncated", "the reply was cut at the model's token limit")
    if refusal or finish == "content_filter":
        raise Unjudged("judge_refused", "the model or its content filter refused")
    if not isinstance(text, str):
        raise Unjudged("judge_malformed", "the reply holds no text")
    return text


def parse_claims(text: str) -> tuple[str, ...]:
    """The claims of a reply; none where the answer states nothing. Raises Unjudged."""
    claims = _field(text, "claims")
    if not all(isinstance(claim, str) and claim.strip() for claim in claims):
        raise Unjudged("judge_malformed", "a claim is no text or an empty one")
    return tuple(claim.strip() for claim in claims)


def parse_verdicts(text: str, claims: Sequence[str]) -> Judgement:
    """The verdicts of a reply, one for each claim, in their order. Raises Unjudged."""
    verdicts = _field(text, "verdicts")
    if len(verdicts) != len(claims):
        raise Unjudged("judge_malformed", f"{len(verdicts)} verdicts on {len(claims)} claims")
    pairs = enumerate(zip(claims, verdicts, strict=True), 1)
    return tuple(_verdict(number, claim, verdict) for number, (claim, verdict) in pairs)


def combine(judgements: Sequence[Judgement]) -> Score:
    """The score of an answer that was judged once or several times.

    Value: the mean share of supported claims. Spread: the sample standard deviation of the shares, 0
    for a single one. Unsupported claims come from all repeats, each wording once.
    """
    shares = [fmean(verdict.supported for verdict in judgement) for judgement in judgements]
    missing = (v.claim for judgement in judgements for v in judgement if not v.supported)
    evidence = Evidence(unsupported_claims=tuple(dict.fromkeys(missing)))
    return Score(fmean(shares), evidence, stdev(shares) if len(shares) > 1 else 0.0)


_CLAIMS_PER_SENTENCE = 2
_TOKENS_PER_VERDICT = 40  # number, verdict and a reason of at most 20 words, as JSON


@dataclass(frozen=True, slots=True)
class Estimate:
    """What judging would take; `cost` in the currency of the prices.

    Tokens are a rule of thumb: four characters each, OpenAI's own for English text, and one for each
    character beyond ASCII, which is on the safe side. Two claims a sentence are an assumption, not a
    measurement. What a model thinks before it answers, and what is tried again, comes on top.
    """

    requests: int
    input_tokens: int
    output_tokens: int
    cost: float

    @property
    def summary(self) -> str:
        """One line for a person, before the money is spent."""
        return (
            f"the judge will be asked {self.requests:,} requests: about {self.input_tokens:,} tokens in "
            f"and {self.output_tokens:,} out, {self.cost:,.2f} at the prices set"
        )


def estimate(cases: Iterable[Case], *, price_in: float, price_out: float) -> Estimate:
    """The requests and tokens for judging each of these once; prices are for a million tokens."""
    requests = read = written = 0
    for case in cases:
        requests += 2
        claims = _CLAIMS_PER_SENTENCE * max(1, len(sentences(case.answer)))
        first, second = extraction_prompt(case), verification_prompt(case, (case.answer,))
        read += sum(_tokens(prompt.system + prompt.user) for prompt in (first, second))
        written += _tokens(case.answer) + claims * _TOKENS_PER_VERDICT
    cost = (read * price_in + written * price_out) / 1_000_000
    return Estimate(requests, read, written, cost)


def _tokens(text: str) -> int:
    plain = len(text.encode("ascii", "ignore"))
    return -(-plain // 4) + len(text) - plain


def _field(text: str, name: str) -> list[Any]:
    """The list that is the reply's only field. Anything beside it is not what was asked for."""
    try:
        reply = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unjudged("judge_malformed", "the reply is no JSON") from None
    if not isinstance(reply, dict) or reply.keys() != {name} or not isinstance(reply[name], list):
        raise Unjudged("judge_malformed", f"the reply is no object with the list {name} alone")
    items: list[Any] = reply[name]
    return items


def _verdict(number: int, claim: str, verdict: Any) -> ClaimVerdict:
    wanted: dict[str, Callable[[Any], bool]] = {
        "number": lambda value: type(value) is int and value == number,
        "reason": lambda value: isinstance(value, str),
        "supported": lambda value: isinstance(value, bool),
    }
    if (
        not isinstance(verdict, dict)
        or verdict.keys() != wanted.keys()
        or not all(fits(verdict[name]) for name, fits in wanted.items())
    ):
        raise Unjudged("judge_malformed", f"verdict {number} is not of the form asked for")
    return ClaimVerdict(claim, verdict["supported"], verdict["reason"])
