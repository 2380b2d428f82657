"""Which texts can hold personal data at all: one look in C++ that spares nearly all of them the search."""

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.conversations.pii_text import fold

__all__ = ["SUSPICIOUS", "suspects"]

SUSPICIOUS = "|".join(
    [
        r"@|%40|&#64;|(?:at|AT|At)[)\]}]",  # mail addresses, and logins in URLs
        r"\d[\d ./()-]{5}",  # cards, phone numbers, IPv4 and social security numbers
        r"[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9][A-Za-z0-9 -]{9}",  # IBANs
        r"[0-9A-Fa-f]:[0-9A-Fa-f:]{3}",  # IPv6
        r"(?i:passw|passphrase|passcode|pwd|secret|token|key|credential|bearer|basic )"  # keys by name
        r"|密码|口令|(?i:пароль|contraseña|mot de passe|senha)",
        r"AKIA|ASIA|ABIA|ACCA|gh[pousr]_|github_pat_|glpat-|xox|xapp-|AIza|ya29\.|GOCSPX-|_live_|_test_"
        r"|whsec_|hf_|npm_|pypi-|SG\.|dop_v1_|shp(?:at|ca|pa|ss)_|dapi|:AA|eyJ|-----BEGIN|hooks\.slack\.com/"
        r"|(?:sk|pk|xai|r8)[-_]",  # keys by form
    ]
)
"""RE2. Each part is what every find of some finder holds; a test plants finds of all kinds against it."""

_FOLDED = r"[^\x00-\x7F]|\\"
"""Only a text with one of these can read differently to finders than it is written."""


def suspects(texts: pa.Array) -> pa.BooleanArray:
    """Whether each text, as finders read it, may hold a find. False is certain, true is not.

    Names are not looked for: they have no form.
    """
    written = pc.match_substring_regex(texts, SUSPICIOUS)
    disguised = pc.and_(pc.invert(written), pc.match_substring_regex(texts, _FOLDED))
    if not pc.any(disguised).as_py():
        return written
    read = pa.array([fold(text).text for text in texts.filter(disguised).to_pylist()], pa.string())
    return pc.replace_with_mask(written, disguised, pc.match_substring_regex(read, SUSPICIOUS))
