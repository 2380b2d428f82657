"""Feedback: the contract of one rating."""

from ai_data_platform.core.feedback.contract import (
    CONTRACT_VERSION,
    FeedbackEvent,
    Kind,
    parse_feedback,
)

__all__ = ["CONTRACT_VERSION", "FeedbackEvent", "Kind", "parse_feedback"]
