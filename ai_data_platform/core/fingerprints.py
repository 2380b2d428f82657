"""Identities made from content: the same input gives the same hash on every machine."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

__all__ = ["fingerprint", "hash_bytes", "hash_text"]

_LENGTH = 32
"""Hex digits kept of a SHA-256: 128 bits, so a collision within 10^12 rows has odds below 10^-14."""


def hash_bytes(data: bytes) -> str:
    """32 hex digits of the SHA-256 of the bytes."""
    return hashlib.sha256(data).hexdigest()[:_LENGTH]


def hash_text(*parts: str) -> str:
    """32 hex digits for the parts in this order; ("ab", "c") and ("a", "bc") differ.

    A lone surrogate, which JSON can smuggle in, is hashed rather than refused.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()[:_LENGTH]


def fingerprint(value: Any) -> str:
    """32 hex digits for any JSON-like value; the order of a mapping's keys does not count."""
    return hash_text(json.dumps(_plain(value), sort_keys=True, ensure_ascii=True))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Iterable):
        return [_plain(item) for item in value]
    return str(value)
