import pytest

from ai_data_platform.core.datasets.near_duplicates import NearDuplicateOptions
from ai_data_platform.core.errors import ConfigurationError


def test_the_curve_is_the_one_that_the_options_document() -> None:
    options = NearDuplicateOptions()
    found = [round(options.found(j / 10), 3) for j in range(1, 8)]
    assert found == [0.006, 0.097, 0.406, 0.81, 0.984, 1.0, 1.0]
    assert round(options.found(0.6), 4) == 0.9999


def test_options_that_would_miss_pairs_at_the_threshold_are_refused_with_the_bands_they_need() -> (
    None
):
    wanted = (
        r"32 bands of 4 find 0.873 of the pairs at Jaccard 0.5, wanted 0.98: use at least 61 bands"
    )
    with pytest.raises(ConfigurationError, match=wanted):
        NearDuplicateOptions(bands=32)
    NearDuplicateOptions(bands=61)
    NearDuplicateOptions(bands=31, rows_per_band=3)


@pytest.mark.parametrize("changes", [{"threshold": 0}, {"threshold": 1.1}, {"shingle": 0}])
def test_options_without_a_meaning_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match="wanted a threshold in"):
        NearDuplicateOptions(**changes)  # type: ignore[arg-type]


def test_every_option_changes_the_fingerprint() -> None:
    others = [
        NearDuplicateOptions(threshold=0.6),
        NearDuplicateOptions(shingle=3),
        NearDuplicateOptions(bands=65),
        NearDuplicateOptions(bands=31, rows_per_band=3),
        NearDuplicateOptions(min_words=9),
        NearDuplicateOptions(numbers_are_variants=False),
        NearDuplicateOptions(version="other"),
    ]
    prints = {options.fingerprint for options in (NearDuplicateOptions(), *others)}
    assert len(prints) == len(others) + 1
