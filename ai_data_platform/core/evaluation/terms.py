"""What evaluation counts of a text: its content terms (words and numbers) and its sentences."""

import re

from ai_data_platform.core.text import normalise, words

__all__ = ["content_terms", "is_number", "sentences"]

# Words that carry no claim. English only: in other languages the idf weights do the work.
_STOP_WORDS = frozenset(
    words(
        """
        a about above after again all also although am an and another any are aren as at
        be because been before being below between both but by can could couldn did didn
        do does doesn doing don down during each either else etc even ever every few for
        from further had hadn has hasn have haven having he hence her here hers herself
        him himself his how however i if in into is isn it its itself just let like many
        may maybe me might more moreover most much must my myself neither no nor not now
        of off ok okay on once one only onto or other others our ours ourselves out over
        own per perhaps please rather s said same say says shall she should shouldn since
        so some such than that the their theirs them themselves then there therefore these
        they this those though through thus to too under until up upon us very via was
        wasn we well were weren what whatever when where whether which while who whom
        whose why will with within without would wouldn yes yet you your yours yourself
        """
    )
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL = re.compile(r"\d+\.\d+")
_CLITIC = re.compile(r"'(?:s|re|ve|ll|d|m|t)$")
_BREAK = re.compile(
    r"""
    (?<=[。！？])                                   # CJK: no space follows
    | (?:(?<=[.!?])|(?<=[.!?]["'”’)\]]))            # an end mark, perhaps inside a closing quote
      (?<!\b[A-Z]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bcf\.)(?<!\bvs\.)
      (?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bSt\.)(?<!\bFig\.)
      \s+(?![a-z])
    | \n\s*(?=\n|[-*+•#|>]\s|\d{1,3}[.)]\s)          # a blank line, a list item, a heading
    """,
    re.VERBOSE,
)
_SPACE = re.compile(r"\s+")


def content_terms(text: str) -> frozenset[str]:
    """The distinct words and numbers of a text, case folded, without function words.

    `1,000` is `1000`, `3.50` is `3.5`, `2.5:1` is `2.5` and `1`, `5kg` is `5` and `kg`. Numbers
    stay text, so that the words "infinity" and "nan" are words.
    """
    plain = normalise(text).replace("’", "'")
    numbers = {_plain_number(number) for number in _NUMBER.findall(plain)}
    found = {_CLITIC.sub("", word) for word in words(_NUMBER.sub(" ", plain))}
    return frozenset(numbers | (found - _STOP_WORDS))


def is_number(term: str) -> bool:
    """Whether a content term is a number."""
    return term[0].isdigit()


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, white space folded; a list item or heading stands alone.

    A single line end ends no sentence: the lines of a hard-wrapped paragraph belong together.
    """
    pieces = (_SPACE.sub(" ", piece).strip() for piece in _BREAK.split(text))
    return [piece for piece in pieces if piece]


def _plain_number(number: str) -> str:
    if _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    if _DECIMAL.fullmatch(number):
        number = number.rstrip("0").rstrip(".")
    return number
