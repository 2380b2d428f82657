"""What a choice between two answers says: a rating of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from ai_data_platform.core.fingerprints import hash_text

__all__ = ["Choice", "label_events", "shows_second_first"]

Choice = Literal["left", "right", "tie"]

_LEFT: dict[Choice, int] = {"left": 5, "right": 1, "tie": 3}


def shows_second_first(item_id: str, rater: str) -> bool:
    """Which of the two answers stands on the left: by hash, so that half of a person's items are turned."""
    return int(hash_text("side", item_id, rater)[:8], 16) % 2 == 1


def label_events(
    item: Mapping[str, Any], choice: Choice, rater: str, revision: int, now: datetime
) -> list[dict[str, Any]]:
    """A choice between the answers of an ANNOTATION_ITEM, as the bodies of two feedback events.

    The better is rated 5 and the other 1, both 3 for a tie; each names the place at which it was shown. A
    choice that is sent again has the same event ids; a changed mind has another `revision`.
    """
    sides = (
        ["second", "first"] if shows_second_first(item["item_id"], rater) else ["first", "second"]
    )
    ratings = (_LEFT[choice], 6 - _LEFT[choice])
    return [
        {
            "event_id": hash_text("label", item["item_id"], rater, str(revision), side),
            "conversation_id": item["conversation_id"],
            "message_id": item[f"{side}_message_id"],
            "rating": rating,
            "kind": "comparison",
            "shown_position": place,
            "user_id": rater,
            "created_at": now,
        }
        for place, (side, rating) in enumerate(zip(sides, ratings, strict=True), start=1)
    ]
