"""`aidp token`, and the service that refuses to be reached without one."""

import json
import re
from datetime import UTC, datetime

import pytest

from ai_data_platform.stores.home import Home
from ai_data_platform_tests.cli.conftest import Aidp


def test_a_token_is_printed_once_whole_on_a_line_of_its_own(aidp: Aidp, home: Home) -> None:
    made = aidp("token", "create", "shop", "--role", "ingest", "--role", "read", width=40)
    listed = aidp("token", "list")

    assert (made.exit_code, listed.exit_code) == (0, 0)
    first, token = made.output.splitlines()
    assert first == "The token of shop, shown this once:"
    found = home.tokens.find(token, datetime.now(UTC))
    assert found is not None
    assert (found.name, found.roles) == ("shop", ("ingest", "read"))
    assert token not in listed.output
    assert re.search(r"^shop +[0-9a-f]{8} +ingest, read +valid", listed.output, re.MULTILINE)


def test_a_rotation_says_how_long_the_old_token_is_valid(aidp: Aidp, home: Home) -> None:
    old = json.loads(aidp("token", "create", "shop", "--role", "ingest", "--json").output)
    shown = aidp("token", "rotate", "shop", "--keep-old", "2h").output

    assert re.search(r"The old one is valid until 20\d\d-\d\d-\d\dT\d\d:\d\d\+00:00\.", shown)
    assert home.tokens.find(old["token"], datetime.now(UTC)) is not None
    assert [token.valid_until is None for token in home.tokens.all()] == [False, True]


def test_a_rotation_after_a_leak_ends_the_old_token_at_once(aidp: Aidp, home: Home) -> None:
    old = json.loads(aidp("token", "create", "shop", "--role", "ingest", "--json").output)
    aidp("token", "rotate", "shop", "--keep-old", "0m")
    assert home.tokens.find(old["token"], datetime.now(UTC)) is None


def test_a_revoked_token_is_listed_as_ended(aidp: Aidp) -> None:
    aidp("token", "create", "shop", "--role", "metrics")
    assert aidp("token", "revoke", "shop").output == "1 token of shop ended.\n"
    (row,) = json.loads(aidp("token", "list", "--json").output)
    assert (row["name"], row["roles"], row["state"]) == ("shop", ["metrics"], "ended")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rotate", "ship"), "ship has no valid token; valid are: none"),
        (("revoke", "ship"), "ship has no valid token; valid are: none"),
        (("rotate", "ship", "--keep-old", "soon"), "--keep-old is 'soon', wanted 30m, 24h or 7d"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    aidp: Aidp, arguments: tuple[str, ...], said: str
) -> None:
    shown = aidp("token", *arguments)
    assert (shown.exit_code, shown.output.strip()) == (2, f"error: {said}")


def test_a_role_that_does_not_exist_is_refused(aidp: Aidp) -> None:
    shown = aidp("token", "create", "shop", "--role", "root")
    assert shown.exit_code == 2
    assert "ingest" in shown.output


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.com"])
def test_the_service_is_not_reached_by_others_without_a_token(
    aidp: Aidp, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("AIDP_HOST", host)
    shown = aidp("serve", width=200)
    assert shown.exit_code == 2
    assert shown.output.startswith(f"error: AIDP_HOST is {host}, which others reach")
    assert "`aidp token create NAME --role ingest`" in shown.output
