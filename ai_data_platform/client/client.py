"""The client of a product: what is rated is kept at once and sent in the background."""

import atexit
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from ai_data_platform.client.forks import follow_forks
from ai_data_platform.client.letters import Letter
from ai_data_platform.client.outbox import DeadLetter, Outbox
from ai_data_platform.client.ratings import Ratings
from ai_data_platform.client.sender import Sender, SenderOptions
from ai_data_platform.client.service import Service

__all__ = ["Batch", "FeedbackClient", "State"]

_log = logging.getLogger("ai_data_platform.client")
_POLL_S = 0.01
_CLOSE_S = 5.0


@dataclass(frozen=True, slots=True)
class State:
    """Letters that wait in the outbox and that were ever refused there, those that this client brought to
    the service, and why the last request failed (None: it did not)."""

    waiting: int
    refused: int
    sent: int
    last_error: str | None


class FeedbackClient(Ratings):
    """Keeps each rating in an outbox and returns; a thread sends it until the service has stored it.

    With `outbox`, a file, ratings outlive this process, and several processes may share it; without one they
    are kept in memory. At most `capacity` letters wait. Safe for threads and forks. Leaving the process waits
    up to five seconds for what is left.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        outbox: Path | None = None,
        capacity: int = 100_000,
        timeout_s: float = 10.0,
        sending: SenderOptions = SenderOptions(),  # noqa: B008  frozen
    ) -> None:
        service = Service(url, token, timeout_s=timeout_s)
        self._outbox = Outbox(outbox, capacity=capacity)
        self._sender = Sender(self._outbox, service, sending)
        self._closed = False
        follow_forks(self)
        atexit.register(self.close)
        if self._outbox.waiting():
            self._sender.wake()

    def batch(self) -> "Batch":
        """The same calls, kept all at once when the `with` block ends, or none where it raises."""
        return Batch(self)

    def flush(self, timeout_s: float) -> bool:
        """Wait until the service has answered for all that is kept by now. Whether it did in time."""
        upto = self._outbox.last()
        deadline = monotonic() + timeout_s
        if self._outbox.waiting(upto):
            self._sender.hurry()
        while self._outbox.waiting(upto):
            if monotonic() >= deadline:
                return False
            sleep(_POLL_S)
        return True

    def state(self) -> State:
        """What waits, what went out, what was refused; costs the same at any size."""
        return State(
            waiting=self._outbox.waiting(),
            refused=self._outbox.refused(),
            sent=self._sender.sent,
            last_error=self._sender.last_error,
        )

    def dead_letters(self) -> list[DeadLetter]:
        """Letters that the service refused for good, with status and reason; the newest 1,000 are kept."""
        return self._outbox.dead()

    def revive_dead_letters(self) -> int:
        """Send the dead letters once more, after the service or its limits changed. How many."""
        revived = self._outbox.revive()
        self._sender.wake()
        return revived

    def close(self, timeout_s: float = _CLOSE_S) -> None:
        """Flush, and end the thread. What is left then stays in the file, or is lost from memory, with a
        warning."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        try:
            if not self.flush(timeout_s):
                left, error = self._outbox.waiting(), self._sender.last_error
                fate = "lost" if self._outbox.in_memory else "kept for the next start"
                _log.warning("%d letters were not sent and are %s: %s", left, fate, error)
        finally:
            self._sender.stop(timeout_s=1.0)
            self._outbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def before_fork(self) -> None:
        """Nobody may be inside SQLite while the process is copied."""
        self._outbox.lock()

    def after_fork(self, *, child: bool) -> None:
        """The parent goes on; the child starts with a connection and a thread of its own."""
        if child:
            self._outbox.reopen()
            self._sender.reset()
        else:
            self._outbox.unlock()

    def _keep(self, letters: Sequence[Letter]) -> None:
        self._outbox.put(letters)
        self._sender.wake()


class Batch(Ratings):
    """Calls that are collected, and kept together when the block ends."""

    def __init__(self, client: FeedbackClient) -> None:
        self._client = client
        self._letters: list[Letter] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._letters:
            self._client._keep(self._letters)

    def _keep(self, letters: Sequence[Letter]) -> None:
        self._letters.extend(letters)
