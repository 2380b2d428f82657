"""Timestamps: every way to write a time gives the same UTC time, and what is none gives None."""

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.timestamps import filing_time, parse_timestamp

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-01T12:00:00Z",
        " 2024-03-01 12:00:00 ",
        "2024-03-01T12:00:00.000000+00:00",
        "2024-03-01T12:00:00.000000000Z",
        "2024-03-01T07:00:00-05:00",
        "20240301T120000Z",
        1709294400,
        1709294400.0,
        datetime(2024, 3, 1, 12),  # noqa: DTZ001
        datetime(2024, 3, 1, 21, tzinfo=timezone(timedelta(hours=9))),
    ],
)
def test_every_way_to_write_noon_gives_noon_in_utc(value: object) -> None:
    assert parse_timestamp(value) == NOON
    assert parse_timestamp(value).tzinfo is UTC  # type: ignore[union-attr]


def test_a_date_is_its_first_moment() -> None:
    assert parse_timestamp("2024-03-01") == parse_timestamp(date(2024, 3, 1))
    assert parse_timestamp(date(2024, 3, 1)) == datetime(2024, 3, 1, tzinfo=UTC)


def test_an_offset_can_move_a_record_to_another_day() -> None:
    late = parse_timestamp("2024-03-01T23:30:00-02:00")
    early = parse_timestamp("2024-03-01T00:30:00+01:00")
    assert (late, early) == (
        datetime(2024, 3, 2, 1, 30, tzinfo=UTC),
        datetime(2024, 2, 29, 23, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "yesterday",
        "2024-02-30",
        "01/03/2024",
        True,
        0,
        -1,
        1709294400000,
        math.nan,
        math.inf,
        "1989-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        [],
        {},
    ],
)
def test_what_is_no_time_or_no_plausible_one_is_none(value: object) -> None:
    assert parse_timestamp(value) is None


def test_the_first_and_the_last_plausible_moment_are_read() -> None:
    first, last = "1990-01-01T00:00:00+00:00", "2099-12-31T23:59:59.999999+00:00"
    read = [parse_timestamp(first), parse_timestamp(last)]
    assert [moment and moment.isoformat() for moment in read] == [first, last]


@settings(deadline=None, derandomize=True)
@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
def test_a_time_survives_being_written_and_read(moment: datetime) -> None:
    assert parse_timestamp(moment.isoformat()) == moment


@settings(deadline=None, derandomize=True)
@given(st.text() | st.floats() | st.integers())
def test_no_value_ever_raises(value: object) -> None:
    found = parse_timestamp(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("ahead", "believed"),
    [
        (timedelta(days=-9_000), True),
        (timedelta(0), True),
        (timedelta(days=1), True),
        (timedelta(days=1, microseconds=1), False),
        (timedelta(days=9_000), False),
    ],
)
def test_a_time_over_a_day_ahead_is_replaced_by_that_of_arrival(
    ahead: timedelta, believed: bool
) -> None:
    assert filing_time(NOON + ahead, NOON) == (NOON + ahead if believed else NOON)
