"""E-mail addresses."""

import re
from collections.abc import Iterator

from ai_data_platform.core.conversations.pii_reserved import is_reserved_domain
from ai_data_platform.core.conversations.pii_text import Find, Passage

__all__ = ["find_emails"]

# Latin letters apart from all others: Hebrew and Russian glue prepositions to a Latin address, and
# Chinese, Japanese, Korean and Thai glue anything.
_LATIN = "A-Za-z\u00c0-\u024f"
_GLUED = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_OTHER = rf"[^\W_\d{_LATIN}{_GLUED}]"
_AT = r"(?:@|%40|&#64;|[ ]?[(\[{][ ]?(?:at|AT|At)[ ]?[)\]}][ ]?)"
_DOT = r"(?:\.|[ ]?[(\[{][ ]?(?:dot|DOT|Dot)[ ]?[)\]}][ ]?)"
_TOP = rf"(?:xn--[A-Za-z0-9-]{{2,59}}|[A-Za-z]{{2,24}})(?![{_LATIN}0-9])"
_LATIN_DOMAIN = rf"(?:[{_LATIN}0-9-]{{1,63}}{_DOT}){{1,8}}{_TOP}"
_OTHER_DOMAIN = rf"(?:(?:{_OTHER}|[0-9-]){{1,63}}\.){{1,8}}{_OTHER}{{2,24}}(?!{_OTHER}|[0-9])"
_DOMAIN = rf"(?P<domain>{_LATIN_DOMAIN}|{_OTHER_DOMAIN})"

# A local part is read in one piece, never again from its middle, so time is linear.
_PATTERNS = (
    re.compile(rf"(?<![{_LATIN}0-9._+-])(?P<local>[{_LATIN}0-9._+-]{{1,64}}+){_AT}{_DOMAIN}"),
    re.compile(
        rf"(?<!{_OTHER})(?<![0-9._+-])(?P<local>{_OTHER}(?:{_OTHER}|[0-9._+-]){{0,63}}+){_AT}{_DOMAIN}"
    ),
)
_DOTS = re.compile(_DOT)
_SIGNS = ("@", "%40", "&#64;", "at)", "at]", "at}", "AT)", "AT]", "AT}", "At)", "At]", "At}")

_FILE_ENDINGS = frozenset({
    "bmp", "class", "cpp", "css", "csv", "dll", "exe", "gif", "gz", "htm", "html", "ico", "ini", "jar",
    "java", "jpeg", "jpg", "js", "json", "jsx", "lock", "log", "map", "mjs", "pdf", "php", "png", "scss",
    "svg", "tar", "tsx", "ts", "txt", "webp", "xml", "yaml", "yml",
})  # fmt: skip
"""Ends of file and package names (`icon@2x.png`) that are no top-level domains."""

_COMMON_ENDINGS = frozenset({"com", "org", "net", "edu", "gov", "io", "co", "de", "uk", "fr"})


def find_emails(passage: Passage) -> Iterator[Find]:
    """Addresses in the text, also `name (at) host (dot) org` and URL-encoded; the value is lower case."""
    text = passage.text
    if not any(map(text.__contains__, _SIGNS)):
        return
    for pattern in _PATTERNS if not text.isascii() else _PATTERNS[:1]:
        for match in pattern.finditer(text):
            start = match.start() + len(match["local"]) - len(match["local"].lstrip(".-"))
            domain = _without_next_sentence(match["domain"])
            end = match.start("domain") + len(domain)
            local, host = text[start : match.end("local")], _DOTS.sub(".", domain).lower()
            if _is_address(local, host, text[end : end + 1]):
                value = f"{local.casefold()}@{host}"
                yield Find("EMAIL", start, end, value, is_reserved_domain(host))


def _is_address(local: str, host: str, after: str) -> bool:
    if not local or host.rpartition(".")[2] in _FILE_ENDINGS:
        return False
    # The login of every public repository host is nobody's address.
    return not (local == "git" and after in {":", "/"})


def _without_next_sentence(domain: str) -> str:
    """`bar.com` for the `bar.com.Thanks` of a writer who forgot the space."""
    head, _, last = domain.rpartition(".")
    forgotten = last.istitle() and head.rpartition(".")[2] in _COMMON_ENDINGS
    return head if forgotten and "." in head else domain
