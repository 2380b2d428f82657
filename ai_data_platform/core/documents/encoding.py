"""Bytes to text, whatever the file was written in."""

import codecs
import re

from resiliparse.parse.encoding import detect_encoding

from ai_data_platform.core.errors import SourceUnreadable

__all__ = ["DECODER_REVISION", "decode"]

DECODER_REVISION = "1"

# Longest first: the mark of UTF-32 little-endian begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4096  # browsers look at 1,024 bytes; saved pages carry banners above that
_SAMPLE = 4096

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_WHOLE_PER_BROKEN = 10  # Latin-1 taken for UTF-8 has hardly any whole character
_LETTER = re.compile(r"[^\W\d_]")
_ODD_IN_WORD = re.compile(r"[a-z][\x80-\x9f¡-¿×÷][a-z]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_MOST_CONTROLS = 0.02  # prose has none; random bytes have a fifth
_MOST_ACCENTS = 0.3  # French and Czech stay below, Cyrillic or Greek read as cp1252 is above


def decode(data: bytes, *, markup: bool = False) -> str:
    """The text of the bytes with line ends as \\n; `markup` also reads a charset from a meta tag.

    Raises SourceUnreadable(`undecodable_bytes`) for bytes that are no text in any encoding.
    """
    text = _marked(data) or _wide(data) or _strict(data, "utf-8")
    if text is None and markup and (declared := _META.search(data[:_META_WITHIN])):
        text = _strict(data, _web_name(declared.group(1).decode("ascii", "replace")))
    if text is None:
        text = _damaged_utf8(data) or _legacy(data)
    _refuse_binary(text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _marked(data: bytes) -> str | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strict(data, name)
    return None


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: Latin text then has its zero bytes in step."""
    sample = data[:_SAMPLE]
    if 0 not in sample or len(data) < 4:
        return None
    zero = [sample[offset::4].count(0) * 4 / len(sample) > 0.5 for offset in range(4)]
    names = {
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
    }
    name = names.get((zero[0], zero[1], zero[2], zero[3]))
    return _strict(data, name) if name else None


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken characters, such as a file cut off inside one."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for _ in _BEYOND_ASCII.finditer(text)) - broken
    return text if whole >= _WHOLE_PER_BROKEN * broken else None


def _web_name(declared: str) -> str:
    """Pages that declare Latin-1 or ASCII mean cp1252, as browsers read them."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return "utf-8"
    return "cp1252" if name in {"iso8859-1", "ascii"} else name


def _legacy(data: bytes) -> str:
    """A single- or double-byte encoding; cp1252 wherever that reads as a Western text.

    Statistics need text to work on and take a short French or Spanish line for Baltic, so they are
    obeyed only when cp1252 gives words that no Western language writes. Turkish is the exception:
    its six letters look like Icelandic ones.
    """
    western = data.decode("cp1252", "replace")
    guess = detect_encoding(data) or "cp1252"
    if guess != "cp1254" and _western(western):
        return western
    guessed = _strict(data, guess)
    return guessed if guessed is not None else western


def _western(text: str) -> bool:
    letters = _LETTER.findall(text)
    accents = sum(letter > "\x7f" for letter in letters)
    return (
        "\ufffd" not in text
        and accents <= _MOST_ACCENTS * len(letters)
        and not _ODD_IN_WORD.search(text)
    )


def _refuse_binary(text: str) -> None:
    sample = text[: 16 * _SAMPLE]
    odd = sum(1 for _ in _CONTROL.finditer(sample)) + sample.count("\ufffd")
    if odd > max(1, _MOST_CONTROLS * len(sample)):
        raise SourceUnreadable(
            "undecodable_bytes",
            f"{odd} of the first {len(sample)} characters are no text in any known encoding",
        )
