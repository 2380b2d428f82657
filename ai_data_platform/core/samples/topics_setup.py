"""What the setup pages say."""

from ai_data_platform.core.samples.topics import Among, Span, Topic

__all__ = ["SMALL_SETUP", "WIRED_SETUP"]

_COMMON = (
    Topic(
        "the pairing button of the {p}",
        Span(3, 12, "{} seconds"),
        (
            "Hold the pairing button for {v} until the ring of light turns blue, then release it.",
            "To pair the {p} with the app, press the button at its foot for {v}; a blue light answers.",
        ),
        "Pairing stays open for two minutes and closes by itself so that nobody else can join later.",
        (
            "How long do I have to press the button before the {p} shows up in the app?",
            "The app can't see my {p}. Do I just tap the pairing button or keep it pressed?",
            "What is the trick to get the {p} into pairing mode?",
        ),
        (
            "Keep the pairing button of the {p} pressed for {v} and let go once the light is blue.",
            "It has to be a long press: {v} on the pairing button, until the {p} lights up blue.",
            "Pairing on the {p} opens after {v} of holding the button; a short tap does nothing.",
        ),
    ),
    Topic(
        "the distance from the {p} to the router",
        Span(6, 24, "{} metres"),
        (
            "The router should stand within {v} of the {p}, with no more than one solid wall between.",
            "Wireless reception is dependable up to {v} from the router; beyond that use a cable.",
        ),
        "The radio works in the 2.4 GHz band only, because it passes through masonry more easily.",
        (
            "How far away can my Wi-Fi router be from the {p}?",
            "The {p} keeps dropping off the Wi-Fi. Is the router in the hallway too far away?",
            "Do I need a repeater for the {p} or does the normal Wi-Fi reach?",
        ),
        (
            "Up to {v} between router and {p} is fine, with one solid wall in the way at most.",
            "Count on {v}. If your router stands further from the {p}, use a network cable instead.",
            "Reception is dependable up to {v}; past that the {p} will drop off now and then.",
        ),
    ),
    Topic(
        "the registration of the {p}",
        Span(10, 60, "{} days", step=5),
        (
            "Register the {p} within {v} of the first start, with its serial number and the invoice.",
            "The installer or the owner registers the {p} online no later than {v} after the first start.",
        ),
        "Without registration the warranty counts from the day of manufacture, which costs you months.",
        (
            "By when do I need to register my {p}?",
            "I moved in a while ago and never registered the {p}. Am I too late?",
            "Is there a deadline for entering the serial number of the {p} on your site?",
        ),
        (
            "You have {v} from the first start to register the {p}; have the invoice at hand.",
            "Registration of the {p} is open for {v} after it was first switched on.",
            "The deadline is {v} after the first start. The {p} needs its serial number and the invoice.",
        ),
    ),
    Topic(
        "the first start of the {p}",
        Span(4, 28, "{} minutes"),
        (
            "The first start takes {v}, during which the {p} looks for its neighbours and updates itself.",
            "Allow {v} for the first start and do not switch the {p} off before the light is green.",
        ),
        "A start that is cut short is repeated from the beginning the next time power returns.",
        (
            "How long does the {p} blink after it is switched on for the first time?",
            "My {p} has been busy with itself since I flipped the switch. When should I worry?",
            "We just powered up the {p}. How long until it is ready?",
        ),
        (
            "Give it {v}: on its first start the {p} updates itself before the light turns green.",
            "The first start of the {p} takes {v}. Please leave the power on the whole time.",
            "Up to {v} is normal for a first start; after that the {p} shows a steady green light.",
        ),
    ),
)

WIRED_SETUP = (
    Topic(
        "the free space around the {p}",
        Span(15, 60, "{} cm", step=5),
        (
            "Leave {v} of free space on both sides of the {p} and keep the floor in front of it clear.",
            "The {p} needs {v} to the next wall or cupboard on the left and on the right.",
        ),
        "Warm air that cannot leave makes the {u} throttle itself long before it is damaged.",
        (
            "How close to the wall can I put shelves next to the {p}?",
            "We want to build a cupboard around the {p}. How much air does it need?",
            "Is there a minimum gap on the sides of the {p}?",
        ),
        (
            "Keep {v} free on either side of the {p}, so that the warm air can leave.",
            "The gap has to be {v} left and right; with less the {p} throttles itself.",
            "Plan {v} on both sides. A cupboard around the {p} is fine if you respect that.",
        ),
    ),
    Topic(
        "the breaker of the {p}",
        Among(("16 A", "20 A", "25 A", "32 A", "40 A")),
        (
            "The {p} has a circuit of its own, protected by a {v} breaker of type C.",
            "Protect the supply of the {p} with a separate {v} breaker, characteristic C.",
        ),
        "Sharing the circuit with other loads makes the breaker trip whenever both of them start.",
        (
            "Which fuse does the {p} need in the panel?",
            "My electrician wants to know the rating of the breaker for the {p}.",
            "The breaker trips when the {p} starts. What size is it meant to be?",
        ),
        (
            "It is a {v} breaker of type C, on a circuit that the {p} has to itself.",
            "The {p} wants its own circuit with a {v} breaker, characteristic C.",
            "Ask for {v}, type C, and nothing else on the circuit of the {p}.",
        ),
    ),
    Topic(
        "the supply cable of the {p}",
        Among(("2.5 mm²", "4 mm²", "6 mm²", "10 mm²")),
        (
            "Copper cable with a cross-section of {v} is sufficient for runs of up to 25 metres.",
            "For a distance of 25 metres or less the supply cable of the {p} has a section of {v}.",
        ),
        "A thinner cable warms up under full load and the {u} then reports a low supply voltage.",
        (
            "What thickness of cable runs from the panel to the {p}?",
            "I am pulling the cable for the {p} myself before the electrician comes. Which one do I buy?",
            "Is the old oven cable thick enough for the {p}?",
        ),
        (
            "Use copper with {v}, as long as the run to the {p} is no longer than 25 metres.",
            "{v} copper does for the {p} up to 25 metres; longer runs need the next size.",
            "For the {p} we ask for a section of {v}. Anything thinner warms up under full load.",
        ),
    ),
    Topic(
        "the terminals of the {p}",
        Span(12, 44, "{} Nm", scale=10, step=2),
        (
            "Tighten the terminal screws of the {p} to {v} and check them again after a week.",
            "The terminals take a torque of {v}; use a calibrated driver, not a drill.",
        ),
        "A loose terminal glows long before it fails and is the most common cause of lost output.",
        (
            "How tight do the terminal screws in the {p} go?",
            "Torque for the terminals on the {p}, please.",
            "I opened the {p} and one terminal screw seems loose. What should it be tightened to?",
        ),
        (
            "The terminals of the {p} are tightened to {v} and checked once more after a week.",
            "{v}, with a calibrated driver. The same value holds for every terminal of the {p}.",
            "Set your driver to {v} for the {p}, with the supply switched off of course.",
        ),
    ),
    Topic(
        "the switching order of the {p}",
        Among(
            (
                "the grid breaker first, then the isolator, then the main switch",
                "the isolator first, then the grid breaker, then the main switch",
                "the main switch first, then the grid breaker, then the isolator",
                "the grid breaker first, then the main switch, then the isolator",
            )
        ),
        (
            "Switch the {p} on in this order: {v}. To shut it down, go through the list backwards.",
            "When you start the {p}, use {v}; shutting down is the same in reverse.",
        ),
        "Any other order trips the protection of the {u} and costs you a waiting time of ten minutes.",
        (
            "In what order do I turn everything back on at the {p} after a power cut?",
            "Three switches on the {p} and no idea which one comes first. Help?",
            "What is the right sequence for switching the {p} on?",
        ),
        (
            "Start the {p} like this: {v}. Shutting down goes the other way round.",
            "The sequence is {v}. Wait a few seconds between the steps on the {p}.",
            "For the {p} it is {v}; in any other order its protection trips.",
        ),
    ),
    Topic(
        "the wall bracket of the {p}",
        Span(4, 10, "{} screws of 8 mm"),
        (
            "The bracket is held by {v} with plugs that suit the wall; plasterboard alone does not do.",
            "Fasten the bracket of the {p} with {v} and check that it hangs level.",
        ),
        "The bracket carries the whole weight, and the seals only close when the housing hangs level.",
        (
            "How many screws hold the bracket for the {p}, and which size?",
            "Lost the fixing kit of the {p}. What do I need from the hardware shop?",
            "Can the {p} hang on a plasterboard wall, and what do I fix it with?",
        ),
        (
            "You need {v} and plugs that suit your wall. The {p} must not hang on plasterboard alone.",
            "The bracket of the {p} takes {v}; check with a level before you tighten them.",
            "Get {v} with matching plugs. The {p} hangs on that bracket with its whole weight.",
        ),
    ),
    *_COMMON,
)

SMALL_SETUP = (
    Topic(
        "the mounting height of the {p}",
        Span(80, 170, "{} cm", step=10),
        (
            "Mount the {p} {v} above the floor, away from windows, radiators and direct sun.",
            "The right height for the {p} is {v}, on an inside wall and out of the sun.",
        ),
        "Too low it measures the draught along the floor, and too high the warm air below the ceiling.",
        (
            "At what height should the {p} go on the wall?",
            "Can I put the {p} behind the television down on the floor?",
            "Where on the wall is the best spot for the {p}?",
        ),
        (
            "Mount the {p} at {v}, on an inside wall that gets no direct sun.",
            "{v} above the floor is right for the {p}, away from windows and radiators.",
            "An inside wall and {v} from the floor. Behind furniture the {p} measures nonsense.",
        ),
    ),
    Topic(
        "the number of devices on the {p}",
        Span(8, 40, "{} devices", step=4),
        (
            "One {p} talks to {v} at most; further ones are refused with a yellow light.",
            "Up to {v} can be joined to the {p}, no matter of which family.",
        ),
        "The limit keeps the answering time below one second even when every device reports at once.",
        (
            "How many things can I connect to one {p}?",
            "The {p} refuses the new sensor with a yellow light. Is it full?",
            "Is there a cap on what the {p} can handle?",
        ),
        (
            "The {p} takes {v}; after that it refuses the next one with a yellow light.",
            "There is room for {v} on one {p}, of whatever family they are.",
            "The cap is {v}. For more you need a second {p} on the same network.",
        ),
    ),
    *_COMMON,
)
