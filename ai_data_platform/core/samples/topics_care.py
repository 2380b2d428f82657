"""What the care pages say."""

from ai_data_platform.core.samples.topics import Among, Span, Topic

__all__ = ["CARE"]

CARE = (
    Topic(
        "the cleaning of the {p}",
        Span(2, 12, "every {} months"),
        (
            "Wipe the housing and vacuum the vents {v}, more often where there is sawdust or pet hair.",
            "The vents of the {p} are vacuumed {v}; the housing only needs a damp cloth.",
        ),
        "Dust on the vents raises the inner temperature by several degrees and shortens its life.",
        (
            "How often does the {p} need cleaning?",
            "There is fluff all over the vents of my {p}. When was I supposed to clean it?",
            "What is the cleaning routine for the {p}?",
        ),
        (
            "Vacuum the vents of the {p} {v}, and more often if you keep pets.",
            "We recommend {v} for the vents; a damp cloth does for the rest of the {p}.",
            "Cleaning is due {v}. The {p} can stay switched on while you vacuum the vents.",
        ),
    ),
    Topic(
        "cleaning agents for the {p}",
        Among(
            (
                "lukewarm water with a drop of washing-up liquid",
                "clear water and a microfibre cloth",
                "a vinegar solution of one part in ten",
                "isopropyl alcohol on a lint-free cloth",
            )
        ),
        (
            "Use {v} for the housing of the {p}; solvents and scouring pads leave it blind.",
            "The only agent that the surface of the {p} tolerates for years is {v}.",
        ),
        "The coating protects the plastic from sunlight, and once it is scratched the colour fades.",
        (
            "What can I clean the outside of the {p} with?",
            "Is glass cleaner alright for the front of the {p}?",
            "There are sticky finger marks on the {p}. What takes them off safely?",
        ),
        (
            "Take {v}. Solvents or scouring pads would ruin the coating of the {p}.",
            "The surface of the {p} tolerates {v}, so please leave stronger agents away.",
            "For the housing of the {p} use {v} and wipe it dry afterwards.",
        ),
    ),
    Topic(
        "the inspection of the {p}",
        Span(12, 48, "every {} months", step=6),
        (
            "A certified partner inspects the {p} {v} and notes the result in the service book.",
            "Have the {p} inspected {v}; the visit takes about an hour and covers seals and terminals.",
        ),
        "The service book is asked for in a warranty case, so keep a photo of each entry.",
        (
            "When is the next service due for the {p}?",
            "Does a technician really have to look at the {p} regularly?",
            "How many months are there between two inspections of the {p}?",
        ),
        (
            "The {p} is due for an inspection {v}, by a certified partner.",
            "Plan a visit {v}. It takes about an hour, and the {p} gets an entry in its service book.",
            "Inspections are {v}; the partner looks at the seals and terminals of the {p}.",
        ),
    ),
    Topic(
        "the filter mat of the {p}",
        Span(1100, 1990, "TH-{}", step=10),
        (
            "The filter mat has the part number {v} and comes in packs of two.",
            "Order the replacement mat under {v}; mats of other makes let fine dust through.",
        ),
        "A mat that has turned grey holds back so much air that the fan runs at full speed all day.",
        (
            "What is the part number of the filter for the {p}?",
            "I need new filter mats for my {p}. What do I order?",
            "Which mat fits the {p}? The shop lists a dozen of them.",
        ),
        (
            "The mat for the {p} has the part number {v}; a pack holds two of them.",
            "Order {v}. That is the only mat that closes tightly in the {p}.",
            "For the {p} you want {v}, in packs of two from our shop or any partner.",
        ),
    ),
    Topic(
        "a long absence with the {p}",
        Among(("holiday mode", "standby", "frost guard", "storage mode")),
        (
            "Before you leave for more than three weeks, put the {p} into {v} from the app.",
            "For an absence of three weeks or longer the {p} has {v}; do not pull the plug.",
        ),
        "Pulling the plug lets the backup cell run flat, and the clock and the logs are lost with it.",
        (
            "We are away for two months. What do I do with the {p}?",
            "Should I unplug the {p} when the house is empty over the winter?",
            "Which mode is best for the {p} while nobody is at home for weeks?",
        ),
        (
            "Set the {p} to {v} in the app before you go, and leave it plugged in.",
            "There is {v} for that: the {p} keeps its clock and logs and needs hardly any power.",
            "Don't unplug it. The {p} belongs in {v} when you are away for three weeks or more.",
        ),
    ),
    Topic(
        "the door seal of the {p}",
        Span(3, 10, "{} years"),
        (
            "The seal of the service door is replaced after {v}, or as soon as it shows cracks.",
            "Expect the door seal of the {p} to last {v}; sunlight on the housing shortens that.",
        ),
        "A brittle seal lets moisture onto the boards, and corrosion is not covered by the warranty.",
        (
            "How long does the rubber seal on the {p} last?",
            "The rubber around the door of the {p} looks cracked. Is that normal at its age?",
            "When do I replace the seal on the {p}?",
        ),
        (
            "The seal lasts {v}; replace it sooner if the {p} stands in the sun and you see cracks.",
            "After {v} the door seal of the {p} is due, cracks or not.",
            "Count on {v}. A brittle seal lets moisture into the {p}, so don't wait much longer.",
        ),
    ),
)
