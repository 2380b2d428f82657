from collections.abc import Callable
from typing import Any

from ai_data_platform.core.datasets.near_duplicates.compiled import compiled


def test_a_loop_whose_machine_code_cannot_be_kept_is_compiled_all_the_same() -> None:
    found: dict[str, Callable[[Any], Any]] = {}
    exec("def one_more(number):\n    return number + 1", found)  # of no file, so it has no cache
    assert compiled(found["one_more"])(1) == 2
