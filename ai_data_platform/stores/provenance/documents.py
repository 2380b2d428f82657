"""The way of a document: its file, its text, its chunks, and whether readers find them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai_data_platform.core.errors import NotPublishedYet
from ai_data_platform.core.provenance import first_words
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.provenance.tables import Row, Tables

__all__ = ["ChunkPath", "DocumentPath", "documents_named"]

_DOCUMENT = ("doc_id", "uri", "title", "media_type", "source", "content_hash")
_CHUNK = ("chunk_id", "doc_id", "uri", "heading_path", "page", "position", "words", "text")


@dataclass(frozen=True, slots=True)
class ChunkPath:
    """One passage; `published` is whether it is in the index that readers search, None without an index."""

    chunk_id: str
    position: int
    heading_path: tuple[str, ...]
    page: int | None
    words: int
    text: str
    published: bool | None


@dataclass(frozen=True, slots=True)
class DocumentPath:
    """One source file of the knowledge base: its chunks, or the reason why it gave no text.

    `path` is where the file lies now, None when it is gone. `doc_id` is None for a file set aside.
    """

    uri: str
    path: Path | None
    doc_id: str | None = None
    title: str | None = None
    media_type: str | None = None
    content_hash: str | None = None
    reason: str | None = None
    detail: str | None = None
    chunks: tuple[ChunkPath, ...] = ()


def documents_named(
    home: Home, tables: Tables, folders: Sequence[str], id: str
) -> list[DocumentPath]:
    """The documents that an id names: a uri, doc_id or chunk_id, which shows that chunk alone."""
    lake = home.lake
    files = {
        name: [lake.path(name)] if lake.path(name).is_file() else []
        for name in ("raw_documents", "raw_documents_quarantine", "document_chunks")
    }
    chunks = tables.anywhere(files["document_chunks"], _CHUNK, ["chunk_id", "doc_id", "uri"], id)
    named = {id, *(row["doc_id"] for row in chunks)}
    documents = {
        row["doc_id"]: row
        for key in ("doc_id", "uri")
        for row in tables.rows(files["raw_documents"], _DOCUMENT, key, named)
    }
    held = _held(home, [row["chunk_id"] for row in chunks])
    paths: defaultdict[str, list[ChunkPath]] = defaultdict(list)
    for row in chunks:
        paths[row["doc_id"]].append(_chunk(row, held))
    found = [_document(row, folders, paths[row["doc_id"]]) for row in documents.values()]
    aside = ["uri", "content_hash", "reason", "detail"]
    for row in tables.rows(files["raw_documents_quarantine"], aside, "uri", [id]):
        values = {name: row[name] for name in aside[1:]}
        found.append(DocumentPath(id, _file(folders, id), **values))
    return found


def _document(row: Row, folders: Sequence[str], chunks: Iterable[ChunkPath]) -> DocumentPath:
    return DocumentPath(
        row["uri"],
        _file(folders, row["uri"]),
        row["doc_id"],
        row["title"],
        row["media_type"],
        row["content_hash"],
        chunks=tuple(sorted(chunks, key=lambda chunk: chunk.position)),
    )


def _chunk(row: Row, held: set[str] | None) -> ChunkPath:
    return ChunkPath(
        row["chunk_id"],
        row["position"],
        tuple(row["heading_path"]),
        row["page"],
        row["words"],
        first_words(row["text"]),
        None if held is None else row["chunk_id"] in held,
    )


def _held(home: Home, chunks: Sequence[str]) -> set[str] | None:
    """Those of the chunks that the published index holds; None before the first publication."""
    try:
        return home.chunks.held(chunks)
    except NotPublishedYet:
        return None


def _file(folders: Sequence[str], uri: str) -> Path | None:
    """The file behind a uri, which starts with its folder's name where there are several folders."""
    parts = Path(uri).parts
    for folder in map(Path, folders):
        for cut in range(len(parts)):
            path = folder.joinpath(*parts[cut:])
            if path.is_file() and (cut == 0 or folder.parts[-cut:] == parts[:cut]):
                return path
    return None
