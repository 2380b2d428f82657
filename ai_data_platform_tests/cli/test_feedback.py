"""`aidp copy-feedback` between the file of a home and a real PostgreSQL."""

import json

import pytest

from ai_data_platform.stores.feedback import open_feedback
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.cli.conftest import Aidp
from ai_data_platform_tests.servers import Postgres
from ai_data_platform_tests.stores.feedback.rows import event, turn


def test_ratings_and_turns_are_copied_once_each_way(
    home: Home, aidp: Aidp, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_feedback(home.root / "feedback.sqlite") as store:
        store.add_many([event("e1"), event("e2")])
        store.add_turn(turn("m1"))
    monkeypatch.setenv("AIDP_FEEDBACK_STORE", postgres.url)

    assert json.loads(aidp("copy-feedback", "--json").stdout) == {"copied": 3}
    assert "0 ratings and turns were new in the database." in aidp("copy-feedback").stdout
    (home.root / "feedback.sqlite").rename(home.root / "kept.sqlite")
    assert json.loads(aidp("copy-feedback", "--back", "--json").stdout) == {"copied": 3}
    with open_feedback(home.root / "feedback.sqlite") as store:
        assert (store.last_sequence(), store.last_turn()) == (2, 1)


def test_without_a_database_or_a_file_it_says_what_is_missing(
    home: Home, aidp: Aidp, monkeypatch: pytest.MonkeyPatch
) -> None:
    unset = aidp("copy-feedback")
    monkeypatch.setenv("AIDP_FEEDBACK_STORE", "postgresql://nobody@localhost/none")
    empty = aidp("copy-feedback")
    assert [unset.exit_code, empty.exit_code] == [2, 2]
    assert "AIDP_FEEDBACK_STORE is not set" in unset.output
    assert "nothing was stored in this home" in " ".join(empty.output.split())
    assert not (home.root / "feedback.sqlite").exists()
