"""What a sample is asked to hold, and the tally of what it got."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ai_data_platform.core.errors import ConfigurationError

__all__ = ["SampleReport", "SampleSpec"]

_LIMITS = {
    "conversations": (1, 100_000_000),
    "documents": (1, 1_000_000),
    "feedback": (0, 1_000_000_000),
    "days": (1, 365),
}


@dataclass(frozen=True, slots=True)
class SampleSpec:
    """How much of everything, and the seed that all of it follows from."""

    conversations: int = 450  # gives 250 well-rated ones and 60 pairs after the filters, below 2 MB
    documents: int = 40  # readable ones; two broken ones come on top
    feedback: int = 1500  # lines: retries and broken events count
    seed: int = 7
    days: int = 7  # from 2025-03-03 on

    def __post_init__(self) -> None:
        for name, (low, high) in _LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigurationError(
                    f"a sample with {name}={value} cannot be made: wanted {low:,} to {high:,}"
                )


@dataclass(frozen=True, slots=True)
class SampleReport:
    """Totals of a written sample, and how often each defect was planted in it.

    `planted` counts records, except for the names that begin with `file_` and `document_`, which
    count files.
    """

    spec: SampleSpec
    totals: Mapping[str, int] = field(default_factory=dict)
    planted: Mapping[str, int] = field(default_factory=dict)
