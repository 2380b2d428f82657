"""Ratings from a product's process: kept at once, sent until the service has stored them.

with FeedbackClient("http://127.0.0.1:8000", outbox=Path("ratings.sqlite")) as feedback:
    feedback.rate("conversation-17", "message-3", 4, user_id="user-42", text="Clear.")

Needs nothing but Python's standard library.
"""

from ai_data_platform.client.client import Batch, FeedbackClient, State
from ai_data_platform.client.errors import FeedbackClientError, InvalidFeedback, NotKept
from ai_data_platform.client.letters import Exchange, Letter
from ai_data_platform.client.outbox import DeadLetter
from ai_data_platform.client.sender import SenderOptions

__all__ = [
    "Batch",
    "DeadLetter",
    "Exchange",
    "FeedbackClient",
    "FeedbackClientError",
    "InvalidFeedback",
    "Letter",
    "NotKept",
    "SenderOptions",
    "State",
]
