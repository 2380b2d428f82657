"""How customers write.

`{p}` is the product, `{about}` a fact's subject, `{false}` a wrong value.
"""

from ai_data_platform.core.samples.grammar import Grammar

__all__ = ["CUSTOMER"]

_PLACES = {
    "room": (
        "garage", "cellar", "utility room", "hallway", "attic", "shed", "laundry room", "workshop",
        "boiler room", "storage room", "stairwell", "side building",
    ),
    "town": (
        "Ravensey", "Oldbeck", "Harrowmere", "Lindvik", "Castanheira", "Brannock", "Steinach",
        "Velmore", "Ostrava Hill", "Kirkholm", "Dunmarrow", "Tilbrook", "Aspen Ford", "Maresol",
    ),
    "roof": ("south roof", "garage roof", "flat roof", "barn", "carport", "east side", "west side"),
    "distance": ("forty minutes", "an hour", "two valleys", "a ferry ride", "half a day"),
    "phone": ("phone", "tablet", "old phone", "work phone", "laptop"),
    "thing": ("freezer", "meter cabinet", "bicycle", "washing machine", "water tank", "window"),
}  # fmt: skip

_PEOPLE = {
    "name": (
        "Ada", "Bruno", "Carla", "Dmitri", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kirsi",
        "Luca", "Maren", "Nils", "Oona", "Priya", "Quentin", "Rosa", "Sven", "Tomas", "Ulla", "Vera",
        "Wanda", "Yusuf", "Zoe",
    ),
    "relative": ("father", "aunt", "mother", "uncle", "grandmother", "brother", "mother-in-law"),
    "person": (
        "My electrician", "The installer", "A colleague", "My neighbour", "Our caretaker",
        "The plumber", "My brother", "The previous owner", "A friend with the same device",
    ),
    "role": ("a caretaker", "an electrician", "a landlord", "a tenant", "a volunteer at a club"),
    "people": ("two", "three", "four", "five", "six", "seven"),
    "number": ("two", "6", "8", "nine", "10", "12", "fourteen", "16", "18", "twenty", "24", "30"),
    "nth": ("second", "third", "fourth", "last"),
}  # fmt: skip

_TIMES = {
    "when": (
        "last [month]", "two weeks ago", "in [month]", "before Christmas", "three years ago",
        "this [weekday]", "a month ago", "when we moved in", "half a year ago",
    ),
    "month": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "season": ("spring", "summer", "autumn", "last winter", "[month]", "the renovation"),
    "weather": (
        "pouring", "freezing", "very hot", "foggy", "stormy", "snowing", "grey and damp", "windy",
    ),
    "event": (
        "the power cut on [weekday]", "the storm", "the update on [weekday]", "we came back home",
        "the new router arrived", "the tenant moved out", "the meter was changed", "[month]",
        "the kids discovered the buttons", "the bill came", "the roof was redone",
    ),
}  # fmt: skip

_SCENES = {
    "scene": (
        "We had the {p} put into the [room] [when].",
        "My [relative] left me a house with a {p} in the [room].",
        "There is a {p} in our [room], right next to the [thing].",
        "I have been using the {p} since [season], together with [number] panels on the [roof].",
        "[person] is here right now and has the cover of the {p} off.",
        "Since [event] I have been keeping an eye on the {p}.",
        "I live near [town] and the next partner is [distance] away.",
        "The paper manual [lost].",
        "I read the page twice and [confused].",
        "We are [people] in the house and [habit].",
        "It is [weather] here in [town], so [urgent].",
        "I am [role] and look after [number] homes with your devices.",
        "[person] in [town] has the same one and says something else every time.",
        "I am standing in the [room] with the [phone] in my hand.",
        "This is my [nth] attempt to get an answer since [weekday].",
        "It is a {p}, serial [letter][letter]-[digit][digit][digit][digit], bought in [month].",
        "I am about to [plan] and want to get it right.",
        "Nothing urgent, but [curious].",
        "My [relative] insists that I ask you first.",
        "The app is on my [phone], the {p} is in the [room].",
        "[person] wanted to [plan] [when] and stopped halfway.",
        "We rent out a flat near [town] where a {p} hangs in the [room].",
        "After [event] nothing is where it was.",
        "I have a [weekday] off and would like to [plan].",
        "Writing from [town], where it is [weather].",
        "[person] set everything up [when] and cannot be reached now.",
    ),
    "lost": (
        "got wet in the [room]", "went out with the old boxes", "is in a language I can't read",
        "was never in the box", "is locked in the [room] of the landlord", "got eaten by the dog",
    ),
    "confused": (
        "still don't get it", "am none the wiser", "there seem to be two versions of it",
        "the picture shows another model", "it must be me", "my glasses did not help either",
    ),
    "habit": (
        "shower in the morning", "work from home", "are out all day", "cook with power",
        "drive two electric cars", "keep the rooms cool", "come only at weekends",
    ),
    "urgent": (
        "I would rather not wait", "this is a bit pressing", "time matters", "please be quick",
        "we all sit in the kitchen",
    ),
    "curious": (
        "I like to understand things", "it has bothered me for weeks", "I keep a list of questions",
        "we argued about it at dinner", "my [relative] bet a cake on it",
    ),
    "plan": (
        "tidy up the [room]", "move the {p}", "rewire the [room]", "sell the house",
        "paint the wall behind it", "go on a long trip", "add [number] panels", "change the router",
        "check everything before winter", "hand the flat over", "build a shelf beside it",
    ),
    "letter": tuple("ABCDEFGHKLMNPRSTUVWXZ"),
    "digit": tuple("0123456789"),
}  # fmt: skip

_FRAMES = {
    "hello": (
        "", "", "", "", "Hi! ", "Hello. ", "Good morning. ", "Good evening, Tarnholt. ", "Hi there. ",
        "Hey. ", "Dear team, a question. ", "Hello, me again. ", "Good afternoon. ", "Hello Tarnholt! ",
    ),
    "bye": (
        "", "", "", "", " Thanks!", " Thank you.", " Thanks in advance, [name].", " Best, [name]",
        " Cheers!", " Regards, [name]", " A short answer will do.",
        " Many thanks.", " I'd be grateful for a hint.", " Thanks, [name]",
    ),
    "bridge": (
        "And another thing.", "Good, that is clear now.", "Okay, noted.", "One more while I'm here.",
        "Understood. Next one.", "That helps.", "Perfect, [name] is relieved.", "Fine.", "I see.",
        "Great, I wrote that on the [thing].", "Then there is this.", "Alright, we'll do it so.",
        "My [relative] also wants to know something.", "Different topic, same device.",
        "Before I go down to the [room] again.", "Good to know.", "[person] nods.",
        "That matches what I hoped.", "Sorry, I forgot half of it.",
    ),
    "claim": (
        "[person] told me {false} about {about}. Is that right?",
        "I wrote down \"{false}\" for {about}. Can that be?",
        "Someone in a forum claims {false} when it comes to {about}. True?",
        "About {about}: I remember {false}. Correct me if I'm wrong.",
        "Our note in the [room] says \"{false}\" under {about}. Does it still hold?",
    ),
    "doubt": (
        "Are you sure? I had \"{false}\" in mind.",
        "Hm, [reported] {false} about {about}.",
        "That surprises me. [reported_cap] {false}.",
        "Really? The label in the [room] seems to say {false}.",
        "I would have sworn it was {false}. Please check again.",
        "[person] will not believe me. It isn't {false}, then?",
    ),
    "reported": ("[person] mentioned", "somewhere I read", "a video said", "the old manual had"),
    "reported_cap": ("[person] mentioned", "Somewhere I read", "A video said", "I remember"),
    "why": (
        "Why is that?", "Is there a reason behind it?", "What happens if I ignore that?",
        "And if I leave it as it is until [month]?", "What is the point of that, if I may ask?",
        "Would it harm the {p} to skip that?", "Can you explain why, for {about}?",
        "[person] asks what that is good for.", "My [relative] wants to know why.",
        "How strict is that in practice, say in [month]?", "Does it matter when it is [weather]?",
    ),
    "where": (
        "Where can I read up on that?", "Which page is that from?", "Do you have a source for {about}?",
        "[person] wants to see it in writing. Where is it?", "Is that in the manual of the {p}?",
        "Can you point me to the chapter?", "I'd like to print that out. What do I look for?",
    ),
    "stuck": (
        "I did that and [trouble].", "Tried it [twice], and [trouble].",
        "Done as you said, but [trouble].", "No luck: [trouble].",
        "[person] followed your steps and [trouble].",
    ),
    "trouble": (
        "the light of the {p} still blinks", "nothing has changed", "the app shows a grey circle",
        "now the display is dark", "it worked for an hour only", "the [thing] lost power as well",
        "the same message came back on [weekday]", "there is a clicking noise from the [room]",
        "the {p} does not react at all", "the reading jumps up and down",
    ),
    "twice": ("twice", "three times", "with and without the app", "on [weekday]", "this morning"),
    "thanks": (
        "Thanks, that did it for {about}.", "Great, {about} is settled then. Thank you, [name]",
        "Perfect. I'll tell [relative_of] about {about}.", "That was quick, thank you!",
        "Works now, the {p} in the [room] is happy again.", "Thanks a lot, greetings from [town]!",
        "Very helpful. I'll do it on [weekday].", "Okay, thank you. [person] will see to it.",
        "Wonderful, the [room] is quiet again. Thanks!", "Thank you, that saves me a trip to [town].",
    ),
    "aside": (
        "", "", "", "", " [person] is asking, not me.", " I'm off to [town] on [weekday], so quickly please.",
        " I'm down in the [room] with a torch right now.", " The [thing] is in the way, by the way.",
        " Only so that I can tell [relative_of].", " We have guests until [weekday].",
        " I typed this on my [phone], sorry for the slips.", " It has been on my mind since [event].",
        " My [relative] is quite nervous about it.", " [person] left for [town] and took the manual along.",
        " It is [weather] outside and I'd rather stay in.", " We want to [plan] soon.", " [name] here again.",
        " I have [number] more of them to do.", " There are [people] of us waiting in the [room].",
    ),
    "relative_of": ("my [relative]", "[name]", "the others", "the caretaker", "everyone in the house"),
}  # fmt: skip

CUSTOMER = Grammar({**_PLACES, **_PEOPLE, **_TIMES, **_SCENES, **_FRAMES})
"""Rules that make a message: hello, scene, bye, bridge, claim, doubt, why, where, stuck, thanks."""
