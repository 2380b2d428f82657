"""Requests that wait at the same moment share a commit, and nothing else."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from ai_data_platform.stores.feedback import StoreUnavailable
from ai_data_platform.stores.feedback.group_commit import GroupCommit

WAIT = 10.0


class Commits:
    """Notes each group; the first one waits until `go` is set."""

    def __init__(self, refuse: Callable[[Sequence[int]], None] = lambda group: None) -> None:
        self.groups: list[list[int]] = []
        self.started, self.go = Event(), Event()
        self.commit: GroupCommit[int, int] = GroupCommit(self._commit)
        self._refuse = refuse

    def _commit(self, group: Sequence[int]) -> list[int]:
        self.groups.append(list(group))
        self.started.set()
        assert self.go.wait(WAIT)
        self._refuse(group)
        return [number * 10 for number in group]

    def crowd(self, numbers: Sequence[int]) -> list[Future[int]]:
        """Requests of as many threads, the first one at work while all others come."""
        pool = ThreadPoolExecutor(len(numbers))
        first = pool.submit(self.commit, numbers[0])
        assert self.started.wait(WAIT)
        rest = [pool.submit(self.commit, number) for number in numbers[1:]]
        while len(self.commit._queue) < len(rest):
            pass
        self.go.set()
        pool.shutdown()
        return [first, *rest]


def test_what_comes_during_a_commit_is_committed_together_by_the_next() -> None:
    commits = Commits()
    answers = commits.crowd([1, 2, 3, 4])
    assert [one.result() for one in answers] == [10, 20, 30, 40]
    assert [sorted(group) for group in commits.groups] == [[1], [2, 3, 4]]


def test_one_that_fails_is_tried_alone_and_leaves_its_neighbours_be() -> None:
    def refuse(group: Sequence[int]) -> None:
        if 3 in group:
            raise ValueError(f"3 is no number, in {sorted(group)}")

    answers = Commits(refuse).crowd([1, 2, 3, 4])
    with pytest.raises(ValueError, match=r"in \[3\]"):
        answers.pop(2).result()
    assert [one.result() for one in answers] == [10, 20, 40]


def test_a_database_that_cannot_serve_is_asked_once_a_group_and_again_afterwards() -> None:
    down = Event()
    down.set()

    def refuse(group: Sequence[int]) -> None:
        if down.is_set():
            raise StoreUnavailable("down")

    commits = Commits(refuse)
    errors = [one.exception() for one in commits.crowd([1, 2, 3])]
    assert [str(error) for error in errors] == ["down"] * 3
    assert len({id(error) for error in errors}) == 3  # a traceback of its own for each thread
    assert len(commits.groups) == 2
    down.clear()
    assert commits.commit(7) == 70


def test_a_leader_that_is_interrupted_leaves_the_others_a_next_one() -> None:
    def refuse(group: Sequence[int]) -> None:
        if 1 in group:
            raise KeyboardInterrupt

    answers = Commits(refuse).crowd([1, 2, 3])
    with pytest.raises(KeyboardInterrupt):
        answers[0].result()
    assert [one.result() for one in answers[1:]] == [20, 30]


def test_a_group_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ai_data_platform.stores.feedback.group_commit._MAX_GROUP", 2)
    commits = Commits()
    answers = commits.crowd([1, 2, 3, 4, 5, 6])
    assert [one.result() for one in answers] == [10, 20, 30, 40, 50, 60]
    assert [len(group) for group in commits.groups] == [1, 2, 2, 1]
