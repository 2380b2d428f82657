"""Where everything is kept, and where rows, documents and evaluation data come from."""

from datetime import date
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from ai_data_platform.core.columns import (
    CHAT_LOG_FIELDS,
    FEEDBACK_FIELDS,
    ColumnMap,
    SourceSpec,
    parse_column_map,
)
from ai_data_platform.core.datasets.leakage.records import EVALUATION_FIELDS
from ai_data_platform.settings.places import CHECKOUT, SAMPLE, Names

__all__ = ["SourceSettings"]


class SourceSettings(BaseSettings):
    """Where everything is kept, and where rows, documents and evaluation data come from."""

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
    documents: Names = Field(
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
    eval_sets: Names = Field(
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

    @field_validator("eval_columns")
    @classmethod
    def _is_a_column_map(cls, text: str | None) -> str | None:
        parse_column_map(text or "", EVALUATION_FIELDS)
        return text

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

    def eval_column_map(self) -> dict[str, str]:
        """Which column of the evaluation sets holds which field, where the name differs."""
        return parse_column_map(self.eval_columns or "", EVALUATION_FIELDS)

    @property
    def on_the_sample(self) -> bool:
        """Whether the inputs are the ones that ship with the project."""
        return self.chat_logs == str(SAMPLE / "chat_logs")


def _column_map(text: str | None, fields: tuple[str, ...]) -> ColumnMap:
    return ColumnMap(parse_column_map(text or "", (*fields, "updated_at")))
