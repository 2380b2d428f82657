"""How a page speaks of one code, and how those do who see it on the display."""

from ai_data_platform.core.samples.product_codes import Code
from ai_data_platform.core.samples.topics import Given, Span, Topic

__all__ = ["code_topics"]

_REASON = (
    "The usual reason is",
    "In nine cases of ten the cause is",
    "Our partners mostly find",
    "Look first for",
    "Behind it there is often",
)
_HELP = (
    "If the code returns within a day, have a partner look at it and send us the log.",
    "Note the time at which it appeared, since the log goes back only so far.",
    "No tool is needed for that, but the main switch must be off.",
    "Wear gloves, and do not reach behind the cover while the light is on.",
    "Confirm the code in the app afterwards, otherwise it stays in the list.",
    "When it happens more than twice in a month, ask for an inspection.",
    "Nothing is lost meanwhile: the readings are kept and sent later.",
)
_PATIENCE = (
    "Switching it off and on does not shorten that time, since the count goes on.",
    "A countdown in the app shows how much of it is left.",
    "The pause protects the relays, which are made for a limited number of starts.",
    "During the pause the light blinks slowly, which is no further fault.",
    "A partner can skip the pause with the service key.",
    "The rest of the house is supplied as usual in the meantime.",
)


def code_topics(
    code: Code, others: tuple[Code, ...], name: str, turn: int
) -> tuple[Topic, Topic, Topic]:
    """What a page says of one code: its meaning, its remedy and the waiting time."""
    return (
        _meaning(code, others, name, _turn(_REASON, turn)),
        _remedy(code, others, name, _turn(_HELP, turn)),
        _waiting(name, _turn(_PATIENCE, turn)),
    )


def _turn(options: tuple[str, ...], turn: int) -> str:
    return options[turn % len(options)]


def _meaning(code: Code, others: tuple[Code, ...], name: str, reason: str) -> Topic:
    return Topic(
        f"code {name} of the {{p}}",
        Given(code.meaning, tuple(other.meaning for other in others)),
        (
            f"The {{p}} shows {name} when {{v}}.",
            f"Code {name} says that {{v}}.",
            f"Behind {name} there is one thing: {{v}}.",
        ),
        f"{reason} {code.cause}.",
        (
            f"What does {name} mean on the {{p}}?",
            f"My {{p}} says {name} since this morning. Is that bad?",
            f"The app shows {name} for the {{p}} and nothing else.",
        ),
        (
            f"{name} on the {{p}} means that {{v}}.",
            f"With {name} the {{p}} reports that {{v}}.",
            "That code of the {p} stands for this: {v}.",
        ),
    )


def _remedy(code: Code, others: tuple[Code, ...], name: str, why: str) -> Topic:
    return Topic(
        f"the remedy for {name} on the {{p}}",
        Given(code.remedy, tuple(other.remedy for other in others)),
        ("What helps is to {v}.", "To put it right, {v}.", "The way out of it: {v}."),
        why,
        (
            f"How do I get rid of {name} on the {{p}}?",
            f"The {{p}} stopped with {name}. What can I do myself?",
            f"{name} again on my {{p}}! What is the fix?",
        ),
        (
            f"To clear {name} on the {{p}}: {{v}}.",
            f"You can do that yourself: {{v}}. Then {name} goes away after the next start.",
            f"Against {name} it helps to {{v}}. The {{p}} then starts as usual.",
        ),
    )


def _waiting(name: str, why: str) -> Topic:
    return Topic(
        f"the waiting time after {name} on the {{p}}",
        Span(5, 90, "{} minutes", step=5),
        (
            f"After {name} the {{p}} waits {{v}} before it tries again by itself.",
            f"The {{p}} repeats its start {{v}} after {name}, three times at most.",
        ),
        why,
        (
            f"How long does the {{p}} stay off after {name}?",
            f"I dealt with {name} but the {{p}} still does nothing. How long until it comes back?",
            f"Does the {{p}} restart by itself after {name}?",
        ),
        (
            f"After {name} the {{p}} waits {{v}} and then starts by itself.",
            f"Give it {{v}}. The {{p}} comes back on its own after {name}, up to three times.",
            "It takes {v}; switching the {p} off and on does not make it any quicker.",
        ),
    )
