"""`aidp token`: who may use the service."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from ai_data_platform.cli.output import AsJson, console, explained, show_json, table
from ai_data_platform.cli.places import open_home
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.settings import read_settings
from ai_data_platform.stores.tokens import ROLES, Role, Token, TokenStore

__all__ = ["tokens"]

tokens = typer.Typer(
    help="Tokens of the service. Without any, it serves this machine only and asks for none.",
    no_args_is_help=True,
)

_Role = StrEnum("_Role", list(ROLES))
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Who uses it; the log shows this name.")]

_SPANS = {"m": "minutes", "h": "hours", "d": "days"}


@tokens.command()
@explained
def create(
    name: _Name,
    role: Annotated[list[_Role], typer.Option(help="What it opens; may be given several times.")],
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, this once: only its hash is kept."""
    roles = [cast(Role, one.value) for one in role]
    _show_new(name, _store().create(name, roles, _now()), as_json)


@tokens.command("list")
@explained
def listed(as_json: AsJson = False) -> None:
    """Every token that was ever made, without its secret."""
    now = _now()
    rows = [_row(token, now) for token in _store().all()]
    if as_json:
        show_json(rows)
        return
    columns = ["name", "key", "roles", "state", "created_at", "valid_until"]
    shown = [[_cell(row[column]) for column in columns] for row in rows]
    console.print(table([column.replace("_", " ") for column in columns], shown))


@tokens.command()
@explained
def rotate(
    name: _Name,
    keep_old: Annotated[
        str, typer.Option(help="How long the old one stays valid: 30m, 24h, 7d; 0m ends it now.")
    ] = "24h",
    as_json: AsJson = False,
) -> None:
    """Make a new token with the same roles; the old one stays valid for a while."""
    now = _now()
    until = now + _span(keep_old)
    _show_new(name, _store().rotate(name, now, until), as_json)
    if not as_json:
        console.print(f"The old one is valid until {until.isoformat(timespec='minutes')}.")


@tokens.command()
@explained
def revoke(name: _Name, as_json: AsJson = False) -> None:
    """End the tokens of this name, from the next request on."""
    ended = _store().revoke(name, _now())
    if as_json:
        show_json({"name": name, "revoked": ended})
    else:
        console.print(f"{ended} token{'s' if ended > 1 else ''} of {name} ended.")


def _cell(value: str | list[str] | None) -> str:
    return ", ".join(value) if isinstance(value, list) else value or ""


def _store() -> TokenStore:
    return open_home(read_settings()).tokens


def _now() -> datetime:
    return datetime.now(UTC)


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if found is None:
        raise ConfigurationError(f"--keep-old is {text!r}, wanted 30m, 24h or 7d")
    return timedelta(**{_SPANS[found[2]]: int(found[1])})


def _show_new(name: str, token: str, as_json: bool) -> None:
    if as_json:
        show_json({"name": name, "token": token})
        return
    console.print(f"The token of {name}, shown this once:")
    console.print(token, markup=False, soft_wrap=True)


def _row(token: Token, now: datetime) -> dict[str, Any]:
    return {
        "name": token.name,
        "key": token.key,
        "roles": list(token.roles),
        "state": "valid" if token.valid(now) else "ended",
        "created_at": token.created_at.isoformat(timespec="minutes"),
        "valid_until": token.valid_until and token.valid_until.isoformat(timespec="minutes"),
    }
