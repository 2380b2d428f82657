"""Rows that came in through the API: explained from the store, by their sequence."""

import orjson

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.conversations import ChatExchange, parse_exchange
from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.core.provenance import Place
from ai_data_platform.stores.intake import chat_log_days, feedback_days, pending_days
from ai_data_platform_tests.stores.provenance.platform import DAY, Platform, exchange, rating


def stored(platform: Platform) -> None:
    """Two turns and a rating in the store."""
    turns = [parse_exchange(exchange(name), "turns_api", 0) for name in ("m1", "m2")]
    event = parse_feedback(rating("e1", "m1"), "feedback_api", 0)
    platform.home.feedback.add_turns(turn for turn in turns if isinstance(turn, ChatExchange))
    assert isinstance(event, FeedbackEvent)
    platform.home.feedback.add(event)


def build(platform: Platform) -> None:
    for read, table in ((chat_log_days, "raw_chat_logs"), (feedback_days, "raw_feedback")):
        source = read(platform.home, SourceSpec(None), lambda line: None)
        for day in pending_days(platform.home, source, table):
            source.table.publish(day, source.parts[day], lambda source=source: source.quarantine)


def test_a_turn_and_a_rating_name_their_store_and_sequence(platform: Platform) -> None:
    stored(platform)
    build(platform)

    found = platform.provenance.explain("m1")

    assert [record.place for record in found.records] == [
        Place("turns_api", 1),
        Place("feedback_api", 1),
    ]
    lines = [found.raw[record.place] for record in found.records]
    assert {line.path for line in lines} == {str(platform.home.root / "feedback.sqlite")}
    assert [line.same for line in lines] == [True, True]
    read = [orjson.loads(line.text) for line in lines]
    assert (read[0]["user_message"], read[1]["event_id"]) == ("What about m1?", "e1")


def test_what_was_stored_and_not_built_so_far_is_waiting(platform: Platform) -> None:
    stored(platform)
    for asked in ("turns_api:2", "m2"):
        (record,) = platform.provenance.explain(asked).records
        assert (record.place, record.message_id, record.day) == (Place("turns_api", 2), "m2", DAY)
        assert {fate.state for fate in record.fates} == {"waiting"}
    (event,) = platform.provenance.explain("e1").records
    assert event.place == Place("feedback_api", 1)


def test_a_turn_that_the_source_has_too_says_where_it_stands(platform: Platform) -> None:
    stored(platform)
    platform.log(exchange("m1"), landed=False)
    source = chat_log_days(platform.home, SourceSpec(str(platform.sources)), lambda line: None)
    source.table.publish(DAY, source.parts[DAY], lambda: source.quarantine)

    (record,) = platform.provenance.explain("turns_api:1").records

    fate = record.fates[0]
    assert (fate.state, fate.reason) == ("quarantined", "repeated_record")
    assert fate.detail is not None
    assert "stands at logs.jsonl:1 already" in fate.detail
