"""Which letters travel in one request, and what its answer says of each of them."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ai_data_platform.client.outbox import Waiting
from ai_data_platform.client.service import Answer, Unreachable

__all__ = ["Receipt", "Refusal", "batches", "detail_of", "path_and_body", "receipt"]

_MAX_BODY_BYTES = 512 * 1024
_PATHS = {"feedback": "/feedback/batch", "messages": "/messages", "conversations": "/conversations"}
_STORED = frozenset({"stored", "already stored"})
_REFUSED = {"conflict": 409, "refused": 422}
_MAX_REASON_CHARACTERS = 500


class Refusal(NamedTuple):
    """A letter that the service will never take."""

    letter: Waiting
    status: int
    reason: str


class Receipt(NamedTuple):
    """The letters of a batch that are stored, and those that never will be."""

    stored: list[Waiting]
    refused: list[Refusal]


def batches(letters: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """Letters of one route as requests: ratings many at a time, everything else alone."""
    batch: list[Waiting] = []
    size = 0
    for waiting in letters:
        bytes_ = len(waiting.letter.body.encode())
        if batch and (waiting.letter.route != "feedback" or size + bytes_ > _MAX_BODY_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(waiting)
        size += bytes_
    if batch:
        yield batch


def path_and_body(batch: Sequence[Waiting]) -> tuple[str, bytes]:
    """Where a batch goes and what is posted there."""
    route = batch[0].letter.route
    text = ",".join(waiting.letter.body for waiting in batch)
    return _PATHS[route], (f'{{"events":[{text}]}}' if route == "feedback" else text).encode()


def receipt(batch: Sequence[Waiting], answer: Answer) -> Receipt:
    """What an answer of success says of every letter.

    Raises Unreachable for one that does not: a proxy's page of greeting has the status 200 too.
    """
    try:
        said = json.loads(answer.body)
        if batch[0].letter.route != "feedback":
            return Receipt([*batch] if said["conversation_id"] else [], [])
        results = {result["index"]: result for result in said["results"]}
        outcomes = [(waiting, results[index]) for index, waiting in enumerate(batch)]
        return Receipt(
            [waiting for waiting, result in outcomes if result["status"] in _STORED],
            [
                Refusal(waiting, _REFUSED[result["status"]], reason_of(result.get("reason")))
                for waiting, result in outcomes
                if result["status"] not in _STORED
            ],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Unreachable(f"the answer is not that of the service: {answer.body[:80]!r}") from error


def reason_of(said: object) -> str:
    """The service's words, cut to 500 characters."""
    return str(said or "no reason given")[:_MAX_REASON_CHARACTERS]


def detail_of(answer: Answer) -> str:
    """What the body of an answer of failure says, as short words."""
    try:
        found = json.loads(answer.body)
        said = found.get("detail", found)
        if isinstance(said, list):
            said = "; ".join(f"{'.'.join(map(str, f['loc'][1:]))}: {f['msg']}" for f in said)
    except (ValueError, AttributeError, KeyError, TypeError):
        said = answer.body.decode(errors="replace")
    return reason_of(said)
