"""Who holds locks, threads and connections is told of every fork: servers fork after loading the product."""

import os
from typing import Protocol
from weakref import WeakSet

__all__ = ["Forked", "follow_forks"]


class Forked(Protocol):
    def before_fork(self) -> None: ...

    def after_fork(self, *, child: bool) -> None: ...


_followers: WeakSet[Forked] = WeakSet()
_held: list[Forked] = []  # those that were told before the fork are told after it, and no others


def follow_forks(follower: Forked) -> None:
    """Tell it of every fork for as long as it lives."""
    _followers.add(follower)


def _before() -> None:
    _held.extend(_followers)
    for follower in _held:
        follower.before_fork()


def _after(*, child: bool) -> None:
    while _held:
        _held.pop().after_fork(child=child)


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(
        before=_before,
        after_in_parent=lambda: _after(child=False),
        after_in_child=lambda: _after(child=True),
    )
