"""Chunks: sizes, ids, what stays together."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.documents import (
    Chunk,
    ChunkOptions,
    ExtractedDocument,
    Section,
    chunk_document,
    embedding_text,
    extract,
)
from ai_data_platform.core.documents.units import size_of
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.text import word_count, words

OPTIONS = ChunkOptions()


def document(*sections: Section, title: str = "Manual") -> ExtractedDocument:
    return ExtractedDocument(title, "text/markdown", sections, "test")


def prose(count: int, about: str = "thing") -> str:
    """`count` sentences of ten words, no two alike."""
    return " ".join(
        f"Sentence {n} tells one more fact about the {about} here." for n in range(count)
    )


def chunked(*sections: Section, title: str = "Manual") -> list[Chunk]:
    return chunk_document("doc", document(*sections, title=title), OPTIONS)


def outline(chunks: list[Chunk]) -> list[tuple[tuple[str, ...], str]]:
    return [(chunk.heading_path, chunk.text) for chunk in chunks]


def holds_in_order(needles: list[str], hay: list[str]) -> bool:
    rest = iter(hay)
    return all(any(word == candidate for candidate in rest) for word in needles)


def test_a_short_document_is_one_chunk_with_all_its_facts() -> None:
    text = prose(4)
    assert chunked(Section(("Manual", "Setup"), text, page=3)) == [
        Chunk(
            chunk_id=hash_text(
                hash_text("doc", "Manual", "Setup", hash_text(f"Manual > Setup\n{text}")), "1"
            ),
            doc_id="doc",
            heading_path=("Manual", "Setup"),
            page=3,
            position=0,
            text=text,
            text_hash=hash_text(f"Manual > Setup\n{text}"),
            words=40,
        )
    ]


def test_what_is_embedded_starts_with_the_headings_each_once() -> None:
    assert embedding_text("Copy", ("Copy", "Examples"), "cp a b") == "Copy > Examples\ncp a b"
    assert embedding_text("Guide", (), "Text.") == "Guide\nText."


def test_a_long_section_is_cut_at_the_end_of_sentences() -> None:
    chunks = chunked(Section((), prose(60)))
    assert len(chunks) > 3
    assert all(chunk.text.endswith("here.") for chunk in chunks)
    assert " ".join(chunk.text for chunk in chunks) == prose(60)
    assert [chunk.position for chunk in chunks] == list(range(len(chunks)))


def test_a_small_last_piece_stays_with_the_one_before_it() -> None:
    for count in range(7, 60):
        chunks = chunked(Section((), prose(count)))
        assert len(chunks) == 1 or chunks[-1].words >= OPTIONS.least_words, count


def test_code_is_never_cut_while_it_fits() -> None:
    code = "```\n" + "\n".join(f"run step number {n}" for n in range(30)) + "\n```"
    chunks = chunked(Section((), f"{prose(9)}\n\n{code}\n\n{prose(9, 'other')}"))
    assert sum(code in chunk.text for chunk in chunks) == 1


def test_code_that_does_not_fit_is_cut_at_its_lines() -> None:
    code = "```\n" + "\n".join(f"run step number {n}" for n in range(200)) + "\n```"
    chunks = chunked(Section((), code))
    assert len(chunks) > 2
    assert "\n".join(chunk.text for chunk in chunks) == code


def test_an_announcement_stays_with_what_it_announces() -> None:
    for count in range(4, 30):
        chunks = chunked(Section((), f"{prose(count)} Enter this:\n\n- {prose(5, 'item')}"))
        assert not any(chunk.text.endswith("Enter this:") for chunk in chunks)


def test_a_row_of_small_sections_shares_a_chunk_below_their_common_heading() -> None:
    terms = [Section(("Terms", name), f"{name} is one of the words used.") for name in "ABCD"]
    assert outline(chunked(Section(("Terms",), "All words."), *terms)) == [
        (
            ("Terms",),
            "All words."
            "\n\nA\nA is one of the words used.\n\nB\nB is one of the words used."
            "\n\nC\nC is one of the words used.\n\nD\nD is one of the words used.",
        )
    ]


def test_a_long_row_of_small_sections_is_cut_between_them_only() -> None:
    names = [f"Term{number}" for number in range(60)]
    sections = [Section(("Terms", name), f"{name} is one of the words.") for name in names]
    chunks = chunked(*sections)
    assert len(chunks) > 2
    entries = [f"{name}\n{name} is one of the words." for name in names]
    assert [entry for chunk in chunks for entry in chunk.text.split("\n\n")] == entries


def test_a_small_introduction_goes_to_what_it_introduces() -> None:
    assert outline(
        chunked(Section(("Setup",), "In short."), Section(("Setup", "Linux"), prose(4)))
    ) == [(("Setup", "Linux"), "In short.\n\n" + prose(4))]


def test_a_single_small_section_goes_to_the_one_before_it_with_its_heading() -> None:
    assert outline(chunked(Section(("M", "A"), prose(4)), Section(("M", "B"), "Tiny."))) == [
        (("M", "A"), prose(4) + "\n\nB\nTiny.")
    ]


def test_a_small_section_before_all_others_shares_their_common_heading() -> None:
    assert outline(chunked(Section(("M", "A"), "Tiny."), Section(("M", "B"), prose(4)))) == [
        (("M",), "A\nTiny.\n\nB\n\n" + prose(4))
    ]


def test_a_small_section_without_a_related_neighbour_is_a_chunk_of_its_own() -> None:
    assert outline(chunked(Section(("A", "a"), prose(4)), Section(("B", "b"), "Tiny."))) == [
        (("A", "a"), prose(4)),
        (("B", "b"), "Tiny."),
    ]


def test_a_heading_without_any_text_is_still_found() -> None:
    assert outline(chunked(Section(("Removed in 2.0",), ""))) == [
        (("Removed in 2.0",), "Removed in 2.0")
    ]
    assert chunked(Section((), " ")) == []


def test_small_pages_share_a_chunk_that_knows_where_it_begins() -> None:
    pages = [Section((), f"Slide {number} says little.", page=number) for number in (1, 2, 3)]
    [chunk] = chunked(*pages)
    assert chunk.page == 1
    assert chunk.text == "\n\n".join(page.text for page in pages)


def test_each_chunk_of_a_long_page_has_its_page_number() -> None:
    chunks = chunked(Section((), prose(30), page=1), Section((), prose(30, "other"), page=2))
    assert {("other" in chunk.text, chunk.page) for chunk in chunks} == {(False, 1), (True, 2)}


def test_equal_passages_below_equal_headings_have_ids_of_their_own() -> None:
    twice = [Section(("M", "A"), prose(4)), Section(("M", "B"), prose(4, "b"))] * 2
    chunks = chunked(*twice)
    assert [chunk.text_hash for chunk in chunks[:2]] == [chunk.text_hash for chunk in chunks[2:]]
    assert len({chunk.chunk_id for chunk in chunks}) == 4


def test_equal_text_in_two_documents_shares_its_hash_but_not_its_id() -> None:
    one = document(Section(("M",), prose(4)))
    [first], [second] = (chunk_document(name, one, OPTIONS) for name in ("a", "b"))
    assert first.text_hash == second.text_hash
    assert first.chunk_id != second.chunk_id


def test_a_new_title_is_a_new_text_to_embed() -> None:
    [old] = chunked(Section((), prose(4)), title="Old")
    [new] = chunked(Section((), prose(4)), title="New")
    assert old.text_hash != new.text_hash


def test_sizes_and_version_are_in_the_fingerprint_of_the_options() -> None:
    assert OPTIONS.fingerprint == ChunkOptions(120, 180, 25).fingerprint
    assert OPTIONS.fingerprint != replace(OPTIONS, max_words=200).fingerprint


def test_sizes_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="below max"):
        ChunkOptions(target_words=200, max_words=180)


PATHS = st.lists(st.sampled_from(["A", "B", "C"]), max_size=3).map(tuple)
TEXTS = st.text(alphabet="ab cd. \n`|é三:-", max_size=400)
SECTIONS = st.lists(st.builds(Section, PATHS, TEXTS, st.none() | st.integers(1, 9)), max_size=6)


@given(SECTIONS, st.integers(10, 40))
def test_chunks_hold_every_word_in_order_within_their_size(
    sections: list[Section], target: int
) -> None:
    options = ChunkOptions(target_words=target, max_words=target * 3 // 2, small_words=5)
    chunks = chunk_document("doc", document(*sections), options)
    told = [word for section in sections for word in words(section.text)]
    assert holds_in_order(told, [word for chunk in chunks for word in words(chunk.text)])
    assert len({chunk.chunk_id for chunk in chunks}) == len(chunks)
    assert all(chunk.words <= options.max_words for chunk in chunks)
    assert chunks == chunk_document("doc", document(*sections), options)


@pytest.mark.parametrize(
    ("folder", "suffix", "step"),
    [("markdown_rust_book", ".md", 1), ("html_ant_manual", ".html", 2), ("pdf_sec_10q", ".pdf", 8)],
)
def test_real_documents_keep_every_word_and_fit_the_model(
    shared_data: Path, folder: str, suffix: str, step: int
) -> None:
    paths = sorted((shared_data / "documents" / folder).rglob(f"*{suffix}"))
    for path in [path for path in paths if path.name != "index.html"][::step]:
        extracted = extract(path.read_bytes(), path.name)
        chunks = chunk_document(path.name, extracted, OPTIONS)
        told = [word for section in extracted.sections for word in words(section.text)]
        assert holds_in_order(told, [word for chunk in chunks for word in words(chunk.text)])
        assert max(word_count(chunk.text) for chunk in chunks) <= OPTIONS.max_words
        assert max(size_of(chunk.text) for chunk in chunks) <= OPTIONS.max_words + 10
        assert len({chunk.chunk_id for chunk in chunks}) == len(chunks)
