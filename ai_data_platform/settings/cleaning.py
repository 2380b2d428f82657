"""What is replaced in chat logs, and which exchanges are left out."""

import re
from typing import TYPE_CHECKING

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from ai_data_platform.settings.places import Names

if TYPE_CHECKING:
    from ai_data_platform.core.conversations.redact import RedactOptions
    from ai_data_platform.core.conversations.screen import ScreenOptions

__all__ = ["CleaningSettings"]

_WORDS = r"[^\W_]+( [^\W_]+)*"
_PLUGIN = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"


class CleaningSettings(BaseSettings):
    """What is replaced in chat logs, and which exchanges are left out."""

    redact_kinds: Names = Field(
        ("KEY", "URL_CREDENTIALS", "CARD", "IBAN", "SSN", "EMAIL", "PHONE", "IP"),
        description="Personal data that placeholders replace in chat logs, separated by commas",
    )
    redact_regions: Names = Field(
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
    languages: Names = Field(
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
    test_messages: Names = Field(
        (
            *("test", "testing", "test test", "test test test", "testing testing"),
            *("test message", "test run", "test please ignore", "a test", "just a test"),
            *("just testing", "this is a test", "this is just a test", "this is a test message"),
            *("asdf", "asdfasdf", "qwerty", "lorem ipsum", "lorem ipsum dolor sit amet"),
        ),
        description="A message that is nothing but one of these, numbers after it or not, is test traffic; "
        "separated by commas, `,` for none",
    )
    test_markers: Names = Field(
        ("[test]", "<test>"), description="A message that begins with one of these is test traffic"
    )
    test_users: Names = Field(
        ("test", "qa", "dummy"),
        description="A user of one of these names, alone or before a number, `-`, `_`, `:` or `.`, is a "
        "test account",
    )

    @field_validator("test_messages", "test_markers", "test_users")
    @classmethod
    def _are_small_words(cls, given: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        small = tuple(words.lower() for words in given)  # messages are compared in small letters
        for words in small:
            if info.field_name != "test_markers" and not re.fullmatch(_WORDS, words):
                raise ValueError(
                    f"{words!r} is not made of words: wanted letters, digits and spaces"
                )
        return small

    @field_validator("name_finder", "toxicity")
    @classmethod
    def _names_a_factory(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(_PLUGIN, name):
            raise ValueError("wanted `package.module:factory`")
        return name

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
