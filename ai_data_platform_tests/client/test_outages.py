"""Nothing that was kept is lost and nothing is stored twice, whoever dies and whatever the service says."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate
from itertools import chain, pairwise
from pathlib import Path

import pytest

from ai_data_platform.client import FeedbackClient, Letter, NotKept, SenderOptions
from ai_data_platform.client.outbox import MAX_DEAD, Outbox
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform.stores.tokens import TokenStore
from ai_data_platform_tests.client.services import (
    KillableService,
    Said,
    free_port,
    scripted,
    serving,
    stored_everything,
)

QUICK = SenderOptions(
    batch=20, linger_s=0.0, lease_s=0.4, first_wait_s=0.01, longest_wait_s=0.05, idle_s=0.05
)
NOBODY = "http://127.0.0.1:9"  # the port of "discard": nothing listens there


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    with open_feedback(tmp_path / "feedback.sqlite") as opened:
        yield opened


def ids(store: FeedbackStore) -> list[str]:
    """Every stored event id, sorted."""
    return sorted(event.event_id for day in store.days() for event in store.events_of_day(day))


def rated(client: FeedbackClient, count: int) -> list[str]:
    """The event ids of so many ratings, sorted."""
    return sorted(client.rate("c", f"m{number}", 4, user_id="u") for number in range(count))


def python(code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
def test_a_service_that_is_killed_again_and_again_loses_nothing_and_counts_nothing_twice(
    tmp_path: Path,
) -> None:
    service = KillableService(tmp_path / "feedback.sqlite")
    with FeedbackClient(service.url, outbox=tmp_path / "outbox.sqlite", sending=QUICK) as client:
        given: list[str] = []
        for _ in range(3):
            service.start()
            sent = client.state().sent
            while client.state().sent == sent:  # until it takes the first of this round
                given.extend(rated(client, 20))
                time.sleep(0.01)
            given.extend(rated(client, 200))
            time.sleep(0.01)
            service.kill()  # in the middle of a batch
        service.start()
        assert client.flush(30)
        service.kill()
        state = client.state()
    with open_feedback(service.path) as store:
        assert ids(store) == sorted(given)
    assert (state.waiting, state.refused, state.last_error) == (0, 0, None)


def test_an_answer_that_never_came_is_asked_for_again_and_stored_once(store: FeedbackStore) -> None:
    """The service stores, and dies before it answers: the worst moment."""
    with serving(store) as url:
        once = threading.Event()

        def stores_and_hangs_up(said: Said) -> tuple[int, dict[str, str], str]:
            if not once.is_set():
                once.set()
                with FeedbackClient(url) as relay:
                    relay._keep(
                        [
                            Letter("feedback", e["event_id"], json.dumps(e))
                            for e in said.body["events"]
                        ]
                    )
                raise ConnectionAbortedError
            return stored_everything(said)

        with (
            scripted(stores_and_hangs_up) as (address, heard),
            FeedbackClient(address, sending=QUICK) as client,
        ):
            given = rated(client, 1)
            assert client.flush(10)
    assert ids(store) == given
    assert [said.ids for said in heard] == [given, given]


def test_what_was_kept_survives_the_death_of_the_product(
    store: FeedbackStore, tmp_path: Path
) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from ai_data_platform.client import FeedbackClient
client = FeedbackClient(sys.argv[1], outbox=Path(sys.argv[2]))
for number in range(100):
    print(client.rate("c", f"m{number}", 4, user_id="u"), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    died = python(code, NOBODY, tmp_path / "outbox.sqlite")
    given = died.stdout.split()
    assert (died.returncode, len(given)) == (-9, 100)
    with (
        serving(store) as url,
        FeedbackClient(url, outbox=tmp_path / "outbox.sqlite", sending=QUICK) as client,
    ):
        assert client.flush(10)
    assert ids(store) == sorted(given)


def test_the_outbox_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    with FeedbackClient(NOBODY, outbox=tmp_path / "of" / "outbox.sqlite", sending=QUICK) as client:
        rated(client, 1)
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "of").iterdir()}
        client.close(timeout_s=0)
    assert set(modes.values()) == {0o600}


@pytest.mark.slow
def test_processes_that_share_an_outbox_send_each_letter(
    store: FeedbackStore, tmp_path: Path
) -> None:
    code = """
import sys
from pathlib import Path
from ai_data_platform.client import FeedbackClient
with FeedbackClient(sys.argv[1], outbox=Path(sys.argv[2])) as client:
    for number in range(200):
        print(client.rate("c", f"m{number}", 4, user_id="u"))
"""
    with serving(store) as url:
        command = [sys.executable, "-c", code, url, str(tmp_path / "outbox.sqlite")]
        products = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        given = [line for product in products for line in product.communicate()[0].split()]
        assert [product.returncode for product in products] == [0, 0, 0]
        with FeedbackClient(url, outbox=tmp_path / "outbox.sqlite") as client:
            assert client.flush(10)
    assert len(given) == 600
    assert ids(store) == sorted(given)


def test_letters_of_a_sender_that_died_are_taken_over_when_its_lease_ends(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    outbox, other = Outbox(path, capacity=10), Outbox(path, capacity=10)
    outbox.put([Letter("feedback", "a", "{}"), Letter("messages", "b", "{}")])

    assert [waiting.letter.key for waiting in outbox.claim(10, lease_s=0.5)] == ["a"]
    assert [waiting.letter.key for waiting in other.claim(10, lease_s=0.5)] == ["b"]
    assert other.claim(10, lease_s=0.5) == []
    time.sleep(0.55)
    assert [waiting.letter.key for waiting in other.claim(10, lease_s=0.5)] == ["a"]
    outbox.close()
    other.close()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("kept_in", ["file", "memory"])
def test_a_client_made_before_a_fork_works_in_parent_and_child(
    store: FeedbackStore, tmp_path: Path, kept_in: str
) -> None:
    code = """
import os, sys
from pathlib import Path
from ai_data_platform.client import FeedbackClient, SenderOptions
outbox = Path(sys.argv[2]) if sys.argv[2] else None
client = FeedbackClient(sys.argv[1], outbox=outbox, sending=SenderOptions(lease_s=2.0))
def rate(message):
    os.write(1, (client.rate("c", message, 4, user_id="u") + "\\n").encode())
rate("before")
children = []
for number in range(4):
    child = os.fork()
    if child == 0:
        rate(f"child {number}")
        os._exit(0 if client.flush(30) else 1)
    children.append(child)
    rate(f"parent {number}")
print(client.flush(30), *(os.waitpid(child, 0)[1] for child in children))
"""
    with serving(store) as url:
        ran = python(code, url, tmp_path / "outbox.sqlite" if kept_in == "file" else "")
    *given, outcome = ran.stdout.splitlines()
    assert outcome == "True 0 0 0 0", ran.stderr
    assert ids(store) == sorted(given)
    assert len(given) == 9


def test_a_letter_that_is_refused_for_good_does_not_keep_the_others_back(
    store: FeedbackStore, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(store) as url, FeedbackClient(url, sending=QUICK) as client:
        with client.batch() as batch:
            first = batch.rate("c", "m1", 4, user_id="u", event_id="twice")
            batch.rate("c", "m1", 5, user_id="u", event_id="twice", text="a secret")
            batch._keep([Letter("feedback", "nine", '{"rating":9}')])
            last = batch.rate("c", "m2", 4, user_id="u")
        assert client.flush(10)
        dead = [(each.letter.key, each.status) for each in client.dead_letters()]
        reasons = [each.reason for each in client.dead_letters()]
        state = client.state()
    assert ids(store) == sorted([first, last])
    assert dead == [("twice", 409), ("nine", 422)]
    assert "another rating" in reasons[0]
    assert "rating: Input should be less than or equal to 5" in reasons[1]
    assert (state.waiting, state.refused, state.sent, state.last_error) == (0, 2, 2, None)
    assert "refused feedback twice: 409" in caplog.text
    assert "secret" not in caplog.text


def test_dead_letters_can_be_sent_once_more() -> None:
    taken = threading.Event()

    def answer(said: Said) -> tuple[int, dict[str, str], str]:
        return stored_everything(said) if taken.is_set() else (422, {}, '{"detail": "not yet"}')

    with scripted(answer) as (url, _), FeedbackClient(url, sending=QUICK) as client:
        given = rated(client, 3)
        assert client.flush(10)
        assert sorted(each.letter.key for each in client.dead_letters()) == given
        assert {each.reason for each in client.dead_letters()} == {"not yet"}
        taken.set()
        assert client.revive_dead_letters() == 3
        assert client.flush(10)
        assert (client.dead_letters(), client.state().refused) == ([], 3)


def test_the_newest_dead_letters_are_kept_and_all_are_counted() -> None:
    outbox = Outbox(None, capacity=10_000)
    outbox.put([Letter("feedback", str(number), "{}") for number in range(MAX_DEAD + 5)])
    for waiting in outbox.claim(MAX_DEAD + 5, lease_s=60):
        outbox.bury(waiting, 409, "no")
    assert (outbox.refused(), outbox.waiting()) == (MAX_DEAD + 5, 0)
    assert [each.letter.key for each in outbox.dead()] == [str(n + 5) for n in range(MAX_DEAD)]
    outbox.close()


@pytest.mark.parametrize("status", [401, 403, 404, 408, 425, 429, 500, 502, 503, 302])
def test_a_fault_of_the_moment_or_of_the_set_up_costs_no_letter(status: int) -> None:
    mended = threading.Event()

    def answer(said: Said) -> tuple[int, dict[str, str], str]:
        return stored_everything(said) if mended.is_set() else (status, {}, '{"detail": "no"}')

    with scripted(answer) as (url, heard), FeedbackClient(url, sending=QUICK) as client:
        given = rated(client, 5)
        while len(heard) < 3:
            time.sleep(0.005)
        assert client.state().last_error == f"{status} no"
        mended.set()
        assert client.flush(10)
        state = client.state()
    assert sorted({event for said in heard for event in said.ids}) == given
    assert (state.sent, state.refused, state.last_error) == (5, 0, None)


@pytest.mark.parametrize(
    "page", ["<html>Please log in</html>", '{"ok": true}', '{"results": []}', "[]", "1"]
)
def test_a_page_of_somebody_else_is_no_acknowledgement(page: str) -> None:
    mended = threading.Event()

    def answer(said: Said) -> tuple[int, dict[str, str], str]:
        return stored_everything(said) if mended.is_set() else (200, {}, page)

    with scripted(answer) as (url, heard), FeedbackClient(url, sending=QUICK) as client:
        rated(client, 3)
        while len(heard) < 2:
            time.sleep(0.005)
        assert client.state().sent == 0
        assert "not that of the service" in str(client.state().last_error)
        mended.set()
        assert client.flush(10)
        assert client.state().sent == 3


def test_a_letter_that_breaks_the_service_is_left_behind_while_the_others_go() -> None:
    def answer(said: Said) -> tuple[int, dict[str, str], str]:
        return (500, {}, "broken") if "poison" in said.ids else stored_everything(said)

    with scripted(answer) as (url, _), FeedbackClient(url, sending=QUICK) as client:
        with client.batch() as batch:
            for number in range(40):
                batch.rate("c", "m", 4, user_id="u", event_id="poison" if number == 3 else None)
        deadline = time.monotonic() + 10
        while client.state().sent < 39 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (client.state().sent, client.state().waiting) == (39, 1)
        client.close(timeout_s=0)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_wait_that_the_service_asks_for_is_kept_whatever_the_caller_wants(form: str) -> None:
    asked: list[float] = []

    def answer(said: Said) -> tuple[int, dict[str, str], str]:
        if asked:
            return stored_everything(said)
        now = time.time()
        asked.append(1.0 if form == "seconds" else int(now + 1) - now)
        value = "1" if form == "seconds" else formatdate(int(now + 1), usegmt=True)
        return 429, {"Retry-After": value}, "slow down"

    with scripted(answer) as (url, heard), FeedbackClient(url, sending=QUICK) as client:
        rated(client, 1)
        assert client.flush(10)
    assert heard[1].at - heard[0].at >= asked[0] - 0.01


@pytest.mark.parametrize("value", ["soon", "-5", "nan", ""])
def test_a_wait_that_cannot_be_read_is_none(value: str) -> None:
    def answer(said: Said) -> tuple[int, dict[str, str], str]:
        return stored_everything(said) if len(heard) > 1 else (503, {"Retry-After": value}, "")

    with scripted(answer) as (url, heard), FeedbackClient(url, sending=QUICK) as client:
        rated(client, 1)
        assert client.flush(2)


def test_waits_double_up_to_the_longest_and_differ() -> None:
    sending = SenderOptions(first_wait_s=0.02, longest_wait_s=0.16)
    with (
        scripted(lambda said: (503, {}, "")) as (url, heard),
        FeedbackClient(url, sending=sending) as client,
    ):
        rated(client, 1)
        while len(heard) < 7:
            time.sleep(0.005)
        client.close(timeout_s=0)
    waits = [after.at - before.at for before, after in pairwise(heard[:7])]
    least = [0.01, 0.02, 0.04, 0.08, 0.08, 0.08]
    assert [wait >= shortest for wait, shortest in zip(waits, least, strict=True)] == [True] * 6
    assert len({round(wait, 4) for wait in waits[3:]}) > 1


def test_ratings_given_shortly_after_each_other_travel_together() -> None:
    sending = SenderOptions(linger_s=20.0)
    start = time.monotonic()
    with (
        scripted(stored_everything) as (url, heard),
        FeedbackClient(url, sending=sending) as client,
    ):
        given = rated(client, 10)
        assert client.flush(5)
        given += rated(client, 5)
        assert client.flush(5)
    assert time.monotonic() - start < 20
    assert [len(said.ids) for said in heard] == [10, 5]
    assert sorted(event for said in heard for event in said.ids) == sorted(given)


def test_the_token_is_sent_and_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        scripted(lambda said: (401, {}, '{"detail": "who?"}')) as (url, heard),
        FeedbackClient(url, "aidp_secret", sending=QUICK) as client,
    ):
        rated(client, 1)
        while not heard:
            time.sleep(0.005)
        client.close(timeout_s=0.1)
        assert "aidp_secret" not in repr(vars(client)) + caplog.text
    assert heard[0].headers["Authorization"] == "Bearer aidp_secret"


def test_ratings_wait_until_the_service_knows_the_token(
    store: FeedbackStore, tmp_path: Path
) -> None:
    tokens = TokenStore(tmp_path / "tokens.json")
    token = tokens.create("product", ["ingest"], datetime.now(UTC))
    outbox = tmp_path / "outbox.sqlite"
    with serving(store, tokens=tokens) as url:
        wrong = FeedbackClient(url, token[:-3] + "xyz", outbox=outbox, sending=QUICK)
        given = rated(wrong, 3)
        assert not wrong.flush(0.2)
        said = wrong.state()
        wrong.close(timeout_s=0)
        with FeedbackClient(url, token, outbox=outbox, sending=QUICK) as right:
            assert right.flush(10)
    assert (said.last_error, said.refused) == ("401 this token is not valid", 0)
    assert ids(store) == given


def test_a_full_outbox_refuses_the_call_and_keeps_what_it_has(tmp_path: Path) -> None:
    with FeedbackClient(NOBODY, capacity=5, sending=QUICK) as client:
        rated(client, 4)
        with pytest.raises(NotKept, match="4 letters wait, the outbox takes 5"):
            client.compare("c", ("a", "b"), "a", user_id="u")
        rated(client, 1)
        with pytest.raises(NotKept, match="5 letters wait, the outbox takes 5"):
            rated(client, 1)
        assert client.state().waiting == 5
        client.close(timeout_s=0)


def test_a_full_disk_refuses_the_call_and_loses_nothing(
    store: FeedbackStore, tmp_path: Path
) -> None:
    """The limit on the size of a file stands in for the disk: writing fails half-way, as there."""
    code = """
import resource, sys
from pathlib import Path
from ai_data_platform.client import FeedbackClient, NotKept
client = FeedbackClient(sys.argv[1], outbox=Path(sys.argv[2]))
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))
refused = 0
for number in range(2_000):
    try:
        print(client.rate("c", f"m{number}", 4, user_id="u", text="x" * 200))
    except NotKept as error:
        refused += 1
        said = str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
print(client.rate("c", "after", 4, user_id="u"))
print(refused, said, flush=True)
client.close(timeout_s=0)
"""
    ran = python(code, f"http://127.0.0.1:{free_port()}", tmp_path / "outbox.sqlite")
    assert ran.returncode == 0, ran.stderr
    *given, outcome = ran.stdout.splitlines()
    refused, _, said = outcome.partition(" ")
    assert int(refused) > 0
    assert said in {
        "the outbox cannot be used now: database or disk is full",
        "the outbox cannot be used now: disk I/O error",
    }
    with (
        serving(store) as url,
        FeedbackClient(url, outbox=tmp_path / "outbox.sqlite", sending=QUICK) as client,
    ):
        assert client.flush(20)
    assert ids(store) == sorted(given)


def test_a_file_that_is_no_outbox_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    path.write_text("a letter to a friend, " * 100)
    with pytest.raises(NotKept, match="file is not a database"):
        FeedbackClient(NOBODY, outbox=path)


def test_many_threads_rate_at_once(store: FeedbackStore) -> None:
    with serving(store) as url, FeedbackClient(url) as client:
        given: list[list[str]] = []
        threads = [
            threading.Thread(target=lambda: given.append(rated(client, 100))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert client.flush(20)
        senders = [t for t in threading.enumerate() if t.name == "aidp-feedback-sender"]
        assert len(senders) == 1
    assert ids(store) == sorted(chain.from_iterable(given))


def test_closing_says_what_was_left_and_what_becomes_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for outbox in (None, tmp_path / "outbox.sqlite"):
        client = FeedbackClient(NOBODY, outbox=outbox, sending=QUICK)
        rated(client, 2)
        assert not client.flush(0.05)
        client.close(timeout_s=0.05)
        client.close()
        with pytest.raises(NotKept, match="closed"):
            rated(client, 1)
    said = [record.message for record in caplog.records if "were not sent" in record.message]
    assert [words.partition(":")[0] for words in said] == [
        "2 letters were not sent and are lost",
        "2 letters were not sent and are kept for the next start",
    ]


def test_leaving_the_process_sends_what_is_left(store: FeedbackStore) -> None:
    code = """
import sys
from ai_data_platform.client import FeedbackClient
print(FeedbackClient(sys.argv[1]).rate("c", "m", 4, user_id="u"))
"""
    with serving(store) as url:
        ran = python(code, url)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ids(store) == ran.stdout.split()


def test_a_connection_that_the_service_closed_meanwhile_is_opened_anew() -> None:
    def hangs_up(said: Said) -> tuple[int, dict[str, str], str]:
        status, headers, text = stored_everything(said)
        return status, {**headers, "Connection": "close"}, text

    with scripted(hangs_up) as (url, heard), FeedbackClient(url, sending=QUICK) as client:
        for _ in range(3):
            rated(client, 1)
            assert client.flush(5)
        assert client.state().last_error is None
    assert len(heard) == 3
