"""What the pages with technical data say."""

from ai_data_platform.core.samples.topics import Among, Span, Topic

__all__ = ["SMALL_DATA", "WIRED_DATA"]

_HEAVY = Topic(
    "the weight of the {p}",
    Span(4, 180, "{} kg", step=2),
    (
        "The {p} weighs {v} without its bracket, so lift it with at least one other person.",
        "Without packaging the weight of the {p} is {v}; the bracket adds three more.",
    ),
    "The handles fold out on both sides, and the feet are not made for dragging.",
    (
        "How heavy is the {p}?",
        "Can one person carry the {p} down to the cellar?",
        "What does the {p} weigh without the box?",
    ),
    (
        "The {p} weighs {v}, and the bracket comes on top of that.",
        "It is {v} without packaging. Use the fold-out handles of the {p} and a second person.",
        "{v}. Please don't drag the {p} over the floor, the feet are not made for it.",
    ),
)
_LIGHT = Topic(
    "the weight of the {p}",
    Span(120, 680, "{} g", step=20),
    (
        "The {p} weighs {v} with its cells and hangs on two small screws.",
        "At {v} the {p} is light enough for a strip of strong tape on a smooth wall.",
    ),
    "The holes behind the cover fit a common flush-mounted box.",
    (
        "How heavy is the {p}?",
        "Will the {p} hold on adhesive tape, or is it too heavy?",
        "What does the {p} weigh without the box?",
    ),
    (
        "The {p} weighs {v}, so two small screws are enough.",
        "It is {v} with its cells, and strong tape holds the {p} on a smooth wall.",
        "{v}. The {p} hangs on two screws, for which the holes are behind the cover.",
    ),
)

_ALIKE = (
    Topic(
        "the noise of the {p}",
        Span(18, 54, "{} dB"),
        (
            "At one metre the {p} makes {v} under full load and is silent at rest.",
            "The sound level of the {p} is {v}, measured from a metre away at full load.",
        ),
        "Rubber feet under the bracket keep the hum out of the wall and the rooms behind it.",
        (
            "Is the {p} quiet enough for a wall next to a bedroom?",
            "How loud does the {p} get when it works hard?",
            "The {p} hums at night. How many decibels are normal?",
        ),
        (
            "Under full load the {p} reaches {v} at a distance of one metre.",
            "Expect {v} from a metre away when the {p} works hard, and silence at rest.",
            "{v} is what we measure at full load. Rubber feet help if the {p} hums in the wall.",
        ),
    ),
    Topic(
        "the standby draw of the {p}",
        Span(6, 98, "{} W", scale=10, step=4),
        (
            "In standby the {p} draws {v}, radio included.",
            "The own consumption of the {p} at rest is {v}; the display adds nothing once it is dark.",
        ),
        "Switching the radio off at night saves less than one kilowatt hour in a whole year.",
        (
            "How much electricity does the {p} use when it does nothing?",
            "My meter never goes to zero at night. What does the {p} take in standby?",
            "What is the idle consumption of the {p}?",
        ),
        (
            "At rest the {p} takes {v}, with the radio switched on.",
            "Standby is {v}. The {p} is hardly what keeps your meter turning at night.",
            "It draws {v} when idle; switching the radio of the {p} off saves next to nothing.",
        ),
    ),
    Topic(
        "the lowest temperature for the {p}",
        Span(-30, 5, "{} °C", step=5),
        (
            "The {p} works down to {v}; below that it switches off and waits.",
            "Do not run the {p} below {v}: it protects itself and reports the cold.",
        ),
        "It starts again by itself as soon as the sensor has read two degrees more for an hour.",
        (
            "Does the {p} survive winter in an unheated garage?",
            "How cold may it get where the {p} hangs?",
            "It is freezing here and the {p} went off. What is its limit?",
        ),
        (
            "The {p} works down to {v}. Below that it rests and comes back by itself.",
            "The limit is {v}; colder than that the {p} switches off until it is warmer again.",
            "Down to {v} all is well. After a cold night the {p} restarts on its own.",
        ),
    ),
    Topic(
        "the protection class of the {p}",
        Among(("IP20", "IP44", "IP54", "IP55", "IP65")),
        (
            "The housing of the {p} meets {v}, provided that every unused opening is plugged.",
            "With all plugs in place the {p} is rated {v}.",
        ),
        "The rating is lost as soon as a cable gland is missing, whatever the weather is like.",
        (
            "Can the {p} get wet?",
            "Which IP rating does the {p} have? The place is a bit damp.",
            "Would you hang the {p} under a carport?",
        ),
        (
            "The {p} is rated {v}, as long as every unused opening is plugged.",
            "It has {v}. Check the glands: with one missing the {p} loses its rating.",
            "{v} is the class of the {p}; plug the openings that you do not use.",
        ),
    ),
    Topic(
        "the efficiency of the {p}",
        Span(886, 989, "{} %", scale=10, step=3),
        (
            "The {p} reaches an efficiency of {v} at half load, where it spends most of the day.",
            "At half load {v} of the energy that enters the {p} is passed on.",
        ),
        "At very small loads the figure drops, which is why small consumers are better grouped.",
        (
            "What share of the energy gets lost in the {p}?",
            "How efficient is the {p} in daily use?",
            "I compare data sheets: what is the efficiency of the {p} at half load?",
        ),
        (
            "At half load the efficiency of the {p} is {v}; it drops at very small loads.",
            "{v} at half load, which is where the {p} spends most of its day.",
            "We state {v} for half load. The {p} passes on the rest as heat.",
        ),
    ),
    Topic(
        "the altitude for the {p}",
        Span(1400, 3200, "{} m", step=200),
        (
            "The {p} is approved up to {v} above sea level.",
            "Above an altitude of {v} the {p} must not be installed.",
        ),
        "Thin air cools less and insulates less, so the distances inside would no longer be sufficient.",
        (
            "Our cabin is up in the mountains. Is there an altitude limit for the {p}?",
            "How high above sea level may the {p} be used?",
            "Does the {p} mind thin air?",
        ),
        (
            "The approval of the {p} ends at {v} above sea level.",
            "Up to {v} is fine. Above that the air cools the {p} too little.",
            "There is a limit, and it is {v}; higher up the {p} must not be installed.",
        ),
    ),
    Topic(
        "the reaction time of the {p}",
        Span(20, 900, "{} milliseconds", step=40),
        (
            "The {p} reacts to a change within {v}.",
            "From the signal to the response of the {p} pass {v} at most.",
        ),
        "Slower meters add their own delay, so compare the figures before you blame either of them.",
        (
            "How quickly does the {p} respond when the load changes?",
            "There is a lag before the {p} does anything. What is specified?",
            "Is the {p} fast enough to follow clouds passing over?",
        ),
        (
            "The {p} reacts within {v}; a slow meter adds its own delay to that.",
            "Specified are {v}. If the {p} takes longer, look at the meter first.",
            "It follows within {v}, which is enough for clouds and kettles alike.",
        ),
    ),
)

WIRED_DATA = (_HEAVY, *_ALIKE)
SMALL_DATA = (_LIGHT, *_ALIKE)
