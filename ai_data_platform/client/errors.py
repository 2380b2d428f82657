"""What the client raises.

FeedbackClientError
├── InvalidFeedback   the call cannot be sent as it stands; nothing of it was kept
└── NotKept           the outbox cannot take it now: it is full, its disk is full, or it is locked
"""

__all__ = ["FeedbackClientError", "InvalidFeedback", "NotKept"]


class FeedbackClientError(Exception):
    """Base of the tree: catch this to catch all of it."""


class InvalidFeedback(FeedbackClientError, ValueError):
    """The call cannot be sent as it stands; nothing of it was kept."""


class NotKept(FeedbackClientError):
    """The outbox cannot take it now; call again later."""
