"""What is particular to a store in PostgreSQL: a server that goes away, is full, or asks for little trust."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.settings import Settings
from ai_data_platform.stores.feedback import (
    Added,
    FeedbackStore,
    StoreUnavailable,
    open_feedback,
)
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.servers import Postgres
from ai_data_platform_tests.stores.feedback.rows import DAY, Place, event

OURS = "application_name = 'aidp feedback store'"


@pytest.fixture
def store(postgres_place: Place) -> Iterator[FeedbackStore]:
    with postgres_place.open(timeout_s=0.3) as opened:
        yield opened


def run(server: Postgres, *statements: str) -> list[Any]:
    """Rows of the last statement, each one committed."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def test_connections_that_broke_meanwhile_are_made_again_and_nobody_notices(
    store: FeedbackStore, postgres_server: Postgres
) -> None:
    store.add(event("e1"))
    assert store.last_sequence() == 1
    run(postgres_server, f"select pg_terminate_backend(pid) from pg_stat_activity where {OURS}")
    assert store.add(event("e2")) == Added(2, created=True)
    assert store.last_sequence() == 2


def test_a_server_that_goes_away_and_comes_back_is_noticed_and_used_again(
    postgres: Postgres,
) -> None:
    admin = Postgres(postgres.host, postgres.user, "postgres")
    with open_feedback(Path("unused"), postgres.url) as store:
        store.add(event("e1"))
        run(
            admin,
            f"alter database {postgres.database} with allow_connections false",
            f"select pg_terminate_backend(pid) from pg_stat_activity where {OURS}",
        )
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="not currently accepting connections"):
                store.add(event("e2"))
            with pytest.raises(StoreUnavailable):
                store.unprocessed()
        run(admin, f"alter database {postgres.database} with allow_connections true")
        assert store.add(event("e2")) == Added(2, created=True)
        assert store.unprocessed() == 2


def test_a_server_that_is_down_when_the_store_is_opened_is_used_when_it_is_up(
    tmp_path: Path,
) -> None:
    with open_feedback(tmp_path, "postgresql://me:secret@127.0.0.1:1/db", timeout_s=0.1) as store:
        with pytest.raises(
            StoreUnavailable, match=r"database db. cannot serve now: .*refused"
        ) as caught:
            store.add(event("e1"))
        assert "secret" not in str(caught.value) + store.name
        assert caught.value.__cause__ is None


def test_another_writer_that_does_not_end_is_waited_for_only_so_long(
    store: FeedbackStore, postgres_server: Postgres
) -> None:
    store.add(event("e1"))
    with psycopg.connect(postgres_server.url) as other:
        other.execute("select * from aidp_feedback.totals for update")
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            store.add(event("e2"))
        assert store.last_sequence() == 1  # readers pass
    assert store.add(event("e2")) == Added(2, created=True)


def test_a_full_disk_stores_nothing_and_is_used_again_when_there_is_room(
    store: FeedbackStore, postgres_server: Postgres
) -> None:
    store.add(event("e1"))
    run(
        postgres_server,
        "create function aidp_feedback.no_room() returns trigger language plpgsql as $$ begin "
        "raise exception 'could not extend file' using errcode = 'disk_full'; end $$",
        "create trigger no_room before insert on aidp_feedback.day_totals "
        "execute function aidp_feedback.no_room()",
    )
    with ThreadPoolExecutor(4) as pool:
        errors = list(pool.map(lambda name: refusal(store, name), "abcd"))
    assert {type(error) for error in errors} == {StoreUnavailable}
    assert [found.event_id for found in store.events_of_day(DAY)] == ["e1"]
    run(postgres_server, "drop trigger no_room on aidp_feedback.day_totals")
    assert store.add(event("e2")) == Added(2, created=True)


def refusal(store: FeedbackStore, name: str) -> BaseException | None:
    try:
        store.add(event(name))
    except StoreUnavailable as error:
        return error
    return None


def test_a_commit_waits_for_the_disk_even_where_the_server_would_not(postgres: Postgres) -> None:
    run(postgres, f"alter database {postgres.database} set synchronous_commit to off")
    with open_feedback(Path("unused"), postgres.url) as store:
        assert store._database.read("show synchronous_commit") == [("on",)]


def test_an_account_that_may_make_no_tables_uses_those_that_are_there(
    store: FeedbackStore, postgres_server: Postgres
) -> None:
    store.add(event("e1"))
    role = "feedback_writer"
    run(
        postgres_server,
        f"drop role if exists {role}",
        f"create role {role} login",
        f"grant usage on schema aidp_feedback to {role}",
        f"grant select, insert, update on all tables in schema aidp_feedback to {role}",
    )
    url = postgres_server.url.replace(f"//{postgres_server.user}@", f"//{role}@")
    with open_feedback(Path("unused"), url) as limited:
        assert limited.add(event("e2")) == Added(2, created=True)
    run(postgres_server, f"drop owned by {role}", f"drop role {role}")


def test_two_stores_may_make_the_tables_at_once(postgres_place: Place) -> None:
    stores = [postgres_place.open() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda one: one[1].add(event(f"e{one[0]}")), enumerate(stores)))
    assert sorted(one.sequence for one in added) == [1, 2, 3, 4]
    for store in stores:
        store.close()


@pytest.mark.parametrize(
    "url", ["postgresql://me:sec%ret@host/db", "postgresql://me:secret@host:port/db?no=such"]
)
def test_a_url_that_cannot_be_read_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="no URL of a PostgreSQL database") as caught:
        open_feedback(Path("unused"), url)
    assert "ret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_setting_names_the_store_and_is_shown_nowhere(
    postgres_place: Place, tmp_path: Path
) -> None:
    settings = Settings(feedback_store=postgres_place.url)  # type: ignore[call-arg]
    home = Home(tmp_path, tmp_path, feedback_store=settings.feedback_store_url())
    with home.feedback as store:
        store.add(event("e1"))
        assert store.name.startswith("PostgreSQL at ")
    assert not (tmp_path / "feedback.sqlite").exists()
    assert str(postgres_place.url) not in repr(settings)
