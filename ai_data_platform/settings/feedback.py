"""Where ratings and turns that come in through the API are kept."""

import re

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

__all__ = ["FeedbackSettings"]


class FeedbackSettings(BaseSettings):
    """Where ratings and turns that come in through the API are kept."""

    feedback_store: SecretStr | None = Field(
        None,
        repr=False,  # nor shown when it is refused
        description="PostgreSQL database for the ratings and turns of the API, "
        "postgresql://user:password@host/database; without it they are kept in feedback.sqlite in AIDP_HOME",
    )

    @field_validator("feedback_store")
    @classmethod
    def _is_a_database(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.match(r"postgres(ql)?://", url.get_secret_value()):
            raise ValueError("wanted postgresql://user:password@host/database")
        return url

    def feedback_store_url(self) -> str | None:
        """The URL of the database, with its password; None for the file in the home."""
        return None if self.feedback_store is None else self.feedback_store.get_secret_value()
