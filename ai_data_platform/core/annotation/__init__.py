"""What people should label next, and what a label says."""

from ai_data_platform.core.annotation.labels import Choice, label_events, shows_second_first
from ai_data_platform.core.annotation.queue import (
    ANNOTATION_ITEM,
    annotation_items,
    rater_hash,
)
from ai_data_platform.core.annotation.value import Contest, Reason, chance_of_change

__all__ = [
    "ANNOTATION_ITEM",
    "Choice",
    "Contest",
    "Reason",
    "annotation_items",
    "chance_of_change",
    "label_events",
    "rater_hash",
    "shows_second_first",
]
