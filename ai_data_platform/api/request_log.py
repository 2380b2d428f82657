"""One line of JSON for each request: who asked for what, and how it went; never what was said."""

import sys
from collections.abc import Callable
from typing import Any

import orjson
import structlog

__all__ = ["UVICORN_LOGGING", "RequestLog", "log_to_stderr"]

RequestLog = Callable[..., None]
"""Takes the name of what happened and its fields."""


def log_to_stderr() -> RequestLog:
    """Writes each event as one line of JSON with its time."""
    logger: Any = structlog.wrap_logger(
        structlog.BytesLogger(sys.stderr.buffer),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
    )
    written: RequestLog = logger.info
    return written


UVICORN_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {"uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
"""The server's own few lines, start and stop, in the same form."""
