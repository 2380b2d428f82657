"""Every way in which Dagster starts work, against everything that a gate must hold back.

Each scenario asserts both: nothing unverified is read or published, and what is good still goes through.
"""

import pytest

__all__ = ["MATRIX"]

MATRIX = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster"),  # inside Dagster's own code
]
