"""Files and times."""

from collections import Counter

import pytest

from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.core.samples.timeline import log_files, second_of_day, timestamp


def test_the_default_sample_has_a_file_a_day_in_four_formats() -> None:
    assert [file.name for file in log_files(SampleSpec())] == [
        "2025-03-03.jsonl",
        "2025-03-04.jsonl",
        "2025-03-05.csv",
        "2025-03-06.parquet",
        "2025-03-07.jsonl.gz",
        "2025-03-08.jsonl",
        "2025-03-09.jsonl",
    ]


@pytest.mark.parametrize(
    ("conversations", "days"), [(1, 7), (3, 1), (450, 7), (1_000, 365), (1_000_000, 30)]
)
def test_the_files_share_out_every_conversation_once(conversations: int, days: int) -> None:
    files = list(log_files(SampleSpec(conversations=conversations, days=days)))
    assert [file.first for file in files] == [0, *(file.stop for file in files[:-1])]
    assert files[-1].stop == conversations
    assert files[-1].format == "jsonl"
    assert max(Counter(file.name for file in files).values()) == 1
    assert max(file.stop - file.first for file in files) <= 20_001
    assert len({file.day for file in files}) == min(conversations, days)


def test_a_day_begins_slowly_and_ends_before_eleven_at_night() -> None:
    assert second_of_day(0.0) == 0
    assert 12 * 3600 < second_of_day(0.5) < 16 * 3600
    assert second_of_day(0.999999) < 23 * 3600


def test_a_time_is_written_as_a_clock_of_that_zone_shows_it() -> None:
    assert timestamp(1_741_000_000, 0) == "2025-03-03T11:06:40Z"
    assert timestamp(1_741_000_000, -300) == "2025-03-03T06:06:40-05:00"
    assert timestamp(1_741_000_000, 330) == "2025-03-03T16:36:40+05:30"
