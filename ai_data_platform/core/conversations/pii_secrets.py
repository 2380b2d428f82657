"""Keys, tokens and passwords."""

import re
from collections.abc import Iterator
from itertools import pairwise

from ai_data_platform.core.conversations.pii_text import Find, Passage

__all__ = ["find_keys"]

_START, _END = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"

_ISSUED = re.compile(
    rf"{_START}(?:"
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"  # AWS access key ids
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}"
    r"|glpat-[A-Za-z0-9_-]{20,255}"  # GitLab
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}|xapp-\d-[A-Za-z0-9-]{10,255}"  # Slack
    r"|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,512}|GOCSPX-[A-Za-z0-9_-]{28}"  # Google
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/]{16,255}"  # Stripe
    r"|hf_[A-Za-z0-9]{30,64}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,512}"
    r"|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"  # SendGrid
    r"|dop_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|dapi[a-f0-9]{32}"
    r"|\d{8,10}:AA[A-Za-z0-9_-]{33}"  # Telegram bots
    r"|eyJ[A-Za-z0-9_-]{8,4096}(?:\.[A-Za-z0-9_-]{2,16384}){2,4}"  # JSON web tokens
    rf"){_END}"
)
_ISSUED_HINTS = (
    "AKIA", "ASIA", "ABIA", "ACCA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox",
    "xapp-", "AIza", "ya29.", "GOCSPX-", "_live_", "_test_", "whsec_", "hf_", "npm_", "pypi-", "SG.",
    "dop_v1_", "shpat_", "shpca_", "shppa_", "shpss_", "dapi", ":AA", "eyJ",
)  # fmt: skip
"""What every issued key holds: looking for these first is twenty times faster than the pattern."""

_PREFIXED = re.compile(rf"{_START}(?:sk|gsk|pk|key|xai|r8)[-_][A-Za-z0-9_-]{{20,255}}{_END}")
_WEBHOOK = re.compile(
    r"(?<=hooks\.slack\.com/services/)T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{16,32}"
)
_PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:\s*+(?:[A-Za-z]{1,12}-[A-Za-z]{1,12}|Version|Comment|Hash): [^\n]{0,200}\n)*+"
    r"(?:[A-Za-z0-9+/=\s\\]{16,}+-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:\s*[A-Za-z0-9+/=]{40,80}(?![A-Za-z0-9+/=]))+)"
)
_BEARER = re.compile(
    r"(?<![A-Za-z])(?:bearer|basic)\s{1,3}(?P<value>[A-Za-z0-9._~+/=-]{16,4096})", re.IGNORECASE
)

_NAMES = (
    "passw", "passphrase", "passcode", "pwd", "secret", "token", "key", "credential", "bearer", "basic ",
    "密码", "口令", "пароль", "contraseña", "mot de passe", "senha",
)  # fmt: skip
_ASSIGNED = re.compile(
    r"(?:(?P<spoken>passw(?:or)?[dt]|passphrase|passcode|pwd|密码|口令|пароль|contraseña|mot de passe|senha)"
    r"|secret|token(?!s\b|iz)|(?:api|access|account|private|auth)[ _-]?(?:key|secret|token)|credential)"
    r"[\w-]{0,24}[\"'`*]{0,3}\s{0,3}(?:=>|:=|={1,3}|:|\bis\b|是|为|es|ist)\s{0,3}(?:[rbf](?=[\"'`]))?"
    r"(?P<quote>[\"'`])?(?P<value>[^\s\"'`<>(){}\[\],;、。」』】》]{6,256})(?P<next>.?)",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z]?[a-z]+(?:[A-Z][a-z]+)*\d?|[A-Z_0-9]+_[A-Z_0-9]+"
)
_REFERENCE = re.compile(r"[$%&/.\\~@*#-]|[a-z+]+://", re.IGNORECASE)
_MASKED = re.compile(r"(.)\1{5}|\.\.\.|…")
_EXAMPLE = re.compile(
    r"example|your|changeme|placeholder|dummy|sample|insert|replace|^(?:my)?(?:pass|secret|test|user|token)"
    r"|1234567|abcdef|qwerty",
    re.IGNORECASE,
)


def find_keys(passage: Passage) -> Iterator[Find]:
    """Issued keys by their form, private key blocks, bearer tokens, and the values of assignments.

    Of an assignment only the value is the find, so `password = "..."` stays a line of code.
    """
    for start, end, value in _secrets(passage.text):
        if _MASKED.search(value) and "-----" not in value:
            continue
        yield Find("KEY", start, end, value, _EXAMPLE.search(value) is not None)


def _secrets(text: str) -> Iterator[tuple[int, int, str]]:
    if any(map(text.__contains__, _ISSUED_HINTS)):
        yield from ((*match.span(), match[0]) for match in _ISSUED.finditer(text))
    if "-----BEGIN" in text:
        yield from ((*match.span(), match[0]) for match in _PEM.finditer(text))
    if "hooks.slack.com/" in text:
        yield from ((*match.span(), match[0]) for match in _WEBHOOK.finditer(text))
    if "k-" in text or "k_" in text or "key-" in text or "xai-" in text or "r8_" in text:
        yield from ((*m.span(), m[0]) for m in _PREFIXED.finditer(text) if _is_random(m[0]))
    lowered = text.lower()
    if any(map(lowered.__contains__, _NAMES)):
        yield from _after_a_name(text)


def _after_a_name(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _BEARER.finditer(text):
        if _is_random(match["value"]):
            yield *match.span("value"), match["value"]
    for match in _ASSIGNED.finditer(text):
        value = match["value"] if match["quote"] else match["value"].rstrip(".,:*")
        start = match.start("value")
        if _is_secret(match, value):
            yield start, start + len(value), value


def _is_secret(match: re.Match[str], value: str) -> bool:
    if match["next"] in {"(", "[", "{", "<"} or _REFERENCE.match(value):
        return False
    if match["quote"] is None and _IDENTIFIER.fullmatch(value):
        return False
    return _is_random(value) or bool(match["spoken"] and _is_password(value))


def _is_random(value: str) -> bool:
    """Sixteen letters and digits that change places, or change case, more often than any name does."""
    signs = [character for character in value if character.isalnum()]
    kinds = [(sign.isdigit(), sign.isupper()) for sign in signs]
    changes = [(left, right) for left, right in pairwise(kinds) if left != right]
    digit_changes = sum(left[0] != right[0] for left, right in changes)
    return len(signs) >= 16 and (digit_changes >= 3 or len(changes) > 0.4 * len(signs))


def _is_password(value: str) -> bool:
    """Letters with digits or signs, or digits alone: a bare word after `password:` is mostly prose."""
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    signs = bool(re.search(r"[!@#$%^&*+=?~|]", value))
    return len(value) >= 6 and (digits or (letters and signs))
