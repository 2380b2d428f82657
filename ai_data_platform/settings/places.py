"""Where the checkout and its sample lie, and how several values are written in one variable."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

__all__ = ["CHECKOUT", "SAMPLE", "Names"]

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLE = CHECKOUT / "examples" / "sample"


def _split_commas(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_commas)]
"""Values separated by commas."""
