"""What gates hold to."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

from ai_data_platform.core.agreement import DEFAULT_FLOOR, DEFAULT_MIN_ITEMS, Demand
from ai_data_platform.core.datasets.length_bias import LARGE_BIAS
from ai_data_platform.core.datasets.sft_gate import SftThresholds
from ai_data_platform.core.evaluation.index_evidence import GateThresholds
from ai_data_platform.core.preference.gate import PreferenceThresholds

__all__ = ["GateSettings"]

_Switch = BeforeValidator(lambda value: None if value == "none" else value)
"""The word `none` switches a rule off."""


class GateSettings(BaseSettings):
    """What gates hold to."""

    min_response_words_p5: float = Field(
        5, ge=0, description="5th percentile of answer length in words must reach this"
    )
    max_duplicate_rate: float = Field(
        0.05, ge=0, le=1, description="Share of repeated rows allowed"
    )
    max_label_imbalance: float = Field(
        10, ge=1, description="Most frequent rating over least frequent rating"
    )
    max_length_bias: float = Field(
        LARGE_BIAS,
        ge=0.5,
        le=1,
        description="How often the length of answers alone may tell the liked one (area under the ROC curve; "
        "0.5 is chance)",
    )
    min_label_rows: int = Field(
        10,
        ge=1,
        description="Liked and disliked answers that unpaired preference data must have of each",
    )
    max_drift: float | None = Field(
        None,
        gt=0,
        description="Largest drift (PSI of a variable) of a dataset from its published version that may be "
        "published; without it drift is shown and blocks nothing",
    )
    tokenizer: Path | None = Field(
        None,
        description="tokenizer.json of the model to be trained, or a folder that holds it; without it the "
        "bundled embedding model's counts tokens as a stand-in",
    )
    max_tokens: int = Field(
        1024, ge=1, description="Tokens of a row that the trainer keeps; TRL's default max_length"
    )
    min_faithfulness: float = Field(0.8, ge=0, le=1, description="Floor of mean faithfulness")
    min_questions: int = Field(
        100, ge=1, description="Fewer scored questions are too little evidence to publish an index"
    )
    index_margin: float = Field(
        0.03, gt=0, lt=1, description="Largest drop in a retrieval score that counts as no drop"
    )

    min_agreement: Annotated[float | None, _Switch] = Field(
        DEFAULT_FLOOR,
        gt=-1,
        lt=1,
        description="Agreement of people beyond chance (Krippendorff's alpha) that its lower bound must "
        "exceed before preference data is published; `none` shows it and blocks nothing",
    )
    min_agreement_items: int = Field(
        DEFAULT_MIN_ITEMS,
        ge=2,
        description="Fewer items that two people judged are too little evidence of agreement",
    )

    def agreement_demand(self) -> Demand:
        """What is asked of the people behind preference data."""
        return Demand(self.min_agreement, self.min_agreement_items)

    def sft_thresholds(self) -> SftThresholds:
        """What the SFT gate holds to."""
        return SftThresholds(
            self.min_response_words_p5, self.max_duplicate_rate, self.max_label_imbalance
        )

    def preference_thresholds(self) -> PreferenceThresholds:
        """What the gates of the preference datasets hold to."""
        return PreferenceThresholds(
            self.max_duplicate_rate,
            self.max_label_imbalance,
            self.min_label_rows,
            self.max_length_bias,
        )

    def index_thresholds(self) -> GateThresholds:
        """What the index gate holds to."""
        return GateThresholds(
            delta=self.index_margin,
            faithfulness_floor=self.min_faithfulness,
            min_questions=self.min_questions,
        )
