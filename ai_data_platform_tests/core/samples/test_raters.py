"""Feedback events."""

from collections import defaultdict
from random import Random
from statistics import fmean

import pytest

from ai_data_platform.core.samples.dialogues import TurnMaker
from ai_data_platform.core.samples.exchanges import Conversation, conversations
from ai_data_platform.core.samples.pages import pages
from ai_data_platform.core.samples.raters import Event, Raters
from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.core.samples.timeline import log_files


def _made(spec: SampleSpec) -> tuple[list[Conversation], list[Event], Raters]:
    chance = Random("7/chat").random
    maker = TurnMaker([page.facts for page in pages(7, 12)], chance)
    files = list(log_files(spec))
    made = [c for file in files for c in conversations(file, maker, 100, chance)]
    raters = Raters(spec, Random("7/feedback").random)
    return made, [event for c in made for event in raters.events(c)], raters


MADE, EVENTS, RATERS = _made(SampleSpec(conversations=900, feedback=4_000))
KNOWN = {e.message_id: e for made in MADE for e in made.exchanges}


@pytest.mark.parametrize(
    ("conversations", "feedback"), [(1, 0), (1, 50), (90, 7), (90, 1_000), (300, 301)]
)
def test_there_are_exactly_as_many_events_as_asked_for(conversations: int, feedback: int) -> None:
    _, events, raters = _made(SampleSpec(conversations=conversations, feedback=feedback))
    assert len(events) == raters.written == feedback


def test_a_retry_is_the_same_event_once_more() -> None:
    seen: dict[str, Event] = {}
    retries = 0
    for event in EVENTS:
        retries += event["event_id"] in seen
        assert seen.setdefault(event["event_id"], event) == event
    assert retries == RATERS.tally["feedback_retries"] > 0


def test_defects_are_counted_once_for_each_event() -> None:
    once = {event["event_id"]: event for event in EVENTS}.values()
    lost = [e for e in once if e["message_id"] is not None and e["message_id"] not in KNOWN]
    assert len(lost) == RATERS.tally["feedback_unknown_message"] > 0
    outside = [e for e in once if not 1 <= e["rating"] <= 5]
    assert len(outside) == RATERS.tally["feedback_rating_out_of_range"] > 0
    whole = [e for e in once if e["message_id"] is None]
    assert len(whole) == RATERS.tally["feedback_whole_conversation"] > 0


def test_most_ratings_say_what_the_answer_is_worth_and_one_in_seven_does_not() -> None:
    ratings = [
        (event["rating"], KNOWN[event["message_id"]].score)
        for event in EVENTS
        if event["message_id"] in KNOWN and 1 <= event["rating"] <= 5
    ]
    assert 0.82 < fmean(rating == worth for rating, worth in ratings) < 0.88
    contrary = fmean(rating == 6 - worth for rating, worth in ratings if worth != 3)
    assert 0.02 < contrary < 0.04


def test_the_answers_to_one_message_are_rated_by_the_same_two_to_four_people() -> None:
    raters: dict[str, set[str]] = defaultdict(set)
    for event in EVENTS:
        if event["message_id"] in KNOWN:
            raters[event["message_id"]].add(event["user_id"])
    groups: dict[str, list[set[str]]] = defaultdict(list)
    for exchange in KNOWN.values():
        if exchange.siblings > 1:
            groups[exchange.parent_message_id].append(raters[exchange.message_id])
    shared = [len(set.intersection(*group)) for group in groups.values()]
    assert fmean(count >= 2 for count in shared) > 0.95


def test_feedback_comes_after_the_answer_and_sometimes_with_words() -> None:
    commented = [event["feedback_text"] for event in EVENTS if event["feedback_text"]]
    assert 0.25 < len(commented) / len(EVENTS) < 0.35
    assert [text for text in commented if "{" in text or "[" in text] == []
