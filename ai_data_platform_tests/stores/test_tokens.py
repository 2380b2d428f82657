"""Tokens: made once, kept as hashes, found by their secret, ended by time."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.tokens import TokenStore

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=24)


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "tokens.json")


def test_a_token_has_256_random_bits_and_is_found_with_its_name_and_roles(
    store: TokenStore,
) -> None:
    made = store.create("shop", ["read", "ingest"], NOW)

    assert re.fullmatch(r"aidp_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", made)
    found = store.find(made, NOW)
    assert found is not None
    assert (found.name, found.roles, found.created_at) == ("shop", ("ingest", "read"), NOW)


def test_the_file_holds_no_token_and_nobody_else_may_read_it(
    store: TokenStore, tmp_path: Path
) -> None:
    made = store.create("shop", ["ingest"], NOW)
    path = tmp_path / "tokens.json"
    text = path.read_text()
    (row,) = json.loads(text)["tokens"]
    assert sorted(row) == ["created_at", "key", "name", "roles", "sha256", "valid_until"]
    assert made not in text
    assert made.removeprefix(f"aidp_{row['key']}_") not in text
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made[:-1],
        lambda made: made + "x",
        lambda made: made.upper(),
        lambda made: made[:14] + "A" * 43,
        lambda made: "",
        lambda made: "aidp_",
        lambda made: "\ud800",
    ],
    ids=["short", "long", "upper", "other secret", "empty", "prefix", "surrogate"],
)
def test_what_differs_in_one_character_is_no_token(store: TokenStore, change) -> None:  # type: ignore[no-untyped-def]
    made = store.create("shop", ["ingest"], NOW)
    assert store.find(change(made), NOW) is None


def test_after_a_rotation_the_old_token_is_valid_until_the_given_time(store: TokenStore) -> None:
    old = store.create("shop", ["ingest", "read"], NOW)
    new = store.rotate("shop", NOW, LATER)

    before, after = LATER - timedelta(seconds=1), LATER
    assert [bool(store.find(token, before)) for token in (old, new)] == [True, True]
    assert [bool(store.find(token, after)) for token in (old, new)] == [False, True]
    assert [token.roles for token in store.all()] == [("ingest", "read")] * 2


def test_a_second_rotation_does_not_lengthen_the_life_of_the_first_token(store: TokenStore) -> None:
    old = store.create("shop", ["ingest"], NOW)
    store.rotate("shop", NOW, LATER)
    store.rotate("shop", NOW, LATER + timedelta(hours=24))
    assert store.find(old, LATER) is None


def test_a_revoked_name_has_no_valid_token_at_once(store: TokenStore) -> None:
    old = store.create("shop", ["ingest"], NOW)
    new = store.rotate("shop", NOW, LATER)

    assert store.revoke("shop", NOW) == 2
    assert [store.find(token, NOW) for token in (old, new)] == [None, None]
    assert store.any()  # the service does not open again


def test_a_name_has_one_token_at_a_time_and_may_be_given_again_after_it_ended(
    store: TokenStore,
) -> None:
    store.create("shop", ["ingest"], NOW)
    with pytest.raises(ConfigurationError, match="shop has a token: rotate it"):
        store.create("shop", ["read"], NOW)
    store.revoke("shop", NOW)
    assert store.find(store.create("shop", ["read"], NOW), NOW) is not None


def test_a_name_without_a_valid_token_is_neither_rotated_nor_revoked(store: TokenStore) -> None:
    store.create("shop", ["ingest"], NOW)
    for change in (lambda: store.rotate("ship", NOW, NOW), lambda: store.revoke("ship", NOW)):
        with pytest.raises(ConfigurationError, match="ship has no valid token; valid are: shop"):
            change()


def test_what_another_process_does_counts_with_the_next_question(
    store: TokenStore, tmp_path: Path
) -> None:
    serving = TokenStore(tmp_path / "tokens.json")
    assert not serving.any()

    made = store.create("shop", ["ingest"], NOW)
    assert serving.find(made, NOW) is not None
    store.revoke("shop", NOW)
    assert serving.find(made, NOW) is None


def test_a_file_that_vanishes_leaves_closed_what_was_closed(
    store: TokenStore, tmp_path: Path
) -> None:
    made = store.create("shop", ["ingest"], NOW)
    assert store.any()
    (tmp_path / "tokens.json").unlink()
    assert store.any()
    assert store.find(made, NOW) is not None


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"tokens": [{"key": 1}]}', '{"tokens": [1]}', "\x00"]
)
def test_a_damaged_file_is_an_error_and_not_an_empty_list(
    store: TokenStore, tmp_path: Path, text: str
) -> None:
    (tmp_path / "tokens.json").write_text(text)
    with pytest.raises(ConfigurationError, match="cannot be read as the service's tokens"):
        store.any()
