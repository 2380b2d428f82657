"""Plain text files."""

from ai_data_platform.core.documents import extract


def text(content: str) -> str:
    return extract(content.encode(), "a.txt").text


def test_hard_line_ends_within_prose_are_removed() -> None:
    assert text(
        "An editor has wrapped this paragraph at some column, so that\n"
        "each line ends in the middle of a sentence, except for the\n"
        "last.\n\nNext.\n"
    ) == (
        "An editor has wrapped this paragraph at some column, so that each line ends in the middle "
        "of a sentence, except for the last.\n\nNext."
    )


def test_lists_and_data_keep_their_lines() -> None:
    source = '{\n  "name": "John",\n  "age": 30\n}\n\n- milk\n- eggs\n\nname,age\nann,3'
    assert text(source) == source


def test_the_file_names_the_document() -> None:
    assert extract(b"Text.", "notes/meeting 3.txt").title == "meeting 3"
