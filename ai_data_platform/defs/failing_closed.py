"""How a step ends when it may not go on: at once, and without retries."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ai_data_platform.core.errors import AidpError

__all__ = ["fails_closed"]


@contextmanager
def fails_closed() -> Iterator[None]:
    """Errors of this package fail the step without retries: no second attempt mends a verdict.

    To be used as a decorator below `@dg.asset`, or around the body of a generator.
    """
    try:
        yield
    except AidpError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
