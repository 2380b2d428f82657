"""Network addresses, and logins written into URLs."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from ai_data_platform.core.conversations.pii_reserved import (
    EXAMPLE_PASSWORDS,
    is_public_address,
    is_reserved_address,
    is_reserved_domain,
)
from ai_data_platform.core.conversations.pii_text import Find, Passage

__all__ = ["find_url_credentials", "find_v4_addresses", "find_v6_addresses"]

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4 = re.compile(
    rf"(?<![A-Za-z0-9_.+^~])(?:{_OCTET}\.){{3}}{_OCTET}(?![A-Za-z0-9_+])(?!\.\d)(?!-[A-Za-z])"
)
_V6 = re.compile(
    r"(?<![A-Za-z0-9_:.])[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{3,34}+(?![A-Za-z0-9_:])(?!\.\d)"
)

_NO_ADDRESS = re.compile(
    r"(?:\b(?:versions?|ver|rev(?:ision)?|release[ds]?|build|firmware|upgraded? to|section|sections|"
    r"chapter|clause|paragraph|article|figure|table|step|版本|версия)[\s:=.]*"
    r"|\bv\.?\s?|[<>=!]=\s?|[A-Za-z]@|[A-Za-z]/|§\s?)$",
    re.IGNORECASE,
)
"""Ends of text after which four numbers are a version or a place in a document."""


def find_v4_addresses(passage: Passage) -> Iterator[Find]:
    """Public IPv4 addresses; versions, chapters, private, loopback and multicast ones are left."""
    for match in _V4.finditer(passage.text):
        if not _NO_ADDRESS.search(passage.lead(match.start())):
            yield from _checked(match)


def find_v6_addresses(passage: Passage) -> Iterator[Find]:
    """Public IPv6 addresses; the value is the short form."""
    if "::" in passage.text or passage.text.count(":") >= 7:
        for match in _V6.finditer(passage.text):
            yield from _checked(match)


def _checked(match: re.Match[str]) -> Iterator[Find]:
    written = re.sub(r"(?<!:):$", "", match[0])  # "the host 2a00::1: it answers"
    try:
        address = ip_address(written)
    except ValueError:
        return
    if is_public_address(address):
        end = match.start() + len(written)
        yield Find("IP", match.start(), end, str(address), is_reserved_address(address))


_LOGIN = re.compile(
    r"(?<=://)(?P<user>[^\s/?#@:\"'`<>\[\]]{0,128}):(?P<password>[^\s/?\"'`<>\[\]]{1,256})@"
    r"(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){0,8})"
)
_TEMPLATE = re.compile(r"[{}]|^\$[A-Za-z_]+$|^%[A-Za-z_]+%$|^(?:x+|\*+|\.+)$", re.IGNORECASE)


def find_url_credentials(passage: Passage) -> Iterator[Find]:
    """`user:password@host` of a URL; variables in their place are left."""
    if "://" not in passage.text:
        return
    for match in _LOGIN.finditer(passage.text):
        if not _TEMPLATE.search(match["password"]):
            value = f"{match['user']}:{match['password']}@{match['host'].lower()}"
            yield Find("URL_CREDENTIALS", *match.span(), value, _is_example_login(match))


def _is_example_login(match: re.Match[str]) -> bool:
    known = match["password"].lower() in EXAMPLE_PASSWORDS
    return known or is_reserved_domain(match["host"].lower())
