"""Fingerprints: the same on every machine, different for what differs."""

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.fingerprints import fingerprint, hash_bytes, hash_text


def test_the_hashes_never_change() -> None:
    assert hash_bytes(b"abc") == "ba7816bf8f01cfea414140de5dae2223"
    assert hash_text("abc") == "c3494ca1a2cf8eeb8a11ded316fb55b8"
    assert fingerprint({"b": [1, 2.5, None, True], "a": "é"}) == "73baa4a12d984f80ca8c59dcbb2ba11f"


def test_parts_do_not_run_together() -> None:
    assert len({hash_text("ab", "c"), hash_text("a", "bc"), hash_text("abc"), hash_text()}) == 4


def test_a_lone_surrogate_is_hashed_and_not_refused() -> None:
    assert hash_text("\ud800") != hash_text("\ud801")
    assert fingerprint(["\ud800"]) != fingerprint(["\ud801"])


def test_the_order_of_keys_does_not_count_and_that_of_items_does() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    assert fingerprint((1, 2)) == fingerprint([1, 2])


def test_values_that_look_alike_differ() -> None:
    values = [1, "1", True, None, "null", [], {}, "", [[]], 1.5]
    assert len({fingerprint(value) for value in values}) == len(values)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_texts_have_one_hash_exactly_when_they_are_equal(left: list[str], right: list[str]) -> None:
    assert (hash_text(*left) == hash_text(*right)) == (left == right)


def test_a_fingerprint_does_not_depend_on_the_hash_seed_of_python() -> None:
    code = (
        "from ai_data_platform.core.fingerprints import fingerprint;"
        "print(fingerprint({name: [name] for name in 'abcdef'}))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
