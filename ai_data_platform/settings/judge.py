"""The language model that judges answers."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from ai_data_platform.core.evaluation.judge_options import JudgeOptions

__all__ = ["JudgeSettings"]


class JudgeSettings(BaseSettings):
    """The language model that judges answers."""

    judge_model: str | None = Field(
        None,
        description="Model that judges faithfulness and context recall, as its endpoint names it; without "
        "it the offline scorer does",
    )
    judge_url: str = Field(
        "https://api.openai.com/v1", description="OpenAI-compatible endpoint of the judge"
    )
    judge_key: SecretStr | None = Field(
        None, description="Key of the judge's endpoint; never logged"
    )
    judge_repeats: int = Field(
        3,
        ge=1,
        le=20,
        description="Times that each answer is judged; their spread widens the interval",
    )
    judge_concurrency: int = Field(4, ge=1, le=64, description="Requests to the judge at a time")
    judge_timeout: float = Field(
        60, gt=0, description="Seconds that a request to the judge may take"
    )
    judge_price_in: float = Field(
        0, ge=0, description="Price of a million tokens that the judge reads"
    )
    judge_price_out: float = Field(0, ge=0, description="Price of a million tokens that it writes")

    def judge_options(self) -> JudgeOptions | None:
        """Where the judge of answers is; None when the offline scorer judges."""
        if self.judge_model is None:
            return None
        key = self.judge_key
        return JudgeOptions(
            url=self.judge_url,
            model=self.judge_model,
            key=None if key is None else key.get_secret_value(),
            repeats=self.judge_repeats,
            concurrency=self.judge_concurrency,
            timeout=self.judge_timeout,
            price_in=self.judge_price_in,
            price_out=self.judge_price_out,
        )
