"""One OpenAI-compatible endpoint: a prompt in, what was read of a good reply out, or why there is none."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from types import TracebackType
from typing import Any, Self, TypeVar

from ai_data_platform.core.evaluation.claims import Unjudged, reply_text
from ai_data_platform.core.evaluation.judge_options import JudgeOptions
from ai_data_platform.core.evaluation.judge_prompts import TEMPERATURE, Prompt

__all__ = ["Dialect", "Endpoint"]

_T = TypeVar("_T")

_TRIED_AGAIN = frozenset(
    {
        "judge_failed",
        "judge_malformed",
        "judge_rate_limited",
        "judge_timeout",
        "judge_unreachable",
    }
)
_HOPELESS = frozenset({"judge_denied", "judge_not_found", "judge_unreachable"})
"""What the next case would meet as well."""
_GIVE_UP_AFTER = 10
"""Failures in a row after which nothing more is asked. When one case in fifty fails, which is the most
that the index gate lets pass, ten in a row have odds of 10^-17; an endpoint that hangs would cost hours."""

_REASONS = {
    401: "judge_denied",
    402: "judge_denied",
    403: "judge_denied",
    404: "judge_not_found",
    405: "judge_not_found",
    408: "judge_failed",
    409: "judge_failed",
    429: "judge_rate_limited",
}
_REASONS_BY_CODE = {
    "content_filter": "judge_refused",
    "content_policy_violation": "judge_refused",
    "insufficient_quota": "judge_denied",  # comes as a 429, but waiting does not fill an account
}
_CODE = re.compile(r"[a-z]{2,20}(_[a-z]{2,20}){1,5}")  # context_length_exceeded; no key looks so
_SEEDS_APART = 1_000  # more than there are repeats: an attempt never has the seed of another repeat


class Dialect:
    """Which form of structured output an endpoint takes, once that is known.

    Many servers know no JSON schema and answer 400 to one. They are asked for plain JSON then, without
    a seed, which some refuse as well; the prompts describe the form in words in any case.
    """

    def __init__(self) -> None:
        self._known: str | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """What to try, in this order."""
        return (self._known,) if self._known else ("json_schema", "json_object")

    def works(self, form: str) -> None:
        self._known = form


class Endpoint:
    """Asks the judge, for one run within one event loop; use it as an async context manager.

    It gives up for good, with the reason of the last failure, when there is no point in going on.
    """

    def __init__(self, options: JudgeOptions, dialect: Dialect) -> None:
        self._options = options
        self._dialect = dialect
        self._failures_in_a_row = 0
        self._given_up: Unjudged | None = None

    async def __aenter__(self) -> Self:
        import openai  # half a second: only who asks a judge pays for it

        options = self._options
        self._client = openai.AsyncOpenAI(
            base_url=options.url,
            api_key="",  # each request carries its own
            admin_api_key="",
            timeout=openai.Timeout(options.timeout, connect=min(10.0, options.timeout / 2)),
            max_retries=0,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def ask(self, prompt: Prompt, seed: int, read: Callable[[str], _T]) -> _T:
        """What `read` makes of the reply. Raises Unjudged when the attempts are used up."""
        for attempt in count():
            if self._given_up:
                raise Unjudged(self._given_up.reason, self._given_up.detail)
            try:
                answer = read(await self._send(prompt, seed + attempt * _SEEDS_APART))
            except Unjudged as failure:
                wait = self._wait(failure, attempt)
                if wait is None:
                    raise
                await asyncio.sleep(wait)
            else:
                return answer
        raise AssertionError("count() never ends")

    def note(self, failure: Unjudged | None) -> None:
        """Told how each judgement ended, so that it can give up.

        A judgement is counted whole: one that always fails at its second request is no success.
        """
        if failure is None:
            self._failures_in_a_row = 0
            return
        self._failures_in_a_row += 1
        if failure.reason in _HOPELESS or self._failures_in_a_row >= _GIVE_UP_AFTER:
            self._given_up = failure

    def _wait(self, failure: Unjudged, attempt: int) -> float | None:
        """Seconds until the next attempt; None when there is none."""
        options = self._options
        if failure.reason not in _TRIED_AGAIN or attempt >= options.retries:
            return None
        if failure.retry_after is not None:
            return failure.retry_after if failure.retry_after <= options.longest_wait else None
        return float(min(options.backoff * 2**attempt, options.longest_wait))

    async def _send(self, prompt: Prompt, seed: int) -> str:
        *others, last = self._dialect.forms
        for form in others:
            try:
                return await self._sent(prompt, seed, form)
            except Unjudged as failure:
                if failure.reason != "judge_rejected":
                    raise
        return await self._sent(prompt, seed, last)

    async def _sent(self, prompt: Prompt, seed: int, form: str) -> str:
        body = await self._post(_request(self._options.model, prompt, seed, form))
        self._dialect.works(form)
        return reply_text(body)

    async def _post(self, request: Mapping[str, Any]) -> bytes:
        """The body of a good response. Raises Unjudged, which holds nothing of the request."""
        import openai

        key = self._options.key
        # Said for each request: the library takes what is left unsaid from the environment.
        headers = {
            "Authorization": f"Bearer {key}" if key else openai.omit,
            "OpenAI-Organization": openai.omit,
            "OpenAI-Project": openai.omit,
        }
        try:
            # The library's timeouts are for each read: a reply that drips would never end.
            async with asyncio.timeout(self._options.timeout):
                return await self._client.post(
                    "/chat/completions", cast_to=bytes, body=request, options={"headers": headers}
                )
        except openai.APIStatusError as error:
            failure = _refused(error.status_code, error.code, error.response.headers)
        except (openai.APIConnectionError, TimeoutError) as error:
            failure = _unanswered(error, self._options.timeout)
        raise failure  # out here, so that no trace leads back to the request and its key


def _request(model: str, prompt: Prompt, seed: int, form: str) -> dict[str, Any]:
    """The body of a request. No limit on tokens: one that cuts a verdict short makes it worthless."""
    messages = [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": prompt.user},
    ]
    request = {"model": model, "messages": messages, "temperature": TEMPERATURE}
    if form == "json_object":
        return {**request, "response_format": {"type": form}}
    schema = {"name": prompt.name, "strict": True, "schema": prompt.schema}
    return {**request, "seed": seed, "response_format": {"type": form, "json_schema": schema}}


def _refused(status: int, code: str | None, headers: Mapping[str, str]) -> Unjudged:
    """Why a response is none. Its message is not kept: servers quote keys and prompts in it."""
    by_status = _REASONS.get(status, "judge_failed" if status >= 500 else "judge_rejected")
    reason = _REASONS_BY_CODE.get(code or "", by_status)
    known = f" {code}" if code and _CODE.fullmatch(code) else ""
    return Unjudged(reason, f"HTTP {status}{known}", _retry_after(headers.get("retry-after")))


def _unanswered(error: Exception, timeout: float) -> Unjudged:
    import httpx2  # what openai speaks HTTP with

    if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
        return Unjudged("judge_unreachable", "no connection could be made")
    if isinstance(error, TimeoutError) or isinstance(error.__cause__, httpx2.TimeoutException):
        return Unjudged("judge_timeout", f"no whole reply within {timeout:g} s")
    return Unjudged("judge_failed", "the connection broke off")


def _retry_after(value: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as a date."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value)
    return max(seconds, 0.0) if seconds == seconds else None


def _seconds_until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return float("nan")
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
