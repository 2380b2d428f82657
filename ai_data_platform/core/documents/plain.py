"""Plain text: paragraphs between empty lines, hard line ends within prose removed."""

import re

from ai_data_platform.core.documents.encoding import DECODER_REVISION
from ai_data_platform.core.documents.sections import SectionWriter

__all__ = ["EXTRACTOR_VERSION", "read_plain"]

EXTRACTOR_VERSION = f"plain:decoder-{DECODER_REVISION}:1"

_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_ITEM = re.compile(r"[-*•>|+#]|\d+[.)]\s|\s")
_NARROWEST = 50  # characters; editors wrap prose at 60 to 100, while lists and data are shorter
_FULL = 0.6  # of the widest line: what a long word leaves free at a line's end


def read_plain(text: str) -> SectionWriter:
    """One section (not finished) without a heading."""
    writer = SectionWriter()
    for block in _EMPTY_LINE.split(text.replace("\f", "\n\n")):
        lines = [line.rstrip() for line in block.strip("\n").split("\n")]
        writer.paragraph((" " if _is_wrapped(lines) else "\n").join(lines))
    return writer


def _is_wrapped(lines: list[str]) -> bool:
    """Whether an editor broke these lines: all but the last are about equally long prose."""
    widest = max(map(len, lines))
    full = all(len(line) >= _FULL * widest for line in lines[:-1])
    return widest >= _NARROWEST and full and not any(map(_ITEM.match, lines))
