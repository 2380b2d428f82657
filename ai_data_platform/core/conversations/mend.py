"""Broken encodings repaired: what a wrong decoding made of a text, and nothing that its writer meant."""

import ftfy

__all__ = ["MEND_VERSION", "mend"]

MEND_VERSION = f"mend-1/ftfy-{ftfy.__version__}"
"""Part of every fingerprint that mended text enters: ftfy's rules change between its releases."""

REPAIR_ONLY = ftfy.TextFixerConfig(
    unescape_html=False,  # `&amp;` in a lesson on HTML is meant
    remove_terminal_escapes=True,  # colour codes go whole: without ESC they stay behind as `[31m`
    fix_encoding=True,
    # Good and broken passages often share a line. This brings with it that a space may be read as the
    # broken half of "à", and that what is beyond reading becomes U+FFFD; ftfy does both only in mojibake.
    decode_inconsistent_utf8=True,
    fix_c1_controls=True,
    fix_latin_ligatures=False,
    fix_character_width=False,  # full-width letters are how East Asian text sets Latin ones
    uncurl_quotes=False,
    fix_line_breaks=True,
    fix_surrogates=True,  # a pair becomes its character, a lone one U+FFFD
    remove_control_chars=True,
    normalization=None,  # composed and decomposed letters can both be meant; comparing normalises
    explain=False,
)
"""ftfy limited to damage. Everything that tidies rather than repairs is off."""

_MAX_ROUNDS = 8
"""Texts were seen to settle in two rounds; the limit only keeps a surprise from turning for ever."""

_QUIET = frozenset(map(chr, range(0x20, 0x7F))) | {"\n", "\t"}


def mend(text: str) -> str:
    """The text with mojibake decoded, control characters gone and every line end `\\n`.

    Mending twice equals mending once, and the result can always be written as UTF-8. Text that was
    decoded rightly comes back as it is.
    """
    if text.isascii() and _QUIET.issuperset(text):
        return text
    mended = ftfy.fix_text(text, REPAIR_ONLY)
    # Again, because ftfy repairs line by line, and a mended line end or character makes other lines.
    for _ in range(_MAX_ROUNDS):
        before, mended = mended, ftfy.fix_text(mended, REPAIR_ONLY)
        if mended == before:
            break
    return mended
