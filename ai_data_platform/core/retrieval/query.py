"""What a search asks for, beside its words."""

from dataclasses import dataclass, fields
from typing import Literal, get_args

__all__ = ["MODES", "Filters", "SearchMode"]

SearchMode = Literal["hybrid", "vector", "text"]
MODES: tuple[SearchMode, ...] = get_args(SearchMode)
"""By meaning and words together (reciprocal rank fusion), by meaning alone, by words alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a passage must be to be found; all that are given hold at once."""

    source: str | None = None
    """Name of the source folder."""
    media_type: str | None = None
    """`text/markdown`, `text/html`, `application/pdf` or `text/plain`."""
    language: str | None = None
    """ISO 639 code of the document's language."""
    uri_prefix: str | None = None
    """What the document's uri begins with."""

    @property
    def given(self) -> dict[str, str]:
        """The filters that are set, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}
