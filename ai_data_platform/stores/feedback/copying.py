"""Copying a store into another: from the file in the home to PostgreSQL, or back."""

from collections.abc import Callable

from ai_data_platform.stores.feedback.store import FeedbackStore

__all__ = ["copy_rows"]


def copy_rows(source: FeedbackStore, target: FeedbackStore, log: Callable[[str], None]) -> int:
    """Add every event and turn of one store to another, in order; how many were new there.

    Into an empty store rows keep their numbers, and the processed mark comes along. What stands there
    already is not added again, so a copy that broke off is simply made again. Raises Conflict where an id
    stands there with other content.
    """
    adds: dict[str, Callable[..., list[tuple[int, bool]]]] = {
        "events": target.add_many,  # type: ignore[dict-item]  # Added is such a tuple
        "turns": target.add_turns,  # type: ignore[dict-item]
    }
    created = 0
    for series, add in adds.items():
        for page in source.pages(series):
            created += sum(new for _, new in add(page))
            log(f"{series}: {page[-1].source_line:,} copied")
    if target.first_record_id("events") == source.first_record_id("events"):
        target.mark_processed(source.last_sequence() - source.unprocessed())
    return created
