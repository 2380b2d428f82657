"""Near-duplicates among texts: verified one by one, so that no row is dropped for an estimate."""

from ai_data_platform.core.datasets.near_duplicates.corpus import find_near_duplicates
from ai_data_platform.core.datasets.near_duplicates.duplicates import (
    Match,
    NearDuplicates,
    Rank,
    Text,
)
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions

__all__ = [
    "Match",
    "NearDuplicateOptions",
    "NearDuplicates",
    "Rank",
    "Text",
    "find_near_duplicates",
]
