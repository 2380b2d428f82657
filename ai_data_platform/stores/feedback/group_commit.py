"""Requests of many threads that wait at the same moment are committed together."""

from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Generic, TypeVar, cast

from ai_data_platform.stores.feedback.answers import StoreUnavailable

__all__ = ["GroupCommit"]

_Request = TypeVar("_Request")
_Result = TypeVar("_Result")

_MAX_GROUP = 512
"""Requests of one commit: enough to share one wait for the disk, few enough to answer in good time."""


class _Waiting(Generic[_Request, _Result]):
    def __init__(self, request: _Request) -> None:
        self.request = request
        self.turn = Event()  # its result is there, or nobody leads and it is the first
        self.result: _Result | None = None
        self.error: Exception | None = StoreUnavailable("the commit broke off: send it again")
        self.done = False

    def fail(self, error: Exception) -> None:
        self.error = error

    def succeed(self, result: _Result) -> None:
        self.result, self.error = result, None


class GroupCommit(Generic[_Request, _Result]):
    """The first thread to come commits, for itself; those that come meanwhile are committed by the next.

    No thread of its own: one caller alone pays nothing for it. `commit` takes requests in the order of
    their arrival and gives one result each. When it raises, and not because the database cannot serve,
    each request is tried alone, so that a bad one does not take its neighbours along.
    """

    def __init__(self, commit: Callable[[Sequence[_Request]], Sequence[_Result]]) -> None:
        self._commit = commit
        self._lock = Lock()
        self._queue: list[_Waiting[_Request, _Result]] = []
        self._led = False

    def __call__(self, request: _Request) -> _Result:
        """The result of this request, once it is committed; raises what committing it raised."""
        waiting: _Waiting[_Request, _Result] = _Waiting(request)
        with self._lock:
            self._queue.append(waiting)
            leads, self._led = not self._led, True
        if not leads:
            waiting.turn.wait()
        if not waiting.done:
            self._lead()
        if waiting.error is not None:
            raise waiting.error
        return cast(_Result, waiting.result)

    def _lead(self) -> None:
        with self._lock:
            group, self._queue = self._queue[:_MAX_GROUP], self._queue[_MAX_GROUP:]
        try:
            self._settle(group)
        finally:
            for one in group:
                one.done = True
                one.turn.set()
            with self._lock:
                self._led = bool(self._queue)
                if self._queue:
                    self._queue[0].turn.set()

    def _settle(self, group: Sequence[_Waiting[_Request, _Result]]) -> None:
        try:
            results = self._commit([one.request for one in group])
        except StoreUnavailable as error:
            for one in group:  # each thread raises one of its own
                one.fail(StoreUnavailable(str(error)))
        except Exception as error:  # noqa: BLE001  # its own thread raises it
            if len(group) == 1:
                group[0].fail(error)
                return
            for one in group:
                self._settle([one])
        else:
            for one, result in zip(group, results, strict=True):
                one.succeed(result)
