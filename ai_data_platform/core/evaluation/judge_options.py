"""Where a judge is, and how much may be asked of it."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ai_data_platform.core.errors import ConfigurationError

__all__ = ["JudgeOptions"]


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """Where the judge is and how much may be asked of it. Raises ConfigurationError for what cannot be.

    `timeout` are the seconds for one whole request, `retries` the further attempts at it. Attempts
    are `backoff` seconds apart, doubling each time, or as far apart as the endpoint asks; one that asks
    for more than `longest_wait` seconds is not waited for. Prices are for a million tokens.
    """

    url: str
    model: str
    key: str | None = field(repr=False)
    repeats: int = 3
    concurrency: int = 4
    timeout: float = 60.0
    retries: int = 4
    price_in: float = 0.0
    price_out: float = 0.0
    backoff: float = 0.5
    longest_wait: float = 60.0

    def __post_init__(self) -> None:
        wrong = {
            "the judge's URL is no plain http or https address": not _is_plain_address(self.url),
            "the judge's model has no name": not self.model.strip(),
            "the judge's key holds characters that no HTTP header can carry": (
                self.key is not None and not (self.key.isascii() and self.key.isprintable())
            ),
            "the judge needs a repeat, a request at a time, and a time to answer in": (
                self.repeats < 1 or self.concurrency < 1 or self.timeout <= 0
            ),
            "the judge's retries and waits cannot be negative": (
                min(self.retries, self.backoff, self.longest_wait) < 0
            ),
        }
        if found := [reason for reason, holds in wrong.items() if holds]:
            raise ConfigurationError(f"{'; '.join(found)}: mend the settings of the judge")


def _is_plain_address(url: str) -> bool:
    """Whether it names a host, and holds no password or query, which would get into logs."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port != 0
    except ValueError:
        return False
    named = bool(parts.hostname) and " " not in url and port_fits
    return parts.scheme in ("http", "https") and named and not set("@?#") & set(url)
