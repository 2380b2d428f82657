"""Documents: bytes to text in sections, sections to chunks."""

from ai_data_platform.core.documents.chunk import (
    CHUNKER_VERSION,
    Chunk,
    ChunkOptions,
    chunk_document,
    embedding_text,
)
from ai_data_platform.core.documents.extract import (
    EXTRACTOR_VERSIONS,
    extract,
    extract_text,
    media_type_of,
)
from ai_data_platform.core.documents.rows import CHUNK, chunk_rows
from ai_data_platform.core.documents.sections import ExtractedDocument, Section

__all__ = [
    "CHUNK",
    "CHUNKER_VERSION",
    "EXTRACTOR_VERSIONS",
    "Chunk",
    "ChunkOptions",
    "ExtractedDocument",
    "Section",
    "chunk_document",
    "chunk_rows",
    "embedding_text",
    "extract",
    "extract_text",
    "media_type_of",
]
