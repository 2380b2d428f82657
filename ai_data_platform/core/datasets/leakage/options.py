"""What counts as contamination, and what a leakage certificate proves."""

from dataclasses import asdict, dataclass, field

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint

__all__ = ["CertificateOptions", "ContaminationOptions"]


@dataclass(frozen=True, slots=True)
class ContaminationOptions:
    """From when on a training row counts as holding an evaluation item.

    A row is compared message by message. Case, punctuation and white space do not count. It is
    contaminated when one of its messages

    - equals the item (`same_question`);
    - shares a run of 13 words with an item of 13 words or more (`ngram_13`: Brown et al. 2020,
      appendix C);
    - or all of them together hold at least `containment` of the item's runs of 8 words (`ngram_8`:
      Chowdhery et al. 2022, section 8, whose 70 % is the default);
    - or is near it by the Jaccard index of words and word pairs (`near_duplicate`): `similarity` for
      items of 8 words or more. Shorter ones have to reach `short_similarity`: of up to 7 words, two
      questions that differ in one word stay below 0.75, and one with a word put before or after it reaches
      0.8 from 5 words on.

    A run of words, or a whole text, that stands in more than `common_items` items is how people talk
    there and not what is asked ("Is there anything else I can help you with?"): it counts for nothing.
    Brown et al. leave out runs in more than 10 training documents. Here rows have no say in it: a
    question that a hundred people asked would be safe from being found, and what becomes of a row would
    depend on the others.
    """

    containment: float = 0.7
    similarity: float = 0.7
    short_similarity: float = 0.8
    common_items: int = 10
    version: str = "contamination-1"

    def __post_init__(self) -> None:
        shares = (self.containment, self.similarity, self.short_similarity)
        if not all(0 < share <= 1 for share in shares) or self.common_items < 1:
            raise ConfigurationError(
                f"{self}: wanted shares above 0 and up to 1, and at least one common item"
            )

    @property
    def fingerprint(self) -> str:
        """Changes with every option and with the version."""
        return fingerprint(asdict(self))


@dataclass(frozen=True, slots=True)
class CertificateOptions:
    """What must not cross the splits, and what no split may hold.

    `duplicates` gives threshold, shingle and shortest text of the join across splits: those of the
    search that decided which rows belong together.
    """

    duplicates: NearDuplicateOptions = field(
        default_factory=lambda: NearDuplicateOptions(threshold=0.7)
    )
    contamination: ContaminationOptions = field(default_factory=ContaminationOptions)
    version: str = "leakage-1"

    @property
    def fingerprint(self) -> str:
        """Changes with every option and with the versions."""
        return fingerprint([self.version, asdict(self.duplicates), asdict(self.contamination)])
