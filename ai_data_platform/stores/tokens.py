"""Bearer tokens of the service, in one file of the home folder: hashes only, never a token itself."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

import orjson

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.files import exclusive, replace_file

__all__ = ["ROLES", "Role", "Token", "TokenStore"]

Role = Literal["ingest", "read", "annotate", "metrics"]
ROLES: tuple[Role, ...] = get_args(Role)
"""`ingest` sends ratings and turns, `read` sees totals and searches, `annotate` labels, `metrics` scrapes."""

_PREFIX = "aidp_"  # so that scanners for leaked secrets can know one


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token. `key` is the part of it that may be shown."""

    key: str
    name: str
    roles: tuple[Role, ...]
    sha256: str
    created_at: datetime
    valid_until: datetime | None = None  # null: until it is revoked

    def valid(self, now: datetime) -> bool:
        return self.valid_until is None or now < self.valid_until


class TokenStore:
    """The tokens that were ever made. A change by another process counts from the next request on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._tokens: dict[str, Token] = {}

    def any(self) -> bool:
        """Whether a token was ever made; one that expired or was revoked counts too."""
        return bool(self._read())

    def all(self) -> list[Token]:
        """Every token in the order in which they were made."""
        return list(self._read().values())

    def find(self, presented: str, now: datetime) -> Token | None:
        """The valid token that this is. Takes as long for a wrong secret as for the right one."""
        digest = _sha256(presented)
        token = self._read().get(_key(presented))
        expected = token.sha256 if token else "0" * len(digest)
        same = hmac.compare_digest(digest, expected)
        return token if token is not None and same and token.valid(now) else None

    def create(self, name: str, roles: Iterable[Role], now: datetime) -> str:
        """A new token of 256 random bits, which nobody can read again afterwards.

        Raises ConfigurationError where the name has a valid token already.
        """
        with self._changing() as tokens:
            if _valid_of(tokens, name, now):
                raise ConfigurationError(
                    f"{name} has a token: rotate it with `aidp token rotate {name}`"
                )
            return _add(tokens, name, tuple(sorted(set(roles), key=ROLES.index)), now)

    def rotate(self, name: str, now: datetime, old_until: datetime) -> str:
        """A new token with the same roles; those before it are valid until `old_until` at the latest.

        Raises ConfigurationError where the name has no valid token.
        """
        with self._changing() as tokens:
            standing = _standing(tokens, name, now)
            self._end(tokens, standing, old_until)
            return _add(tokens, name, standing[-1].roles, now)

    def revoke(self, name: str, now: datetime) -> int:
        """End every valid token of this name and say how many. Raises as `rotate` does."""
        with self._changing() as tokens:
            standing = _standing(tokens, name, now)
            self._end(tokens, standing, now)
            return len(standing)

    def _end(self, tokens: dict[str, Token], ending: Iterable[Token], when: datetime) -> None:
        for token in ending:
            until = when if token.valid_until is None else min(when, token.valid_until)
            tokens[token.key] = replace(token, valid_until=until)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Token]]:
        """The tokens to change, which are written when the block ends; one process at a time."""
        with exclusive(self._path.with_suffix(".lock")):
            tokens = dict(self._read())
            yield tokens
            rows = [asdict(token) for token in tokens.values()]
            with replace_file(self._path) as file:
                file.write(orjson.dumps({"tokens": rows}, option=orjson.OPT_INDENT_2))
            self._path.chmod(0o600)

    def _read(self) -> dict[str, Token]:
        """The tokens by key, read again when the file is another one."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return self._tokens  # gone while we serve: what was closed stays closed
        stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
        if stamp != self._stamp:
            self._tokens = {token.key: token for token in _parsed(self._path)}
            self._stamp = stamp
        return self._tokens


def _parsed(path: Path) -> list[Token]:
    try:
        return [_token(row) for row in orjson.loads(path.read_bytes())["tokens"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read as the service's tokens ({type(error).__name__}): "
            "restore it, or move it away and create tokens anew"
        ) from error


def _token(row: dict[str, Any]) -> Token:
    until = row["valid_until"]
    times = {
        "created_at": datetime.fromisoformat(row["created_at"]),
        "valid_until": None if until is None else datetime.fromisoformat(until),
    }
    return Token(**row | times | {"roles": tuple(row["roles"])})


def _add(tokens: dict[str, Token], name: str, roles: tuple[Role, ...], now: datetime) -> str:
    made = f"{_PREFIX}{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    tokens[_key(made)] = Token(_key(made), name, roles, _sha256(made), now)
    return made


def _valid_of(tokens: dict[str, Token], name: str, now: datetime) -> list[Token]:
    return [token for token in tokens.values() if token.name == name and token.valid(now)]


def _standing(tokens: dict[str, Token], name: str, now: datetime) -> list[Token]:
    found = _valid_of(tokens, name, now)
    if not found:
        known = ", ".join(sorted({t.name for t in tokens.values() if t.valid(now)})) or "none"
        raise ConfigurationError(f"{name} has no valid token; valid are: {known}")
    return found


def _key(token: str) -> str:
    """The part between prefix and secret, by which a token is found."""
    return token.removeprefix(_PREFIX)[:8]


def _sha256(token: str) -> str:
    """A plain hash: of 256 random bits there is nothing to guess, so a slow one would protect nothing."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
