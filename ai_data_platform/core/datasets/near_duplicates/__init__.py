"""Near-duplicates among texts: verified one by one, so that no row is dropped for an estimate."""

from ai_data_platform.core.datasets.near_duplicates.corpus import (
    Change,
    Corpus,
    changed,
    nothing,
)
from ai_data_platform.core.datasets.near_duplicates.duplicates import Decision, Repeats
from ai_data_platform.core.datasets.near_duplicates.new_texts import Text
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.search import (
    Match,
    NearDuplicates,
    find_near_duplicates,
)

__all__ = [
    "Change",
    "Corpus",
    "Decision",
    "Match",
    "NearDuplicateOptions",
    "NearDuplicates",
    "Repeats",
    "Text",
    "changed",
    "find_near_duplicates",
    "nothing",
]
