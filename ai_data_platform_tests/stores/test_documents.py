"""Documents: parsed once, gone when deleted, and listed with a reason when they give no text."""

from pathlib import Path

import pyarrow as pa
import pytest

from ai_data_platform.core.documents import EXTRACTOR_VERSIONS
from ai_data_platform.core.documents import extract as real_extract
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.stores import documents as module
from ai_data_platform.stores.documents import (
    DOCUMENT,
    UNREADABLE,
    DocumentFolders,
    DocumentScan,
)
from ai_data_platform_tests.stores.logs import write

GUIDE = b"# Router guide\n\nHold the button.\n\n## Reset\n\nWait for the light to turn green.\n"


class Library:
    """Folders of documents, scanned again and again as a run does; `parsed` lists what was parsed."""

    def __init__(self, root: Path, *names: str) -> None:
        self.root = root
        self.folders = [root / name for name in names]
        for folder in self.folders:
            folder.mkdir(parents=True)
        self.last: DocumentScan | None = None
        self.parsed: list[str] = []
        self.said: list[str] = []

    def documents(self) -> DocumentFolders:
        folders = [str(folder) for folder in self.folders]
        return DocumentFolders(folders, lambda name: self.root / "state" / f"{name}.json")

    def scan(self) -> DocumentScan:
        self.parsed.clear()
        self.said.clear()
        known = None if self.last is None else self.last.documents
        aside = None if self.last is None else self.last.unreadable
        self.last = self.documents().scan(known, aside, self.said.append)
        return self.last

    def uris(self) -> list[str]:
        found: list[str] = self.scan().documents["uri"].to_pylist()
        return found


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    made = Library(tmp_path, "docs")

    def counted(data: bytes, uri: str) -> object:
        made.parsed.append(uri)
        return real_extract(data, uri)

    monkeypatch.setattr(module, "extract", counted)
    return made


def test_a_document_becomes_a_row_of_text_in_sections(library: Library) -> None:
    path = write(library.folders[0] / "guides" / "router.md", GUIDE)

    scan = library.scan()

    assert scan.documents.schema == DOCUMENT
    assert scan.unreadable == UNREADABLE.empty_table()
    (row,) = scan.documents.to_pylist()
    assert row["updated_at"].timestamp() == int(path.stat().st_mtime)
    assert {name: row[name] for name in ("doc_id", "uri", "title", "media_type", "source")} == {
        "doc_id": hash_text("guides/router.md"),
        "uri": "guides/router.md",
        "title": "Router guide",
        "media_type": "text/markdown",
        "source": "docs",
    }
    assert [(part["heading_path"], part["text"]) for part in row["sections"]] == [
        (["Router guide"], "Hold the button."),
        (["Router guide", "Reset"], "Wait for the light to turn green."),
    ]
    assert row["extractor"] == EXTRACTOR_VERSIONS["text/markdown"]


def test_a_document_has_the_language_that_it_is_written_in(library: Library) -> None:
    folder = library.folders[0]
    write(folder / "de.md", "Das Gerät muss vor dem Öffnen vom Netz getrennt werden.\n".encode())
    write(folder / "en.md", b"Disconnect the device from the mains before you open it.\n")
    write(folder / "few.md", b"42 kg\n")

    first = library.scan().documents
    (folder / "en.md").rename(folder / "renamed.md")
    second = library.scan().documents

    assert first["language"].to_pylist() == ["de", "en", "und"]
    assert second["language"].to_pylist() == ["de", "und", "en"]


def test_bytes_that_did_not_change_are_not_parsed_again(library: Library) -> None:
    write(library.folders[0] / "a.md", GUIDE)
    write(library.folders[0] / "b.md", b"# Other\n\nText.\n")
    first = library.scan()
    assert (first.parsed, library.parsed) == (2, ["a.md", "b.md"])

    write(library.folders[0] / "b.md", b"# Other\n\nNew text.\n")
    (library.folders[0] / "a.md").touch()
    second = library.scan()

    assert (second.parsed, library.parsed) == (1, ["b.md"])
    assert second.documents.slice(0, 1) == first.documents.slice(0, 1)
    assert library.scan().parsed == 0


def test_a_deleted_document_leaves_and_a_renamed_one_has_a_new_name(library: Library) -> None:
    for name in ("a.md", "b.md", "c.md"):
        write(library.folders[0] / name, GUIDE)
    assert library.uris() == ["a.md", "b.md", "c.md"]
    (library.folders[0] / "a.md").unlink()
    (library.folders[0] / "c.md").rename(library.folders[0] / "d.md")
    assert library.uris() == ["b.md", "d.md"]


def test_what_gives_no_text_is_listed_once_and_not_tried_again_until_it_changes(
    library: Library,
) -> None:
    write(library.folders[0] / "a.md", GUIDE)
    write(library.folders[0] / "bad.pdf", b"%PDF-1.7 and nothing else")
    write(library.folders[0] / "tool.exe", b"MZ\x00\x01")

    first = library.scan()

    rows = first.unreadable.to_pylist()
    assert [row["uri"] for row in rows] == ["bad.pdf", "tool.exe"]
    assert all(row["reason"].isidentifier() and row["detail"] for row in rows)
    assert len(library.said) == 2
    assert library.said[0].startswith(f"set aside bad.pdf: {rows[0]['reason']}: ")

    second = library.scan()
    assert (second.parsed, library.said, second.unreadable) == (0, [], first.unreadable)

    write(library.folders[0] / "bad.pdf", b"%PDF-1.7 and something else")
    assert (library.scan().parsed, library.parsed) == (1, ["bad.pdf"])
    (library.folders[0] / "bad.pdf").unlink()
    assert library.scan().unreadable["uri"].to_pylist() == ["tool.exe"]


def test_a_file_that_became_readable_leaves_the_list(library: Library) -> None:
    path = write(library.folders[0] / "a.pdf", b"no pdf")
    assert library.scan().unreadable.num_rows == 1
    path.rename(library.folders[0] / "a.md")
    write(library.folders[0] / "a.md", GUIDE)
    scan = library.scan()
    assert (scan.unreadable.num_rows, scan.documents.num_rows) == (0, 1)


def test_a_document_read_by_an_earlier_extractor_is_parsed_again(library: Library) -> None:
    write(library.folders[0] / "a.md", GUIDE)
    write(library.folders[0] / "bad.pdf", b"no pdf")
    scan = library.scan()
    for table, name in ((scan.documents, "documents"), (scan.unreadable, "unreadable")):
        column = pa.array(["earlier"] * table.num_rows, pa.string())
        place = table.schema.get_field_index("extractor")
        old = table.set_column(place, table.schema.field("extractor"), column)
        scan = DocumentScan(
            old if name == "documents" else scan.documents,
            old if name == "unreadable" else scan.unreadable,
            0,
        )
    library.last = scan
    assert library.scan().parsed == 2


def test_empty_folders_give_empty_tables(library: Library) -> None:
    scan = library.scan()
    assert (scan.documents, scan.unreadable, scan.parsed) == (
        DOCUMENT.empty_table(),
        UNREADABLE.empty_table(),
        0,
    )
    assert DocumentFolders([], lambda name: Path(name)).files() == []


def test_a_missing_folder_is_a_mistake(library: Library) -> None:
    library.folders.append(library.root / "missing")
    with pytest.raises(ConfigurationError, match=r"nothing is at .*missing"):
        library.scan()


@pytest.mark.parametrize(
    ("folders", "uris", "sources"),
    [
        (["one/docs"], ["a.md"], ["docs"]),
        (["one/docs", "two/wiki"], ["docs/a.md", "wiki/a.md"], ["docs", "wiki"]),
        (["one/docs", "two/docs"], ["one/docs/a.md", "two/docs/a.md"], ["one/docs", "two/docs"]),
        (["one/docs", "one/docs/"], ["a.md"], ["docs"]),
    ],
)
def test_a_uri_tells_the_folders_apart(
    tmp_path: Path, folders: list[str], uris: list[str], sources: list[str]
) -> None:
    for folder in folders:
        write(tmp_path / folder / "a.md", GUIDE)
    named = [f"{tmp_path}/{folder}" for folder in folders]
    scan = DocumentFolders(named, lambda name: tmp_path / name).scan(None, None, print)
    assert scan.documents["uri"].to_pylist() == uris
    assert scan.documents["source"].to_pylist() == sources
    assert len(set(scan.documents["doc_id"].to_pylist())) == len(uris)


def test_inputs_change_with_names_and_content_alone(library: Library) -> None:
    path = write(library.folders[0] / "a.md", GUIDE)
    seen = [library.documents().inputs()]
    path.touch()
    assert library.documents().inputs() == seen[0]
    path.rename(library.folders[0] / "b.md")
    seen.append(library.documents().inputs())
    write(library.folders[0] / "b.md", b"# Other\n")
    seen.append(library.documents().inputs())
    assert [inputs[1][0] for inputs in seen] == ["a.md", "b.md", "b.md"]
    assert len({str(inputs) for inputs in seen}) == 3
