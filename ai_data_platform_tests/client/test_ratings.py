"""What a product hands in is what the service stores, and what cannot be stored is refused at once."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ai_data_platform.api import batch_bodies, bodies, turn_bodies
from ai_data_platform.client import Exchange, FeedbackClient, InvalidFeedback
from ai_data_platform.client import fields as fields_of_the_client
from ai_data_platform.client import letters as letters_of_the_client
from ai_data_platform.client.sender import SenderOptions
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform_tests.client.services import serving

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY = "2024-03-01"
SAID: dict[str, Any] = {"user_id": "u1", "created_at": NOON}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    with open_feedback(tmp_path / "feedback.sqlite") as opened:
        yield opened


@pytest.fixture
def client(store: FeedbackStore) -> Iterator[FeedbackClient]:
    with serving(store) as url, FeedbackClient(url) as opened:
        yield opened


def stored(store: FeedbackStore) -> list[tuple[object, ...]]:
    """The ratings of the day without their places."""
    return [
        (
            event.event_id,
            event.conversation_id,
            event.message_id,
            event.rating,
            event.feedback_text,
            event.user_id,
            event.created_at,
            event.kind,
            event.edited_text,
            event.shown_position,
        )
        for event in store.events_of_day(DAY)
    ]


def test_every_kind_of_rating_is_stored_as_it_was_given(
    client: FeedbackClient, store: FeedbackStore
) -> None:
    star = client.rate("c1", "m1", 4, text="Clear.", shown_position=2, **SAID)
    whole = client.rate("c1", None, 2, event_id="my-own", **SAID)
    up = client.thumbs("c1", "m1", "up", **SAID)
    down = client.thumbs("c1", "m2", "down", text="No.", **SAID)
    first, second = client.compare("c1", ("a", "b"), "b", text="Shorter.", **SAID)
    tied, too = client.compare("c1", ("a", "b"), None, event_id="tie", **SAID)
    edit = client.edit("c1", "m1", "As it should be. 🙂", rating=2, **SAID)

    assert client.flush(10)
    rest = (None, None)
    assert stored(store) == [
        (star, "c1", "m1", 4, "Clear.", "u1", NOON, "stars", None, 2),
        ("my-own", "c1", None, 2, None, "u1", NOON, "stars", *rest),
        (up, "c1", "m1", 5, None, "u1", NOON, "thumbs", *rest),
        (down, "c1", "m2", 1, "No.", "u1", NOON, "thumbs", *rest),
        (first, "c1", "a", 1, "Shorter.", "u1", NOON, "comparison", None, 1),
        (second, "c1", "b", 5, "Shorter.", "u1", NOON, "comparison", None, 2),
        ("tie-1", "c1", "a", 3, None, "u1", NOON, "comparison", None, 1),
        ("tie-2", "c1", "b", 3, None, "u1", NOON, "comparison", None, 2),
        (edit, "c1", "m1", 2, None, "u1", NOON, "stars", "As it should be. 🙂", None),
    ]
    assert (whole, tied, too) == ("my-own", "tie-1", "tie-2")


def test_a_rating_has_the_time_of_the_call_not_of_the_sending(
    client: FeedbackClient, store: FeedbackStore
) -> None:
    before = datetime.now(UTC)
    client.rate("c1", "m1", 4, user_id="u1")
    after = datetime.now(UTC)
    assert client.flush(10)
    events = [event for day in store.days() for event in store.events_of_day(day)]
    assert [before <= event.created_at <= after for event in events] == [True]


def test_exchanges_are_stored_one_by_one_and_as_a_conversation(
    client: FeedbackClient, store: FeedbackStore
) -> None:
    client.log_message("c1", Exchange("m1", "Why?", "So.", 0, created_at=NOON), user_id="u1")
    siblings = [
        Exchange("m1", "How?", "Thus.", 0, "u-1", "larch", NOON),
        Exchange("m2", "How?", "Otherwise.", 0, "u-1", "larch", NOON),
    ]
    client.log_conversation("c2", siblings)

    assert client.flush(10)
    assert [
        (
            turn.conversation_id,
            turn.message_id,
            turn.parent_message_id,
            turn.turn_index,
            turn.user_message,
            turn.assistant_message,
            turn.model,
            turn.user_id,
            turn.created_at,
        )
        for turn in store.turns_of_day(DAY)
    ] == [
        ("c1", "m1", None, 0, "Why?", "So.", None, "u1", NOON),
        ("c2", "m1", "u-1", 0, "How?", "Thus.", "larch", None, NOON),
        ("c2", "m2", "u-1", 0, "How?", "Otherwise.", "larch", None, NOON),
    ]


def test_a_long_conversation_goes_in_parts_that_the_service_takes(
    client: FeedbackClient, store: FeedbackStore
) -> None:
    many = [Exchange(f"m{i}", "q", "a", i, created_at=NOON) for i in range(1_201)]
    long = [Exchange(f"m{i}", "ü" * 99_000, "語" * 99_000, i, created_at=NOON) for i in range(4)]
    client.log_conversation("many", many)
    client.log_conversation("long", long)
    client.log_conversation("none", [])

    assert client.flush(30)
    assert client.dead_letters() == []
    turns = store.turns_of_day(DAY)
    assert [turn.message_id for turn in turns] == [exchange.message_id for exchange in many + long]


def test_what_a_person_wrote_arrives_without_control_characters_and_lone_surrogates(
    client: FeedbackClient, store: FeedbackStore
) -> None:
    client.rate("c1", "m\x001", 4, text="<b>\ud800\x00 tab\t语 \U0001f642", **SAID)
    assert client.flush(10)
    assert [row[2:5] for row in stored(store)] == [("m1", 4, "<b> tab\t语 \U0001f642")]


def test_a_batch_is_kept_whole_or_not_at_all(client: FeedbackClient, store: FeedbackStore) -> None:
    def broken_off() -> None:
        with client.batch() as batch:
            batch.rate("c1", "m1", 4, **SAID)
            batch.rate("c1", "m2", 9, **SAID)

    with pytest.raises(InvalidFeedback):
        broken_off()
    with client.batch() as batch:
        for number in range(300):
            batch.rate("c1", f"m{number}", 4, **SAID)
        assert client.state().waiting == 0

    assert client.flush(10)
    assert [row[2] for row in stored(store)] == [f"m{number}" for number in range(300)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: c.rate("c", "m", 6, **SAID), "rating is 6, wanted an integer 1 to 5"),
        (lambda c: c.rate("c", "m", 0, **SAID), "rating is 0, wanted an integer 1 to 5"),
        (lambda c: c.rate("c", "m", 4.0, **SAID), "rating is 4.0, wanted an integer 1 to 5"),
        (lambda c: c.rate("c", "m", "4", **SAID), "rating is '4', wanted an integer 1 to 5"),
        (lambda c: c.rate("c", "m", True, **SAID), "rating is True, wanted an integer 1 to 5"),
        (
            lambda c: c.rate("", "m", 4, **SAID),
            "conversation_id is empty, wanted 1 to 256 characters",
        ),
        (
            lambda c: c.rate("c", "\x00", 4, **SAID),
            "message_id is empty, wanted 1 to 256 characters",
        ),
        (
            lambda c: c.rate("c", "m" * 257, 4, **SAID),
            "message_id has 257 characters, wanted at most 256",
        ),
        (lambda c: c.rate("c", 7, 4, **SAID), "message_id is of type int, wanted a string"),
        (
            lambda c: c.rate("c", "m", 4, text="x" * 10_001, **SAID),
            "text has 10,001 characters, wanted at most 10,000",
        ),
        (
            lambda c: c.rate("c", "m", 4, shown_position=0, **SAID),
            "shown_position is 0, wanted an integer 1 to 1,000",
        ),
        (
            lambda c: c.rate("c", "m", 4, user_id="u", created_at=datetime(1970, 1, 1, tzinfo=UTC)),
            "created_at is 1970-01-01 00:00:00+00:00, wanted a datetime from 1990 to 2099",
        ),
        (
            lambda c: c.thumbs("c", "m", "sideways", **SAID),
            "thumb is 'sideways', wanted 'up' or 'down'",
        ),
        (
            lambda c: c.compare("c", ("a", "b"), "x", **SAID),
            "better is 'x', wanted None or one of two different ids, 'a' and 'b'",
        ),
        (
            lambda c: c.compare("c", ("a", "a"), "a", **SAID),
            "better is 'a', wanted None or one of two different ids, 'a' and 'a'",
        ),
        (
            lambda c: c.edit("c", "m", "", rating=2, **SAID),
            "edited_text is empty, wanted the answer as it should be",
        ),
        (
            lambda c: c.log_message("c", Exchange("m", "q", "a", -1)),
            "turn_index is -1, wanted an integer 0 to 2,147,483,647",
        ),
    ],
)
def test_what_the_service_would_refuse_is_refused_at_the_call(
    call: Callable[[FeedbackClient], object], message: str
) -> None:
    with FeedbackClient("http://127.0.0.1:9") as client:
        with pytest.raises(InvalidFeedback) as refused:
            call(client)
        assert str(refused.value) == message
        assert client.state().waiting == 0


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://example.com", "http://"])
def test_a_url_without_a_scheme_or_host_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidFeedback, match="wanted http:// or https:// and a host"):
        FeedbackClient(url)


def test_the_documented_calls_run_as_they_stand(
    store: FeedbackStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (CHECKOUT / "docs" / "feedback.md").read_text(encoding="utf-8")
    (code,) = (
        block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "thumbs" in block
    )
    monkeypatch.chdir(tmp_path)
    with serving(store) as url:
        names: dict[str, Any] = {"token": None}
        exec(code.replace("http://127.0.0.1:8000", url), names)
        names["feedback"].close()
    events = [event for day in store.days() for event in store.events_of_day(day)]
    assert [(event.message_id, event.rating, event.kind) for event in events] == [
        ("m-3", 4, "stars"),
        ("m-3", 5, "thumbs"),
        ("m-3", 1, "comparison"),
        ("m-4", 5, "comparison"),
        ("m-3", 3, "stars"),
    ]
    assert (names["feedback"]._sender.sent, store.last_turn()) == (6, 1)


def test_the_limits_are_those_of_the_service() -> None:
    letters, fields = letters_of_the_client, fields_of_the_client
    assert letters.MAX_TEXT_CHARACTERS == bodies.MAX_FEEDBACK_CHARACTERS
    assert fields.MAX_ID_CHARACTERS == bodies.MAX_ID_CHARACTERS
    assert letters.MAX_MESSAGE_CHARACTERS == turn_bodies.MAX_MESSAGE_CHARACTERS
    assert letters.MAX_EXCHANGES <= turn_bodies.MAX_EXCHANGES
    assert SenderOptions().batch <= batch_bodies.MAX_EVENTS


def test_importing_the_client_loads_the_standard_library_and_nothing_else() -> None:
    code = (
        "import sys; before = {*sys.modules}; import ai_data_platform.client; "
        "roots = {name.partition('.')[0] for name in {*sys.modules} - before}; "
        "print(sorted(roots - sys.stdlib_module_names))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['ai_data_platform']"
