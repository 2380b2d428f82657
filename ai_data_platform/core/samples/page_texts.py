"""The words of a page that are no facts: headings, opening sentences, countries and towns."""

from ai_data_platform.core.samples.grammar import Chance, Grammar

__all__ = ["COUNTRIES", "HEADINGS", "PARTNERS", "introduction"]

HEADINGS = {
    "setup": (
        "Place and supply",
        "Cable and terminals",
        "Switching on and fixing",
        "Pairing and radio",
        "Registration and first start",
    ),
    "small_setup": ("Place and size", "Pairing and radio", "Registration and first start"),
    "care": ("Cleaning", "Inspection and spare parts", "Absence and ageing"),
    "data": (
        "Weight and noise",
        "Standby and cold",
        "Protection and efficiency",
        "Altitude and reaction",
    ),
}
"""Two topics stand below each heading, in the order of the topics."""

COUNTRIES = (
    "Norway", "Austria", "Portugal", "Ireland", "Denmark", "Spain", "Poland", "Finland", "Italy",
    "France", "Greece", "Sweden", "Belgium", "Iceland", "Croatia", "Slovenia", "Hungary", "Latvia",
    "Estonia", "Lithuania", "Malta", "Cyprus", "Romania", "Bulgaria", "Germany", "Canada", "Chile",
    "Japan", "Australia", "New Zealand", "Uruguay", "Switzerland", "Luxembourg", "Slovakia",
)  # fmt: skip

PARTNERS = (
    "Our partners in Genève, Zürich, Málaga, Århus, Besançon and Würzburg speak the language of "
    "their customers and carry the common spare parts in the van.",
    "For other towns the portal names the next partner with a free day. Café owners and bakers ask "
    "for an early visit most often, so mornings are booked out first.",
)

_OPENINGS = Grammar(
    {
        "setup": ("[reading]", "[advice]", "[asked]"),
        "settings": ("{H} [is_set].", "[reading]", "[setting_hint]", "[asked]"),
        "codes": (
            "This message [severity].", "[severity_first], so [do_it].", "[who] [has_seen] it.",
        ),
        "care": ("[reading]", "[advice]", "[asked]"),
        "data": ("[asked]", "The figures on {h} [are_measured].", "[measured_hint]"),
        "releases": ("{H} [went_out] in [month].", "{H} [is_small].", "[who] has {h} by now."),
        "company": ("[asked]", "[policy]", "This part [applies]."),
        "reading": (
            "Read this part [before] you [act] the {p}.",
            "This part is about {h} and [applies].",
        ),
        "advice": ("[tip], and keep this page [near].", "{H} [takes] [little] time, but [effort]."),
        "asked": ("[who] asks about {h} [when].", "Questions about {h} [come] [when]."),
        "come": ("come up", "reach our support", "are asked by [few]"),
        "few": ("tenants", "new owners", "careful readers", "electricians"),
        "who": (
            "Nearly everyone", "Almost every owner", "Many a new customer", "One caller in two",
        ),
        "when": (
            "sooner or later", "in the first weeks", "at some point", "after a year or so",
            "in late autumn", "when the first bill arrives", "after moving in", "before a holiday",
        ),
        "takes": ("needs", "asks for", "deserves", "calls for"),
        "little": ("little", "some", "only a moment of", "a bit of"),
        "effort": (
            "that little should not be skipped", "it is worth doing with care",
            "a look at this page saves a call", "mistakes are tedious to undo",
        ),
        "before": ("before", "in full before", "to the end before", "once more before"),
        "act": ("touch", "change anything on", "open", "call us about", "switch on"),
        "applies": (
            "applies to every order since January", "was revised this winter",
            "replaces the sheet in the box", "is checked twice a year", "is shorter than it was",
        ),
        "tip": (
            "Note the serial number of the {p} first", "Have the app open on your phone",
            "Take your time with the {p}", "Ask a second person to help with the {p}",
            "Take a photo of the {p} before you begin",
        ),
        "near": ("at hand", "with the other papers", "in the drawer below the panel", "for later"),
        "is_set": (
            "is set once and then forgotten by most", "is worth a look twice a year",
            "was called something else before version 2", "suits most households as it is",
            "is the entry that our partners check first",
        ),
        "setting_hint": (
            "Change one thing at a time and note the date.",
            "Few settings of the {p} change as much in daily life as this one.",
            "This one is often confused with the next, so read both.",
        ),
        "severity": (
            "is harmless in most cases", "needs a look on the same day", "comes with a red light",
            "is more frequent in winter", "is sent to your phone too", "can be seen by guests too",
        ),
        "severity_first": (
            "It is rare", "It looks worse than it is", "It stops the {p}", "It clears slowly",
        ),
        "do_it": ("do not ignore it", "keep calm", "read on", "act on the same day"),
        "has_seen": ("has seen", "has asked us about", "knows", "has been annoyed by"),
        "are_measured": (
            "were measured in our own hall", "come from the type approval",
            "hold for a new device", "are typical, not guaranteed",
        ),
        "measured_hint": (
            "Compare figures only if they were measured in the same way.",
            "An old {p} may differ a little from what is stated here.",
            "All figures hold at an altitude of 300 metres and 20 °C.",
        ),
        "went_out": ("went out to all devices", "was released", "left the pilot group"),
        "month": ("January", "February", "November", "October", "September", "August"),
        "is_small": (
            "is a small release", "took longer than planned", "is recommended to everyone",
            "prepares the ground for the next one", "was tried by eighty households first",
        ),
        "policy": (
            "We try to keep the rules on {h} short.", "Only what is written here counts.",
            "Your partner can explain it in person as well.", "Older agreements stay in force.",
        ),
    }
)  # fmt: skip


def introduction(kind: str, heading: str, product: str, chance: Chance) -> str:
    """An opening sentence for the passage below this heading, on a page of this kind."""
    text = _OPENINGS.expand(kind, chance)
    lowered = heading[0].lower() + heading[1:]
    return text.replace("{h}", lowered).replace("{H}", heading).replace("{p}", product)
