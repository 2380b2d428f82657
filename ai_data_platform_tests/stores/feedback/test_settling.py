"""What a group of requests leaves behind, whatever each of them held."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.stores.feedback import Added, Conflict
from ai_data_platform.stores.feedback.series import Entry
from ai_data_platform.stores.feedback.settling import Outcome, Standing, settle


def entry(key: str, content: int) -> Entry:
    return Entry(key, (content,), (), "2024-03-01", False, f"{key} is taken")


def told(outcomes: Sequence[Outcome]) -> list[list[tuple[int, bool]] | str]:
    return [
        str(one) if isinstance(one, Conflict) else [(*added,) for added in one] for one in outcomes
    ]


def test_requests_see_what_stands_and_what_came_before_them_in_their_group() -> None:
    requests = [[entry("a", 1)], [entry("b", 1), entry("old", 1)], [entry("a", 1), entry("c", 1)]]
    settled = settle(requests, {"old": (3, (1,))}, last=7)
    assert told(settled.outcomes) == [
        [(8, True)],
        [(9, True), (3, False)],
        [(8, False), (10, True)],
    ]
    assert [(number, one.key) for number, one in settled.new] == [(8, "a"), (9, "b"), (10, "c")]


def test_what_a_refused_request_brought_is_new_again_for_the_next() -> None:
    refused = [entry("a", 1), entry("old", 2)]
    settled = settle([refused, [entry("a", 2)]], {"old": (1, (1,))}, last=1)
    assert told(settled.outcomes) == ["old is taken", [(2, True)]]
    assert [(number, one.content) for number, one in settled.new] == [(2, (2,))]


ENTRIES = st.builds(entry, st.sampled_from("abcd"), st.integers(0, 1))


@given(st.lists(st.lists(ENTRIES, max_size=4), max_size=6), st.integers(0, 5))
def test_a_group_leaves_what_its_requests_leave_one_after_the_other(
    requests: list[list[Entry]], last: int
) -> None:
    together = settle(requests, {}, last)
    standing: dict[str, Standing] = {}
    alone: list[Outcome] = []
    for request in requests:
        (outcome,) = settle([request], standing, last + len(standing)).outcomes
        alone.append(outcome)
        if not isinstance(outcome, Conflict):
            for one, added in zip(request, outcome, strict=True):
                standing.setdefault(one.key, (added.sequence, one.content))
    assert told(together.outcomes) == told(alone)
    assert {one.key: (number, one.content) for number, one in together.new} == standing
    assert [number for number, _ in together.new] == list(range(last + 1, last + 1 + len(standing)))
    assert all(isinstance(added, Added) for one in alone if isinstance(one, list) for added in one)
