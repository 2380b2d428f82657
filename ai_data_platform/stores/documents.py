"""Documents out of folders: a file whose bytes did not change is not parsed again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ai_data_platform.core.conversations.language import LANGUAGE_VERSION, identify
from ai_data_platform.core.documents import EXTRACTOR_VERSIONS, extract
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.stores.files import DropFolder, SourceFile

__all__ = ["DOCUMENT", "UNREADABLE", "DocumentFolders", "DocumentScan"]

_SECTION = pa.struct(
    [
        pa.field("heading_path", pa.list_(pa.string())),
        pa.field("text", pa.string()),
        pa.field("page", pa.int32()),
    ]
)
DOCUMENT = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),  # hash of the uri
        pa.field("uri", pa.string(), nullable=False),  # path below the source folder
        pa.field("title", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("sections", pa.list_(_SECTION), nullable=False),
        pa.field("media_type", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),  # SHA-256 of the file
        pa.field("extractor", pa.string(), nullable=False),
        pa.field("updated_at", pa.timestamp("us", tz="UTC"), nullable=False),  # of the file
        pa.field("source", pa.string(), nullable=False),  # name of the source folder
        pa.field("language", pa.string(), nullable=False),  # ISO 639; und where it cannot be told
    ]
)
"""One document as text in sections."""

UNREADABLE = pa.schema(
    [
        pa.field("uri", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("extractor", pa.string(), nullable=False),  # what gave up on it
    ]
)
"""One file that gave no text, and why."""

_REVISION = f"documents-2/{LANGUAGE_VERSION}"
_TELLING_LETTERS = 2_000  # of a document: what comes after tells no more of its language
_EXTRACTORS = fingerprint(dict(EXTRACTOR_VERSIONS))


@dataclass(frozen=True, slots=True)
class DocumentScan:
    """Every document and every file that gave none; `parsed` files were read, the others reused."""

    documents: pa.Table
    unreadable: pa.Table
    parsed: int


class DocumentFolders:
    """The documents below some folders.

    With several, a uri starts with its folder's name, or as much of its path as tells the folders apart.
    """

    def __init__(self, folders: Sequence[str], index: Callable[[str], Path]) -> None:
        self._folders = tuple(dict.fromkeys(Path(f).expanduser().absolute() for f in folders))
        self._index = index

    def files(self) -> list[tuple[str, str, SourceFile]]:
        """(uri, source, file) of every file, in the order of uris."""
        found = []
        names = _telling_names(self._folders)
        for position, (folder, name) in enumerate(zip(self._folders, names, strict=True)):
            index = self._index(f"documents_{position}")
            for file in DropFolder(str(folder), index).files():
                uri = f"{name}/{file.name}" if len(self._folders) > 1 else file.name
                found.append((uri, name, file))
        return sorted(found, key=lambda item: item[0])

    def inputs(self) -> list[list[str]]:
        """What identifies the content of the folders and how it is read."""
        return [
            [_REVISION, _EXTRACTORS],
            *([uri, file.sha256] for uri, _, file in self.files()),
        ]

    def scan(
        self, known: pa.Table | None, aside: pa.Table | None, log: Callable[[str], None]
    ) -> DocumentScan:
        """Read what is new. `known` and `aside` are the last scan's tables, or None to read everything."""
        reusable = _by_content(known, set(EXTRACTOR_VERSIONS.values()))
        refused = _by_content(aside, {_EXTRACTORS})
        documents: list[dict[str, Any]] = []
        unreadable: list[dict[str, Any]] = []
        parsed = 0
        for uri, source, file in self.files():
            identity = (uri, file.sha256)
            if identity in reusable:
                documents.append(reusable[identity])
            elif identity in refused:
                unreadable.append(refused[identity])
            else:
                parsed += 1
                self._read(uri, source, file, documents, unreadable, log)
        _tell_languages(documents)
        return DocumentScan(
            pa.Table.from_pylist(documents, schema=DOCUMENT),
            pa.Table.from_pylist(unreadable, schema=UNREADABLE),
            parsed,
        )

    @staticmethod
    def _read(
        uri: str,
        source: str,
        file: SourceFile,
        documents: list[dict[str, Any]],
        unreadable: list[dict[str, Any]],
        log: Callable[[str], None],
    ) -> None:
        try:
            documents.append(_document(uri, source, file))
        except SourceUnreadable as error:
            log(f"set aside {uri}: {error}")
            unreadable.append(
                {
                    "uri": uri,
                    "content_hash": file.sha256,
                    "reason": error.reason,
                    "detail": error.detail,
                    "extractor": _EXTRACTORS,
                }
            )


def _document(uri: str, source: str, file: SourceFile) -> dict[str, Any]:
    extracted = extract(file.path.read_bytes(), uri)
    return {
        "doc_id": hash_text(uri),
        "uri": uri,
        "title": extracted.title,
        "text": extracted.text,
        "sections": [
            {"heading_path": list(s.heading_path), "text": s.text, "page": s.page}
            for s in extracted.sections
        ],
        "media_type": extracted.media_type,
        "content_hash": file.sha256,
        "extractor": extracted.extractor,
        "updated_at": datetime.fromtimestamp(file.mtime_ns // 1_000_000_000, tz=UTC),
        "source": source,
    }


def _tell_languages(documents: Sequence[dict[str, Any]]) -> None:
    """Give each document that was just read its language: asked for together, which is far cheaper."""
    new = [document for document in documents if "language" not in document]
    found = identify([document["text"][:_TELLING_LETTERS] for document in new])
    for document, language in zip(new, found, strict=True):
        document["language"] = language.code


def _telling_names(folders: Sequence[Path]) -> list[str]:
    """The ends of the folders' paths, as short as they may be without two of them being equal."""
    names = [folder.name for folder in folders]
    length = 1
    while len(set(names)) < len(folders):
        length += 1
        names = ["/".join(folder.parts[-length:]) for folder in folders]
    return names


def _by_content(
    table: pa.Table | None, extractors: set[str]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows by uri and content, of those that the extractors in use made."""
    if table is None or table.schema.names not in (DOCUMENT.names, UNREADABLE.names):
        return {}  # an earlier version of the platform knew less of a document
    rows = table.to_pylist()
    return {
        (row["uri"], row["content_hash"]): row for row in rows if row["extractor"] in extractors
    }
