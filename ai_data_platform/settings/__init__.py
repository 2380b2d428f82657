"""Every setting, read from the environment once, at the edge.

`Settings()` reads variables with the prefix AIDP_ and the file `.env` in the working directory. Nothing
below the command line, the definitions and the service reads the environment.
"""

import os
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.settings.cleaning import CleaningSettings
from ai_data_platform.settings.datasets import DatasetSettings
from ai_data_platform.settings.documents import DocumentSettings
from ai_data_platform.settings.feedback import FeedbackSettings
from ai_data_platform.settings.gates import GateSettings
from ai_data_platform.settings.judge import JudgeSettings
from ai_data_platform.settings.places import CHECKOUT, SAMPLE
from ai_data_platform.settings.running import RunSettings
from ai_data_platform.settings.service import ServiceSettings
from ai_data_platform.settings.sources import SourceSettings

__all__ = ["CHECKOUT", "SAMPLE", "Settings", "read_settings"]

_CLOSE = 0.77
"""Finds AIDP_LOGS for AIDP_CHAT_LOGS (0.78), not AIDP_TEST_DATA for AIDP_TEST_SHARE (0.76)."""


# The last group is read first: fields stand in the order of documents and examples.
class Settings(
    ServiceSettings,
    RunSettings,
    JudgeSettings,
    GateSettings,
    DatasetSettings,
    CleaningSettings,
    DocumentSettings,
    FeedbackSettings,
    SourceSettings,
):
    """What the platform reads, keeps, asks and listens on."""

    model_config = SettingsConfigDict(
        env_prefix="AIDP_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
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
