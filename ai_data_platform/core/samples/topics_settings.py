"""How a settings page speaks of one setting, and how its readers do."""

from ai_data_platform.core.samples.product_settings import Setting
from ai_data_platform.core.samples.topics import Among, Topic

__all__ = ["setting_topics"]

_MENUS = ("Everyday", "Expert", "House", "Overview", "Partner", "Plan", "System")
_CHANGES = (
    "A change is written to the log with the time and the name of the person who made it.",
    "Guests see the entry in grey and cannot change it.",
    "The app asks for your code when the last login was more than a day ago.",
    "After a change the device needs a moment, during which the old value is still shown.",
    "A long press on the entry brings the factory value back.",
    "The small clock beside it shows when it was changed for the last time.",
    "If the entry is missing, the app is older than the firmware of the device.",
)


def setting_topics(setting: Setting, turn: int) -> tuple[Topic, Topic]:
    """What a page says of one setting: its factory value, and where it is changed."""
    return _default(setting), _menu(setting, _CHANGES[turn % len(_CHANGES)])


def _default(setting: Setting) -> Topic:
    name = setting.name
    return Topic(
        f"{name} of the {{p}}",
        setting.default,
        (
            f"{name} is {{v}} when the {{p}} leaves the factory.",
            f"The factory value of {name} on the {{p}} is {{v}}.",
            f"Unless somebody has changed it, {name} on the {{p}} stands at {{v}}.",
        ),
        f"{setting.does} {setting.change}",
        (
            f"What is {name} set to out of the box on the {{p}}?",
            f"I changed {name} on the {{p}} and want the original value back.",
            f"Somebody played with {name} on our {{p}}. What was it before?",
            f"What does {name} on the {{p}} do, and what is the usual value?",
        ),
        (
            f"The {{p}} comes with {name} set to {{v}}.",
            f"Its factory value on the {{p}} is {{v}}, and most people leave {name} there.",
            f"On the {{p}} {name} starts out as {{v}}; the app shows it as the default.",
        ),
    )


def _menu(setting: Setting, why: str) -> Topic:
    name = setting.name
    return Topic(
        f"the place of {name} on the {{p}}",
        Among(_MENUS),
        (
            "You find it in the app under {v}, on the second page.",
            "It is in the menu {v} of the app and takes effect after a minute.",
            "Open the menu {v} in the app to change it; the display on the device only shows it.",
        ),
        why,
        (
            f"Where do I change {name} on the {{p}}?",
            f"I can't find the option for {name} of the {{p}} anywhere in the app.",
            f"Which menu hides {name} for the {{p}}?",
        ),
        (
            f"Open the app, choose the {{p}} and go to {{v}}: {name} is on the second page.",
            f"{name} of the {{p}} lives in the menu {{v}} of the app, not on the device.",
            f"Look under {{v}} in the app for the {{p}}. {setting.change}",
        ),
    )
