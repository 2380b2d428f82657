"""What the service counts, for Prometheus. Labels come from fixed sets: traffic does not grow them."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ai_data_platform.stores.feedback import StoreUnavailable

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counters of one service, in a registry of their own."""

    def __init__(self, unprocessed: Callable[[], int]) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "aidp_http_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "aidp_http_request_seconds",
            "From the first byte of a request to the last of its answer",
            ["route"],
            registry=registry,
            buckets=_SECONDS,
        )
        self._events = Counter(
            "aidp_feedback_events",
            "Ratings by outcome; refused are those of batches, a single one is a request of status 422",
            ["outcome"],
            registry=registry,
        )
        self._turns = Counter(
            "aidp_turns", "Exchanges received, by outcome", ["outcome"], registry=registry
        )
        self._failures = Counter(
            "aidp_store_failures", "Requests that the store could not serve", registry=registry
        )
        waiting = Gauge(
            "aidp_feedback_unprocessed", "Ratings that no build has used", registry=registry
        )
        waiting.set_function(lambda: _or_nan(unprocessed))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def events(self, outcome: str, count: int = 1) -> None:
        self._events.labels(outcome).inc(count)

    def turns(self, outcome: str, count: int = 1) -> None:
        self._turns.labels(outcome).inc(count)

    def store_failed(self) -> None:
        self._failures.inc()

    def page(self) -> bytes:
        """All figures in Prometheus's text format."""
        return generate_latest(self._registry)


def _or_nan(count: Callable[[], int]) -> float:
    """A store that does not answer takes its own figure away, not the whole page."""
    try:
        return count()
    except StoreUnavailable:
        return float("nan")
