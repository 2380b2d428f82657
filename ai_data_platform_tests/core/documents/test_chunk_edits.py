"""How many chunks an edit changes: each one is embedded again."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ai_data_platform.core.documents import (
    Chunk,
    ChunkOptions,
    ExtractedDocument,
    Section,
    chunk_document,
    extract,
)

OPTIONS = ChunkOptions()
NEW = "A new sentence was added here by an editor."
_BETWEEN = re.compile(r"(?<=[.!?])( )")

Edit = Callable[[list[str], int], None]
"""Changes the sentence at a place in a list of sentences and the spaces between them."""


def _insert(sentences: list[str], at: int) -> None:
    sentences[at:at] = [NEW, " "]


def _replace(sentences: list[str], at: int) -> None:
    sentences[at] = NEW


def _delete(sentences: list[str], at: int) -> None:
    del sentences[at : at + 2]


def _insert_paragraph(sentences: list[str], at: int) -> None:
    sentences.insert(0, " ".join([NEW] * 5) + "\n\n")


def edited(document: ExtractedDocument, edit: Edit, chance: random.Random) -> ExtractedDocument:
    """The document with one edit in one paragraph of prose."""
    places = [
        (number, block)
        for number, section in enumerate(document.sections)
        for block, text in enumerate(section.text.split("\n\n"))
        if len(text) > 60 and "`" not in text and "\n" not in text
    ]
    number, block = chance.choice(places)
    section = document.sections[number]
    blocks = section.text.split("\n\n")
    sentences = _BETWEEN.split(blocks[block])
    edit(sentences, chance.randrange(0, len(sentences), 2))
    blocks[block] = "".join(sentences).strip()
    changed = replace(section, text="\n\n".join(filter(None, blocks)))
    return replace(
        document,
        sections=(*document.sections[:number], changed, *document.sections[number + 1 :]),
    )


def chunked(document: ExtractedDocument) -> list[Chunk]:
    return chunk_document("doc", document, OPTIONS)


def ids(document: ExtractedDocument) -> set[str]:
    return {chunk.chunk_id for chunk in chunked(document)}


def manual(*texts: str) -> ExtractedDocument:
    sections = tuple(Section(("Manual", f"Part {n}"), text) for n, text in enumerate(texts))
    return ExtractedDocument("Manual", "text/markdown", sections, "test")


def prose(count: int, about: str) -> str:
    return "\n\n".join(
        f"Fact {n} about the {about} is told here. It is {n * 7919 % 1000} long and wide."
        for n in range(count)
    )


@pytest.fixture(scope="module")
def book(shared_data: Path) -> list[tuple[ExtractedDocument, set[str]]]:
    """Every second page of a real book with the ids of its chunks."""
    paths = sorted((shared_data / "documents" / "markdown_rust_book").glob("ch*.md"))[::2]
    pages = [extract(path.read_bytes(), path.name) for path in paths]
    return [(page, ids(page)) for page in pages if len(page.text) > 1_000]


@pytest.mark.parametrize(
    ("edit", "most"), [(_insert, 1.5), (_replace, 1.5), (_delete, 1.5), (_insert_paragraph, 2)]
)
def test_an_edit_of_a_real_page_changes_one_or_two_chunks(
    book: list[tuple[ExtractedDocument, set[str]]], edit: Edit, most: float
) -> None:
    chance = random.Random(20)
    changed = [len(ids(edited(page, edit, chance)) - before) for page, before in book]
    assert len(changed) > 40
    assert sum(changed) / len(changed) <= most
    assert max(changed) <= 5


def test_a_paragraph_at_the_top_shifts_positions_but_not_ids() -> None:
    before = manual(prose(120, "tool"))
    after = manual("A new paragraph stands at the very top now.\n\n" + prose(120, "tool"))
    old, new = chunked(before), chunked(after)
    assert len(old) > 10
    assert [chunk.chunk_id for chunk in new[-10:]] == [chunk.chunk_id for chunk in old[-10:]]


def test_a_new_section_leaves_the_chunks_of_the_others_as_they_were() -> None:
    before = manual(prose(20, "one"), prose(20, "two"))
    first, second = before.sections
    new = Section(("Manual", "New"), prose(20, "new"))
    after = replace(before, sections=(first, new, second))
    assert ids(before) < ids(after)
    assert [chunk.position for chunk in chunked(after)] == list(range(len(chunked(after))))


def test_a_section_that_moves_takes_its_chunks_along() -> None:
    before = manual(prose(20, "one"), prose(20, "two"))
    after = replace(before, sections=before.sections[::-1])
    assert ids(after) == ids(before)


def test_a_page_that_moves_keeps_its_ids() -> None:
    page = Section((), prose(20, "one"), page=4)
    before = ExtractedDocument("Report", "application/pdf", (page,), "test")
    after = replace(before, sections=(replace(page, page=5),))
    assert ids(after) == ids(before)
    assert {chunk.page for chunk in chunked(after)} == {5}


def test_a_new_entry_in_a_long_glossary_changes_one_or_two_chunks() -> None:
    def glossary(names: list[str]) -> ExtractedDocument:
        sections = tuple(Section(("Terms", name), f"{name} means something.") for name in names)
        return ExtractedDocument("Terms", "text/markdown", sections, "test")

    names = [f"Term{number * 7919 % 1000}" for number in range(200)]
    before, after = glossary(names), glossary([names[0], "Newcomer", *names[1:]])
    assert len(ids(before)) > 8
    assert 1 <= len(ids(after) - ids(before)) <= 2
