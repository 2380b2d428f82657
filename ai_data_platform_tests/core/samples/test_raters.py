"""Feedback events."""

from collections import defaultdict
from datetime import datetime
from random import Random
from statistics import fmean

import pyarrow as pa
import pytest

from ai_data_platform.core.agreement import RATINGS, agreement_of, task_labels
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


STARS = [event for event in EVENTS if event["kind"] == "stars" and event["message_id"] in KNOWN]
CARELESS = {"r0013", "r0058"}


def test_most_ratings_say_what_the_answer_is_worth_and_one_in_nine_does_not() -> None:
    ratings = [
        (event["rating"], KNOWN[event["message_id"]].score)
        for event in STARS
        if 1 <= event["rating"] <= 5 and event["user_id"] not in CARELESS
    ]
    assert 0.87 < fmean(rating == worth for rating, worth in ratings) < 0.91
    contrary = fmean(rating == 6 - worth for rating, worth in ratings if worth != 3)
    assert 0.005 < contrary < 0.015


def test_two_people_are_careless() -> None:
    wrong: dict[str, list[bool]] = defaultdict(list)
    for event in STARS:
        worth = KNOWN[event["message_id"]].score
        wrong[event["user_id"]].append(worth != 3 and event["rating"] == 6 - worth)
    assert {name for name, found in wrong.items() if fmean(found) > 0.15} == CARELESS


def test_the_answers_to_one_message_are_judged_by_the_same_three_to_five_people() -> None:
    raters: dict[str, set[str]] = defaultdict(set)
    for event in EVENTS:
        if event["message_id"] in KNOWN:
            raters[event["message_id"]].add(event["user_id"])
    groups: dict[str, list[set[str]]] = defaultdict(list)
    for exchange in KNOWN.values():
        if exchange.siblings > 1:
            groups[exchange.parent_message_id].append(raters[exchange.message_id])
    shared = [len(set.intersection(*group)) for group in groups.values()]
    assert fmean(count >= 3 for count in shared) > 0.95


def test_siblings_are_judged_in_the_order_that_they_were_shown_in() -> None:
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in EVENTS:
        if "shown_position" in event:
            prompt = KNOWN[event["message_id"]].parent_message_id
            places[event["user_id"], prompt].append(event["shown_position"])
    assert {tuple(found) for found in places.values()} == {(1, 2), (1, 2, 3)}


def test_a_comparison_is_two_events_of_one_moment_for_the_better_and_the_worse() -> None:
    moments: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for event in EVENTS:
        if event["kind"] == "comparison":
            prompt = KNOWN[event["message_id"]].parent_message_id
            moments[event["user_id"], prompt, event["created_at"]].append(event["rating"])
    assert len(moments) == RATERS.tally["feedback_comparisons"] > 100
    found = [tuple(sorted(ratings)) for ratings in moments.values()]
    assert set(found) <= {(1, 5), (3, 3)}
    assert fmean(pair == (1, 5) for pair in found) > 0.95


def test_a_thumb_is_up_or_down() -> None:
    thumbs = [event["rating"] for event in EVENTS if event["kind"] == "thumbs"]
    assert len(thumbs) > 150
    assert {rating for rating in thumbs if 1 <= rating <= 5} == {1, 5}


def test_an_edit_is_another_text_and_some_give_personal_data_away() -> None:
    edits = {e["event_id"]: e for e in EVENTS if "edited_text" in e}
    known = [e for e in edits.values() if e["message_id"] in KNOWN]
    texts = [(e["edited_text"], KNOWN[e["message_id"]].assistant_message) for e in known]
    assert all(edit != answer and len(edit) > 20 for edit, answer in texts)
    assert len(edits) == RATERS.tally["feedback_edits"] > 50
    personal = sum("@" in e["edited_text"] for e in edits.values())
    assert personal == RATERS.tally["feedback_edits_with_personal_data"] > 5


def test_some_people_rate_the_same_answer_again() -> None:
    given: dict[tuple[str, str], set[str]] = defaultdict(set)
    for event in STARS:
        if "shown_position" in event or KNOWN[event["message_id"]].siblings > 1:
            given[event["user_id"], event["message_id"]].add(event["event_id"])
    again = sum(len(events) > 1 for events in given.values())
    assert again >= RATERS.tally["feedback_second_looks"] > 30


def test_feedback_comes_after_the_answer_and_sometimes_with_words() -> None:
    commented = [event["feedback_text"] for event in EVENTS if event["feedback_text"]]
    assert 0.25 < len(commented) / len(EVENTS) < 0.35
    assert [text for text in commented if "{" in text or "[" in text] == []


def test_people_agree_enough_for_the_gate_and_not_perfectly() -> None:
    rows = [
        event
        | {
            "prompt_id": KNOWN[event["message_id"]].parent_message_id,
            "rater": event["user_id"],
            "created_at": datetime.fromisoformat(event["created_at"]),
        }
        for event in {event["event_id"]: event for event in EVENTS}.values()
        if event["message_id"] in KNOWN and 1 <= event["rating"] <= 5
    ]
    labels, _ = task_labels(pa.Table.from_pylist(rows, schema=RATINGS), "preference")
    found = agreement_of(labels)
    assert found.items > 200
    assert found.alpha.above(0.75)
    assert found.alpha.value is not None
    assert found.alpha.value < 0.9
