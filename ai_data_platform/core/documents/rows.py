"""Chunks as rows of a table, made from documents as rows of a table."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ai_data_platform.core.documents.chunk import ChunkOptions, chunk_document, embedding_text
from ai_data_platform.core.documents.sections import ExtractedDocument, Section

__all__ = ["CHUNK", "chunk_rows"]

CHUNK = pa.schema(
    [
        pa.field("chunk_id", pa.string(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("heading_path", pa.list_(pa.string()), nullable=False),
        pa.field("page", pa.int32()),
        pa.field("position", pa.int32(), nullable=False),  # from 0 within the document
        pa.field("text", pa.string(), nullable=False),
        pa.field(
            "embedding_text", pa.string(), nullable=False
        ),  # headings and text: what is embedded
        pa.field("text_hash", pa.string(), nullable=False),  # of embedding_text
        pa.field("words", pa.int32(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),  # of the document's file
        pa.field("source", pa.string(), nullable=False),  # name of the source folder
        pa.field("media_type", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),  # ISO 639, of the document; or und
        pa.field("extractor", pa.string(), nullable=False),  # what read the document
    ]
)
"""One passage of one document."""

_OF_THE_DOCUMENT = ("uri", "title", "content_hash", "source", "media_type", "language", "extractor")


def chunk_rows(document: Mapping[str, Any], options: ChunkOptions) -> list[dict[str, Any]]:
    """The chunks of a document row, in order; empty for a document without text."""
    extracted = ExtractedDocument(
        title=document["title"],
        media_type=document["media_type"],
        sections=tuple(
            Section(tuple(s["heading_path"]), s["text"], s["page"]) for s in document["sections"]
        ),
        extractor=document["extractor"],
    )
    return [
        {
            "chunk_id": chunk.chunk_id,
            "doc_id": chunk.doc_id,
            "heading_path": list(chunk.heading_path),
            "page": chunk.page,
            "position": chunk.position,
            "text": chunk.text,
            "embedding_text": embedding_text(document["title"], chunk.heading_path, chunk.text),
            "text_hash": chunk.text_hash,
            "words": chunk.words,
            **{name: document[name] for name in _OF_THE_DOCUMENT},
        }
        for chunk in chunk_document(document["doc_id"], extracted, options)
    ]
