"""What the service grants a caller, and how long it waits for one."""

from dataclasses import dataclass

__all__ = ["ServiceOptions"]


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Limits of the service; the defaults are those of the settings."""

    rate_limit: str | None = "200/second"
    """Requests of one token, in the notation of the library `limits`; None is no limit."""
    max_in_flight: int = 1_000
    """Requests worked on at once; one above it is answered 503, to be sent again."""
    body_timeout_s: float = 10.0
    """A body that is not complete by then is answered 408."""
    cors_origins: tuple[str, ...] = ()
    """Web pages that may call the service from a browser, as `https://app.example.com`."""
    hosts: tuple[str, ...] = ()
    """Names that requests may be addressed to; none named is any."""
    trigger: int = 1_000
    """Unprocessed ratings that start a build; shown, not acted on."""
