"""What counts as a near-duplicate, and how surely one is found."""

import math
from dataclasses import asdict, dataclass

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint

__all__ = ["NearDuplicateOptions"]

_WANTED_RECALL = 0.98


@dataclass(frozen=True, slots=True)
class NearDuplicateOptions:
    """Two texts are near when the Jaccard index of their shingle sets reaches the threshold.

    A shingle is a word or a run of `shingle` words. Words alone lose the order, longer runs lose a
    text to every edited word; both together at 0.5 kept edited copies (one word in five replaced)
    and told other texts apart.

    Candidates come from `bands` bands of `rows_per_band` MinHash values each. A pair at Jaccard j
    shares a band with probability `found(j)` = 1 - (1 - j^rows)^bands; with 64 bands of 4:

        j       0.1    0.2    0.3    0.4    0.5    0.6    0.7
        found   0.006  0.097  0.406  0.810  0.984  0.9999 1

    Three rows a band would need 31 bands and check four times as many unrelated pairs, five rows 124
    bands and 620 values a text. Options that would find fewer than 98 % of the pairs at the threshold
    raise ConfigurationError.

    A text of fewer than `min_words` words is compared for equality only: two four-word questions that
    differ in one word are above the threshold and ask different things.

    With `numbers_are_variants`, texts whose numbers differ are never duplicates of each other.
    """

    threshold: float = 0.5
    shingle: int = 2
    bands: int = 64
    rows_per_band: int = 4
    min_words: int = 8
    numbers_are_variants: bool = True
    version: str = "near-duplicates-2"

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1 or min(self.shingle, self.bands, self.rows_per_band) < 1:
            raise ConfigurationError(
                f"{self}: wanted a threshold in (0, 1] and at least one word, band and row"
            )
        if self.found(self.threshold) < _WANTED_RECALL:
            raise ConfigurationError(
                f"{self.bands} bands of {self.rows_per_band} find "
                f"{self.found(self.threshold):.3f} of the pairs at Jaccard {self.threshold:g}, wanted "
                f"{_WANTED_RECALL}: use at least {self._bands_needed} bands"
            )

    @property
    def permutations(self) -> int:
        """MinHash values of a text."""
        return self.bands * self.rows_per_band

    @property
    def fingerprint(self) -> str:
        """Changes with every option and with the version."""
        return fingerprint(asdict(self))

    def found(self, jaccard: float) -> float:
        """The probability that a pair with this Jaccard index becomes a candidate."""
        return 1 - (1 - jaccard**self.rows_per_band) ** self.bands

    @property
    def _bands_needed(self) -> int:
        return math.ceil(
            math.log(1 - _WANTED_RECALL) / math.log1p(-(self.threshold**self.rows_per_band))
        )
