"""Where the service listens, whom it answers, and how much it takes."""

from pydantic import Field
from pydantic_settings import BaseSettings

from ai_data_platform.settings.places import Names

__all__ = ["ServiceSettings"]


class ServiceSettings(BaseSettings):
    """Where the service listens, whom it answers, and how much it takes."""

    host: str = Field(
        "127.0.0.1",
        description="Address that `aidp serve` listens on; any but this machine's own asks for a token",
    )
    port: int = Field(8000, ge=0, le=65_535, description="Port that `aidp serve` listens on")
    cors_origins: Names = Field(
        (),
        description="Web pages that may call the service from a browser, split at commas: "
        "`https://app.example.com`",
    )
    rate_limit: str = Field(
        "200/second",
        pattern=r"^(none|[1-9][0-9]*/(second|minute|hour))$",
        description="Requests that one token may send: `200/second`, `10000/minute`, or `none`; a batch is "
        "one request",
    )
    max_in_flight: int = Field(
        1_000,
        ge=1,
        description="Requests that are worked on at once; one more is answered 503, to be sent again",
    )
    body_timeout: float = Field(
        10.0, gt=0, description="Seconds in which the headers and the body of a request must arrive"
    )
    shutdown_grace: int = Field(
        30, ge=1, description="Seconds that requests may still take when the service is stopped"
    )
