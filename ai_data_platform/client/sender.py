"""The thread that brings letters to the service and takes its answers."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread

from ai_data_platform.client.batches import batches, detail_of, path_and_body, receipt
from ai_data_platform.client.errors import NotKept
from ai_data_platform.client.outbox import Outbox, Waiting
from ai_data_platform.client.service import Answer, Service, Unreachable

__all__ = ["Sender", "SenderOptions"]

_log = logging.getLogger("ai_data_platform.client")

_FAULT_OF_THE_LETTER = frozenset({400, 409, 410, 413, 422})
"""Sent again, it would be refused again. Any other failure is one of the moment or of the set-up (a wrong
token or URL), and the letters wait: mending a token must not have cost a rating."""


@dataclass(frozen=True, slots=True)
class SenderOptions:
    """How letters go out."""

    batch: int = 200
    """Ratings in one request. The service takes 1,000; smaller ones keep the outbox's writes short."""
    linger_s: float = 0.05
    """After a quiet time the first letter waits so long for others to travel with; `flush` does not wait."""
    lease_s: float = 30.0
    """How long letters are this sender's own: longer than a request may take, `timeout_s`."""
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    """Waits double from the first to the longest, each shortened at random by up to a half, so that many
    clients do not come back at the same moment."""
    idle_s: float = 2.0
    """How often an idle sender looks for letters that another process left in a shared file."""


class Sender:
    """Sends what waits in an outbox, in a daemon thread that starts with the first letter."""

    def __init__(self, outbox: Outbox, service: Service, options: SenderOptions) -> None:
        self._outbox, self._service, self._options = outbox, service, options
        self.sent = 0
        self.last_error: str | None = None
        self.reset()

    def reset(self) -> None:
        """Forget thread and connection: after a fork they belong to the parent."""
        self._thread: Thread | None = None
        self._starting = Lock()
        self._something, self._hurried, self._stopped = Event(), Event(), Event()
        self._random = random.Random()  # children that share one would come back at the same moment
        self._failures = 0
        self._service.forget()

    def wake(self) -> None:
        """There is something to send."""
        with self._starting:
            if not self._stopped.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = Thread(target=self._run, name="aidp-feedback-sender", daemon=True)
                self._thread.start()
        if not self._something.is_set():
            self._something.set()

    def hurry(self) -> None:
        """Try now rather than after the wait; a wait that the service asked for is kept."""
        self._hurried.set()
        self.wake()

    def stop(self, timeout_s: float) -> None:
        """End the thread. A request that is still under way then is left to its fate: it is sent again."""
        self._stopped.set()
        self._something.set()
        self._hurried.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        self._rest()
        while not self._stopped.is_set():
            try:
                letters = self._outbox.claim(self._most(), self._options.lease_s)
                if letters:
                    self._deliver(letters)
                else:
                    self._rest()
            except NotKept as error:
                self._back_off(str(error), None)
        self._service.close()

    def _rest(self) -> None:
        if self._something.wait(self._options.idle_s):
            self._something.clear()
            self._hurried.wait(self._options.linger_s)
            self._hurried.clear()

    def _most(self) -> int:
        """Half as many letters after each failure: one that the service breaks on is found at last."""
        return max(self._options.batch >> min(self._failures, 16), 1)

    def _deliver(self, letters: Sequence[Waiting]) -> None:
        """Send all, request by request; at the first failure that is not a letter's own the rest waits."""
        undone = list(letters)
        for batch in batches(letters):
            status: int | None = None
            try:
                answer = self._send(batch)
            except Unreachable as error:
                said, asked = str(error), None
            else:
                if answer is None:
                    undone = undone[len(batch) :]
                    continue
                status, asked = answer.status, answer.retry_after_s
                said = f"{status} {detail_of(answer)}"
            if status == 500 and len(letters) == 1:
                undone = []  # its lease goes on: the letters behind it are tried first
            self._outbox.release(undone)
            self._back_off(said, asked)
            return

    def _send(self, batch: Sequence[Waiting]) -> Answer | None:
        """Send a batch until each letter is done with. The answer of a failure that will pass, else None."""
        answer = self._service.post(*path_and_body(batch))
        if 200 <= answer.status < 300:
            self._settle(batch, answer)
            return None
        if answer.status not in _FAULT_OF_THE_LETTER:
            return answer
        if len(batch) == 1:
            self._bury(batch[0], answer.status, detail_of(answer))
            return None
        middle = len(batch) // 2  # which of them it is, the answer does not say
        return self._send(batch[:middle]) or self._send(batch[middle:])

    def _settle(self, batch: Sequence[Waiting], answer: Answer) -> None:
        stored, refused = receipt(batch, answer)
        for refusal in refused:
            self._bury(*refusal)
        self._outbox.remove(stored)
        self.sent += len(stored)
        self._failures, self.last_error = 0, None

    def _bury(self, waiting: Waiting, status: int, reason: str) -> None:
        self._outbox.bury(waiting, status, reason)
        self._failures = 0
        letter = waiting.letter
        _log.warning("the service refused %s %s: %s %s", letter.route, letter.key, status, reason)

    def _back_off(self, said: str, asked_s: float | None) -> None:
        """Wait after a failure: twice as long as the time before, and never less than was asked for."""
        if self._failures == 0:
            _log.warning("ratings wait, the service cannot take them now: %s", said)
        self.last_error = said
        doubled = self._options.first_wait_s * 2.0 ** min(self._failures, 30)
        self._failures += 1
        if asked_s is not None:
            self._stopped.wait(asked_s + self._random.uniform(0.0, self._options.first_wait_s))
            return
        longest = min(doubled, self._options.longest_wait_s)
        self._hurried.clear()
        if not self._stopped.is_set():
            self._hurried.wait(longest * self._random.uniform(0.5, 1.0))
