"""Loops over bytes and hashes as machine code. To be imported in functions: Numba takes 0.2 s to load."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compiled for this processor on the first call, and kept.

    The machine code lies in NUMBA_CACHE_DIR, else beside the module, else in the user's cache; where none
    can be written, each process compiles its own. Numba compiles anew when that module changed, and does
    not look at others: what a compiled function calls, and its constants, stand in its own module.
    """
    try:
        return cast(F, njit(cache=True, nogil=True)(function))
    except RuntimeError:
        return cast(F, njit(nogil=True)(function))
