"""What repeats, what overlaps an evaluation set, and which split a conversation falls in."""

from pydantic import Field
from pydantic_settings import BaseSettings

from ai_data_platform.core.datasets.leakage.options import CertificateOptions, ContaminationOptions
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.split import Shares

__all__ = ["DatasetSettings"]


class DatasetSettings(BaseSettings):
    """What repeats, what overlaps an evaluation set, and which split a conversation falls in."""

    duplicate_similarity: float = Field(
        0.7,
        ge=0.5,
        le=1,
        description="Jaccard similarity of word pairs from which a conversation repeats another; "
        "1 is equality",
    )
    number_variants: bool = Field(
        True, description="Keep conversations that repeat another but for its numbers"
    )
    semantic_similarity: float | None = Field(
        None,
        gt=0,
        le=1,
        description="Cosine of embeddings from which a conversation says the same as another in other "
        "words and is left out; unset, vectors are not read",
    )
    contamination_similarity: float = Field(
        0.7,
        gt=0,
        le=1,
        description="Jaccard similarity of words and word pairs from which a message repeats an evaluation "
        "item",
    )
    contamination_containment: float = Field(
        0.7,
        gt=0,
        le=1,
        description="Share of an evaluation item's runs of 8 words from which a row holds the item",
    )
    contamination_common_items: int = Field(
        10,
        ge=1,
        description="What stands in more evaluation items than this is how people talk, and tells nothing",
    )
    validation_share: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="Share of users (conversations without one) held out to validate",
    )
    test_share: float = Field(
        0.1, ge=0, lt=1, description="Share of users (conversations without one) held out to test"
    )
    pair_min_margin: float = Field(
        1.0, gt=0, le=4, description="Least difference of mean ratings between chosen and rejected"
    )

    def duplicate_options(self) -> NearDuplicateOptions:
        """From when on conversations repeat each other."""
        return NearDuplicateOptions(
            threshold=self.duplicate_similarity, numbers_are_variants=self.number_variants
        )

    def shares(self) -> Shares:
        """What is held out. Raises ConfigurationError when nothing is left to train."""
        return Shares(self.validation_share, self.test_share)

    def contamination_options(self) -> ContaminationOptions:
        """From when on a training row holds an evaluation item."""
        return ContaminationOptions(
            containment=self.contamination_containment,
            similarity=self.contamination_similarity,
            short_similarity=max(
                ContaminationOptions().short_similarity, self.contamination_similarity
            ),
            common_items=self.contamination_common_items,
        )

    def certificate_options(self) -> CertificateOptions:
        """What a leakage certificate proves."""
        return CertificateOptions(self.duplicate_options(), self.contamination_options())
