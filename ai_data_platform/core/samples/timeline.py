"""When conversations begin and which file they go to; all of it follows from their number."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise

from ai_data_platform.core.samples.spec import SampleSpec

__all__ = ["FIRST_DAY", "LogFile", "log_files", "second_of_day", "timestamp"]

FIRST_DAY = date(2025, 3, 3)
_CONVERSATIONS_PER_FILE = 20_000  # about 50,000 rows
_FEWEST_FILES = 5  # so that each format occurs
_FORMATS = ("jsonl", "jsonl", "csv", "parquet", "jsonl.gz", "jsonl", "jsonl")
_OFFSETS = (0, 60, 0, 0, 0, -300, 0)
"""Minutes east of UTC in which a file writes its times, in step with the formats."""

# Conversations that begin in each hour, in UTC. None does after 23:00: all end on their own day.
_HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 12, 13, 12, 11, 10, 11, 12, 12, 12, 13, 14, 15, 13, 9, 5, 0)
_UNTIL = tuple(sum_ / sum(_HOURS) for sum_ in accumulate(_HOURS))


@dataclass(frozen=True, slots=True)
class LogFile:
    """The conversations `first` to `stop` - 1, which all begin on one day."""

    name: str
    format: str
    day: date
    first: int
    stop: int
    offset_minutes: int


def log_files(spec: SampleSpec) -> Iterator[LogFile]:
    """The files of all chat logs in the order of time; the last is JSONL, as the second is."""
    files = list(_slices(spec))
    for index, (day, part, first, stop) in enumerate(files):
        form = "jsonl" if index == len(files) - 1 else _FORMATS[index % len(_FORMATS)]
        offset = _OFFSETS[index % len(_OFFSETS)]
        name = f"{day.isoformat()}{f'-{part:03d}' if part else ''}.{form}"
        yield LogFile(name, form, day, first, stop, offset)


def _slices(spec: SampleSpec) -> Iterator[tuple[date, int, int, int]]:
    per_day = -(-spec.conversations // spec.days)
    parts = max(-(-_FEWEST_FILES // spec.days), -(-per_day // _CONVERSATIONS_PER_FILE))
    count = spec.days * parts
    bounds = [index * spec.conversations // count for index in range(count + 1)]
    for index, (first, stop) in enumerate(pairwise(bounds)):
        if first < stop:
            day = FIRST_DAY + timedelta(days=index // parts)
            yield day, index % parts + 1 if parts > 1 else 0, first, stop


def second_of_day(position: float) -> int:
    """The second at which this share (0 to 1) of a day's conversations has begun."""
    hour = bisect_right(_UNTIL, position)
    before = _UNTIL[hour - 1] if hour else 0.0
    share = (position - before) / (_UNTIL[hour] - before)
    return int((hour + share) * 3600)


def timestamp(second: int, offset_minutes: int) -> str:
    """ISO 8601 for a POSIX second, as a clock with that offset writes it."""
    local = datetime.fromtimestamp(second + offset_minutes * 60, tz=UTC).isoformat()[:19]
    if not offset_minutes:
        return local + "Z"
    sign = "+" if offset_minutes > 0 else "-"
    return f"{local}{sign}{abs(offset_minutes) // 60:02d}:{abs(offset_minutes) % 60:02d}"
