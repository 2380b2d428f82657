"""What many requests bring at one moment, in few commits, each with its own answer."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from ai_data_platform.api.group_writer import GroupWriter, Stored
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.stores.feedback import Added, Conflict, FeedbackStore, StoreUnavailable
from ai_data_platform_tests.api.serving import NOW


def event(name: str, rating: int = 4) -> FeedbackEvent:
    return FeedbackEvent(f"r-{name}", name, "c1", "m1", rating, None, "u1", NOW, "feedback_api", 0)


class Slow:
    """A store's `add_each`, which takes its time and notes how many items it was given."""

    def __init__(self, store: FeedbackStore) -> None:
        self._store = store
        self.groups: list[int] = []
        self.failing = False

    def __call__(self, events: Sequence[FeedbackEvent]) -> list[Stored]:
        self.groups.append(len(events))
        time.sleep(0.02)
        if self.failing:
            raise StoreUnavailable("the disk is full")
        return self._store.add_each(events)


def test_what_comes_while_a_group_is_written_is_the_next_group(store: FeedbackStore) -> None:
    slow = Slow(store)

    async def run() -> list[list[Stored]]:
        writer = GroupWriter(slow)
        first = asyncio.create_task(writer.add([event("first")]))
        await asyncio.sleep(0.005)
        rest = [writer.add([event(f"e{number}"), event(f"f{number}")]) for number in range(50)]
        answers = await asyncio.gather(first, *rest)
        writer.close()
        return answers

    answers = asyncio.run(run())
    assert slow.groups == [1, 100]
    names = ["first", *(name for number in range(50) for name in (f"e{number}", f"f{number}"))]
    stored = {one.event_id: one.source_line for one in store.events_of_day("2024-03-01")}
    assert [added for answer in answers for added in answer] == [
        Added(stored[name], created=True) for name in names
    ]


def test_a_conflict_is_the_answer_of_its_own_event_only(store: FeedbackStore) -> None:
    async def run() -> list[list[Stored]]:
        writer = GroupWriter(Slow(store))
        await writer.add([event("e1")])
        return await asyncio.gather(
            *(writer.add([one]) for one in (event("e2"), event("e1", rating=1), event("e3")))
        )

    (first,), (second,), (third,) = asyncio.run(run())
    assert (first, third) == (Added(2, created=True), Added(3, created=True))
    assert isinstance(second, Conflict)


def test_a_store_that_fails_fails_those_of_its_group_and_the_next_one_is_tried(
    store: FeedbackStore,
) -> None:
    slow = Slow(store)

    async def run() -> list[object]:
        writer = GroupWriter(slow)
        slow.failing = True
        failed = await asyncio.gather(
            *(writer.add([event(f"e{number}")]) for number in range(3)), return_exceptions=True
        )
        slow.failing = False
        return [*failed, await writer.add([event("e0")])]

    *failed, stored = asyncio.run(run())
    assert [str(error) for error in failed] == ["the disk is full"] * 3
    assert all(isinstance(error, StoreUnavailable) for error in failed)
    assert stored == [Added(1, created=True)]


def test_a_group_is_bounded_but_a_request_is_never_cut(store: FeedbackStore) -> None:
    slow = Slow(store)

    async def run() -> None:
        writer = GroupWriter(slow)
        batches = [[event(f"{n}-{place}") for place in range(700)] for n in range(4)]
        await asyncio.gather(*(writer.add(batch) for batch in batches))

    asyncio.run(run())
    assert slow.groups == [1400, 1400]
    assert store.last_sequence() == 2800


@pytest.mark.parametrize("hung_up", [0, 1])
def test_a_caller_that_went_away_does_not_take_the_others_along(
    store: FeedbackStore, hung_up: int
) -> None:
    async def run() -> list[Stored]:
        writer = GroupWriter(Slow(store))
        tasks = [asyncio.create_task(writer.add([event(f"e{number}")])) for number in range(2)]
        await asyncio.sleep(0.005)
        tasks[hung_up].cancel()
        return await tasks[1 - hung_up]

    assert asyncio.run(run())[0].created  # type: ignore[union-attr]
    assert store.last_sequence() == 2
