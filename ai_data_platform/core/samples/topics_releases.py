"""What the release notes of a product say, version by version."""

from ai_data_platform.core.samples.topics import Among, Span, Topic

__all__ = ["release_topics"]

_NEW = (
    "a night view for the display",
    "export of readings as a spreadsheet",
    "a warning before a tariff changes",
    "guest access for seven days",
    "charts that compare two months",
    "voice control through the household hub",
    "a calendar for public holidays",
    "an overview of all devices on one page",
)
_FIXED = (
    "a restart at midnight when the clock changed",
    "readings that were shown twice after an outage",
    "a message that could not be closed",
    "a pairing that failed with long passwords",
    "a counter that stopped at 65,535",
    "wrong units in the Spanish version",
    "a fan that kept running after a shutdown",
    "a forecast that was late by one hour",
)

_AFTER_NEW = (
    "It is found on the start page of the app after the next login.",
    "Owners asked for it more often than for anything else last year.",
    "It can be switched off again in the menu, should you not want it.",
    "The first time it is opened, a short tour explains it.",
    "It works without the internet as well.",
)
_AFTER_FIXED = (
    "Thanks to everyone who sent us a log; your hints made the search short.",
    "Devices that showed this need no visit, the update is enough.",
    "It had been there since the first version and went unnoticed on small systems.",
    "If you wrote to us about it, your ticket is closed with this version.",
    "Readings from that time are corrected afterwards.",
)
_AFTER_APP = (
    "An older app still shows the readings but hides the settings that it does not know.",
    "On phones that no longer get updates, use the portal in a browser.",
    "The app tells you by itself when it is too old.",
    "Partners need the service app of the same week.",
)
_AFTER_UPDATE = (
    "If it is interrupted, the old version starts again and a second attempt follows at night.",
    "The light turns white for that time and the display counts down.",
    "Do not switch the supply off, even if nothing seems to happen.",
    "It is offered to one tenth of all systems first and to the rest a week later.",
    "You can put it off three times, then it is installed in the night.",
)


def release_topics(version: str, turn: int) -> tuple[Topic, ...]:
    """What the notes say of one version: its novelty, a mended fault, the app and the duration."""
    whys = [
        options[turn % len(options)]
        for options in (_AFTER_NEW, _AFTER_FIXED, _AFTER_APP, _AFTER_UPDATE)
    ]
    return (
        _new(version, whys[0]),
        _fixed(version, whys[1]),
        _app(version, whys[2]),
        _duration(version, whys[3]),
    )


def _new(version: str, why: str) -> Topic:
    return Topic(
        f"the novelty in version {version} of the {{p}}",
        Among(_NEW),
        (
            f"Version {version} brings {{v}} to the {{p}}.",
            f"New in {version} for the {{p}}: {{v}}.",
        ),
        why,
        (
            f"What is new in version {version} for the {{p}}?",
            f"The {{p}} updated itself to {version}. What did I get?",
            f"Is {version} on the {{p}} worth the trouble?",
        ),
        (
            f"Version {version} gives the {{p}} {{v}}.",
            f"The main novelty of {version} on the {{p}} is {{v}}.",
            f"With {version} there is {{v}}, on the start page after your next login.",
        ),
    )


def _fixed(version: str, why: str) -> Topic:
    return Topic(
        f"the correction in version {version} of the {{p}}",
        Among(_FIXED),
        (
            "It also corrects {v}, which some owners of the {p} reported.",
            f"Version {version} puts an end to {{v}}.",
        ),
        why,
        (
            f"Which bug did {version} repair on the {{p}}?",
            f"I saw strange things on my {{p}} before {version}. Was something corrected?",
            f"Did you mend anything in {version} for the {{p}}?",
        ),
        (
            f"Yes: {version} corrects {{v}} on the {{p}}.",
            f"Before {version} the {{p}} had trouble with this: {{v}}. That is over now.",
            f"The correction in {version} is about {{v}}. Tell us if the {{p}} still does it.",
        ),
    )


def _app(version: str, why: str) -> Topic:
    return Topic(
        f"the app for version {version} of the {{p}}",
        Span(41, 79, "app {}", scale=10),
        (
            f"To control {version} you need {{v}} or newer.",
            f"Version {version} speaks to {{v}} and everything after it.",
        ),
        why,
        (
            f"Which app version goes with {version} on the {{p}}?",
            f"Since {version} my phone hides half of the settings of the {{p}}. Is my app too old?",
            f"Do I need to update the app before I install {version} on the {{p}}?",
        ),
        (
            f"For {version} on the {{p}} you need {{v}} or newer.",
            "Install {v} first; with an older one some settings of the {p} stay hidden.",
            f"Firmware {version} wants {{v}} at least, otherwise the {{p}} shows readings only.",
        ),
    )


def _duration(version: str, why: str) -> Topic:
    return Topic(
        f"the update of the {{p}} to {version}",
        Span(6, 48, "{} minutes", step=2),
        (
            f"The update to {version} takes {{v}}, during which the {{p}} is at rest.",
            f"Plan {{v}} without the {{p}} for the update to {version}.",
        ),
        why,
        (
            f"How long is the {{p}} out of action during the update to {version}?",
            f"The update of the {{p}} to {version} has been running since breakfast. Is it stuck?",
            f"Can I install {version} on the {{p}} over lunch?",
        ),
        (
            f"The update to {version} takes {{v}}, and the {{p}} rests meanwhile.",
            f"Count on {{v}} for {version}. Cut short, the {{p}} tries again at night.",
            "It needs {v}. If it takes much longer, the {p} has gone back to the old version.",
        ),
    )
