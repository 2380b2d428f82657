"""What repeats, what overlaps an evaluation set, and which split a conversation falls in."""

from pydantic import Field
from pydantic_settings import BaseSettings

from ai_data_platform.core.datasets.leakage.options import CertificateOptions, ContaminationOptions
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.split import Shares
from ai_data_platform.core.preference.options import PairOptions, Reliability

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
    pairs_per_prompt: int = Field(
        1, ge=1, description="Most pairs of one prompt, and as many edits of its answers"
    )
    pairs_per_conversation: int | None = Field(
        None,
        ge=1,
        description="Most pairs of one conversation: edits first, then the widest margins",
    )
    pairs_per_user: int | None = Field(
        None, ge=1, description="Most pairs of the conversations of one user"
    )
    pair_max_similarity: float = Field(
        0.95,
        gt=0,
        le=1,
        description="Levenshtein similarity of chosen and rejected from which a pair is left out",
    )
    like_from: float = Field(
        4.0, gt=1, le=5, description="Mean rating from which a single answer is a liked one"
    )
    dislike_to: float = Field(
        2.0, ge=1, lt=5, description="Mean rating up to which a single answer is a disliked one"
    )
    rater_reliability: Reliability = Field(
        "dawid_skene",
        description="How the raters of an answer are weighted: `dawid_skene` by how well they agree with "
        "others, `none` all alike",
    )

    annotation_items: int = Field(
        500, ge=1, description="Most pairs of answers in the annotation queue"
    )

    def duplicate_options(self) -> NearDuplicateOptions:
        """From when on conversations repeat each other."""
        return NearDuplicateOptions(
            threshold=self.duplicate_similarity, numbers_are_variants=self.number_variants
        )

    def pair_options(self, max_tokens: int) -> PairOptions:
        """Which ratings become pairs and labels, for a trainer that reads so many tokens."""
        return PairOptions(
            min_margin=self.pair_min_margin,
            max_pairs_per_prompt=self.pairs_per_prompt,
            max_pairs_per_conversation=self.pairs_per_conversation,
            max_pairs_per_user=self.pairs_per_user,
            max_similarity=self.pair_max_similarity,
            like_from=self.like_from,
            dislike_to=self.dislike_to,
            max_tokens=max_tokens,
            reliability=self.rater_reliability,
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
