"""Documents to chunks whose borders follow the content, so that an edit changes few of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate

from ai_data_platform.core.documents.blocks import joined_blocks
from ai_data_platform.core.documents.sections import ExtractedDocument
from ai_data_platform.core.documents.units import Unit, text_of
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.text import word_count

__all__ = ["CHUNKER_VERSION", "Chunk", "ChunkOptions", "chunk_document", "embedding_text"]

CHUNKER_VERSION = "content-anchors:1"

_HASH_RANGE = 16**8  # of the eight hex digits that decide

# By the white space that follows. Measured on 5 edits to each page of a manual: these give the
# fewest changed chunks (1.1 an edit); sentences get less, so that few paragraphs are torn.
_WEIGHT_BEFORE = {"\n\n": 1.0, "\n": 0.5}
_WEIGHT_IN_PARAGRAPH = 0.1


@dataclass(frozen=True, slots=True)
class ChunkOptions:
    """Sizes in words of prose; code and figures count more (see `units.size_of`).

    The embedding model reads 256 word pieces and drops the rest. English prose has 1.3 a word, so
    `max_words` is 234 pieces and leaves 20 for the headings above the text. `target_words` is what
    chunks come to on average; half of it is the least before a border may fall. A section of fewer
    than `small_words` holds about one sentence: too little to be found by.
    """

    target_words: int = 120
    max_words: int = 180
    small_words: int = 25

    def __post_init__(self) -> None:
        if not (0 < self.target_words < self.max_words and 0 < self.small_words < self.max_words):
            raise ConfigurationError(
                f"chunk sizes are small {self.small_words}, target {self.target_words}, "
                f"max {self.max_words} words: wanted small and target above 0 and below max"
            )

    @property
    def least_words(self) -> int:
        """Before these, no border falls by choice."""
        return self.target_words // 2

    @property
    def fingerprint(self) -> str:
        """32 hex digits for these sizes and this version of the chunker."""
        return fingerprint({"chunker": CHUNKER_VERSION, **asdict(self)})


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of one document, long enough to answer from and short enough to embed.

    `chunk_id` depends on the document, the headings and the content, not on the place; `position`
    counts from 0 within the document; `page` is where the passage begins; `text_hash` is the hash
    of what is embedded (`embedding_text`).
    """

    chunk_id: str
    doc_id: str
    heading_path: tuple[str, ...]
    page: int | None
    position: int
    text: str
    text_hash: str
    words: int


def embedding_text(title: str, heading_path: Sequence[str], body: str) -> str:
    """`Title > Heading > Sub`, a line end, and the body: the words that a question would use."""
    path = [title, *heading_path]
    headings = [part for number, part in enumerate(path) if number == 0 or part != path[number - 1]]
    return "\n".join(filter(None, [" > ".join(filter(None, headings)), body]))


def chunk_document(doc_id: str, document: ExtractedDocument, options: ChunkOptions) -> list[Chunk]:
    """The chunks of a document in reading order; equal ids never occur in it."""
    seen: Counter[str] = Counter()
    chunks: list[Chunk] = []
    for block in joined_blocks(document.sections, options.small_words, options.max_words):
        for piece in _pieces(block.units, options):
            chunks.append(_chunk(doc_id, document.title, piece, len(chunks), seen))
    return chunks


def _chunk(
    doc_id: str, title: str, piece: Sequence[Unit], position: int, seen: Counter[str]
) -> Chunk:
    text, path = text_of(piece), piece[0].place.heading_path
    text_hash = hash_text(embedding_text(title, path, text))
    place = hash_text(doc_id, *path, text_hash)
    seen[place] += 1
    return Chunk(
        chunk_id=hash_text(place, str(seen[place])),
        doc_id=doc_id,
        heading_path=path,
        page=piece[0].place.page,
        position=position,
        text=text,
        text_hash=text_hash,
        words=word_count(text),
    )


def _pieces(units: Sequence[Unit], options: ChunkOptions) -> list[Sequence[Unit]]:
    """The units of one block cut at anchors; a small rest goes to the piece before it."""
    pieces: list[Sequence[Unit]] = []
    start = 0
    while start < len(units):
        end = _border(units, start, options)
        pieces.append(units[start:end])
        start = end
    if len(pieces) > 1 and _size(pieces[-1]) < options.least_words:
        both = [*pieces[-2], *pieces[-1]]
        middle = _middle(both, options) if _size(both) > options.max_words else len(both)
        if middle is not None:
            pieces[-2:] = filter(None, [both[:middle], both[middle:]])
    return pieces


def _middle(units: Sequence[Unit], options: ChunkOptions) -> int | None:
    """The likeliest border that leaves enough on both sides, or None where none does."""
    total, before = _size(units), accumulate(unit.size for unit in units)
    fair = [
        at
        for at, size in enumerate(before)
        if min(size, total - size) >= options.least_words
        and max(size, total - size) <= options.max_words
    ]
    best = max(fair, key=lambda at: _anchor_chance(units, at, options), default=None)
    return None if best is None else best + 1


def _border(units: Sequence[Unit], start: int, options: ChunkOptions) -> int:
    """Where the piece that begins at `start` ends.

    A unit is an anchor by its own hash: after an edit, the next anchor is found where it was. When
    none comes before the piece is full, it ends at the unit that was nearest to being one.
    """
    size, best, best_chance = 0, start + 1, 0.0
    for at in range(start, len(units)):
        size += units[at].size
        if size > options.max_words and at > start:
            return best if best_chance else at
        chance = _anchor_chance(units, at, options)
        if size >= options.least_words and chance > best_chance:
            if chance >= 1:
                return at + 1
            best, best_chance = at + 1, chance
    return len(units)


def _anchor_chance(units: Sequence[Unit], at: int, options: ChunkOptions) -> float:
    """At least 1 where a piece may end: likelier after a long unit and at the end of a paragraph.

    The share of anchors is set by the words between the least and the target size, so that pieces
    come to the target whether sentences are short or long.
    """
    unit = units[at]
    after = units[at + 1].glue if at + 1 < len(units) else "\n\n"
    if unit.binds or unit.text.endswith(":"):
        return 0.0
    weight = _WEIGHT_BEFORE.get(after, _WEIGHT_IN_PARAGRAPH)
    number = int(hash_text(unit.text)[:8], 16) + 1
    room = options.target_words - options.least_words
    return weight * unit.size / room * _HASH_RANGE / number


def _size(units: Sequence[Unit]) -> int:
    return sum(unit.size for unit in units)
