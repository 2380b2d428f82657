from random import Random

import numpy as np
import pytest

from ai_data_platform.core.datasets.near_duplicates import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.signatures import band_keys
from ai_data_platform.core.fingerprints import hash_bytes

OPTIONS = NearDuplicateOptions()


def test_pairs_at_the_threshold_share_a_band_as_often_as_the_curve_says() -> None:
    random, pairs = Random(3), 1500
    for size, shared, wanted in ((60, 40, 0.984), (60, 15, 0.023)):
        sets = []
        for _ in range(pairs):
            common = [random.getrandbits(51) for _ in range(shared)]
            sets += [common + [random.getrandbits(51) for _ in range(size - shared)] for _ in "ab"]
        offsets = np.arange(0, size * len(sets) + 1, size)
        keys = band_keys(offsets, np.array(sets, dtype=np.uint64).ravel(), OPTIONS)
        found = (keys[:, 0::2] == keys[:, 1::2]).any(axis=0).mean()
        assert found == pytest.approx(wanted, abs=0.012)


def test_the_keys_of_a_text_do_not_depend_on_its_neighbours() -> None:
    random = Random(5)
    sets = [[random.getrandbits(51) for _ in range(random.randint(0, 90))] for _ in range(300)]
    offsets = np.concatenate(([0], np.cumsum([len(found) for found in sets])))
    flat = np.array([value for found in sets for value in found], dtype=np.uint64)
    together = band_keys(offsets, flat, OPTIONS)
    alone = [
        band_keys(np.array([0, len(found)]), np.array(found, dtype=np.uint64), OPTIONS)[:, 0]
        for found in sets
    ]
    assert np.array_equal(together.T, np.array(alone))


def test_a_new_release_of_a_library_or_of_python_changes_no_key() -> None:
    shingles = np.concatenate((np.arange(1, 4), np.arange(1000))).astype(np.uint64) << np.uint64(40)
    keys = band_keys(np.array([0, 3, 1003]), shingles % np.uint64(1 << 51), OPTIONS)
    assert hash_bytes(keys.T.astype("<u4").tobytes()) == "ed63aa02055aa2db1e20ca664503650a"
