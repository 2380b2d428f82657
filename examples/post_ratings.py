"""A product's side of the loop: 50 conversations with two answers each, and 1,000 ratings of them.

    .venv/bin/aidp serve                                               # in one terminal
    .venv/bin/python examples/post_ratings.py http://127.0.0.1:8000    # in another

A token goes into the variable FEEDBACK_TOKEN. Ratings wait in `ratings.sqlite` in the working directory until
the service has stored them: stop the service in the midst of it, start it again, and run this once more.
"""

import os
import sys
from pathlib import Path

from ai_data_platform.client import Exchange, FeedbackClient

__all__ = ["log_conversations", "main", "rate_answers"]

_DEVICES = ("pump", "boiler", "router", "printer", "dishwasher")
_TROUBLES = (
    (
        "does not start any more",
        "Hold the blue button for five seconds until the lamp blinks twice.",
    ),
    (
        "makes a loud noise at night",
        "Tighten the four screws at the back, then set it on a level floor.",
    ),
    (
        "shows the error E7",
        "E7 means that the filter is full: rinse it with clear water and dry it.",
    ),
    ("loses its settings", "The battery on the circuit board is empty; it is a coin cell, CR2032."),
    ("smells burnt", "Pull the plug at once and call us: the cable may be damaged."),
    ("is slower than last year", "Remove the lime: run it empty with two spoons of citric acid."),
    (
        "does not find the network",
        "Move it within ten metres of the access point, then pair it anew.",
    ),
    (
        "leaks a little water",
        "The seal of the door is worn; order part 4471 and press it into the groove.",
    ),
    (
        "stops after ten minutes",
        "It switches off when it gets hot: free the grid on the left from dust.",
    ),
    ("uses too much power", "Set the mode to eco; it then heats overnight, when power is cheap."),
)
_PEOPLE = 10


def main(url: str) -> None:
    """Log the conversations, rate every answer, and wait until all of it is stored."""
    token = os.environ.get("FEEDBACK_TOKEN")
    with FeedbackClient(url, token, outbox=Path("ratings.sqlite")) as feedback:
        log_conversations(feedback)
        ratings = rate_answers(feedback)
        done = feedback.flush(timeout_s=60)
        state = feedback.state()
    sys.stdout.write(f"{ratings:,} ratings, {state.waiting:,} wait, {state.refused:,} refused\n")
    if not done:
        sys.exit(f"not everything was sent, run this again: {state.last_error}")


def log_conversations(feedback: FeedbackClient) -> None:
    """Two answers to one question are siblings: same parent, same turn."""
    for device in _DEVICES:
        for number, (trouble, remedy) in enumerate(_TROUBLES):
            question = f"My {device} {trouble}. What can I do about it?"
            poor = f"I am sorry to hear about your {device}. Please look it up in the manual."
            conversation = f"{device}-{number}"
            feedback.log_conversation(
                conversation,
                [
                    Exchange(f"{conversation}-a", question, remedy, 0, f"{conversation}-question"),
                    Exchange(f"{conversation}-b", question, poor, 0, f"{conversation}-question"),
                ],
                user_id=f"customer-{conversation}",
            )


def rate_answers(feedback: FeedbackClient) -> int:
    """Ten people rate both answers of each conversation, one in twenty the other way round. How many."""
    count = 0
    for device in _DEVICES:
        for number in range(len(_TROUBLES)):
            conversation = f"{device}-{number}"
            for person in range(_PEOPLE):
                dissents = (number * _PEOPLE + person) % 20 == 0
                for answer, rating in (("a", 2 if dissents else 5), ("b", 4 if dissents else 1)):
                    message = f"{conversation}-{answer}"
                    feedback.rate(
                        conversation,
                        message,
                        rating,
                        user_id=f"person-{person}",
                        event_id=f"{message}-{person}",  # of its own: a second run adds nothing
                    )
                    count += 1
    return count


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
