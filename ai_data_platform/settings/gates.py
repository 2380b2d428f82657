"""What gates hold to."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from ai_data_platform.core.datasets.sft_gate import SftThresholds
from ai_data_platform.core.evaluation.index_evidence import GateThresholds

__all__ = ["GateSettings"]


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

    def sft_thresholds(self) -> SftThresholds:
        """What the SFT gate holds to."""
        return SftThresholds(
            self.min_response_words_p5, self.max_duplicate_rate, self.max_label_imbalance
        )

    def index_thresholds(self) -> GateThresholds:
        """What the index gate holds to."""
        return GateThresholds(
            delta=self.index_margin,
            faithfulness_floor=self.min_faithfulness,
            min_questions=self.min_questions,
        )
