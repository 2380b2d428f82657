"""How the assistant writes, well and badly.

`{p}` is the product, `{about}` a fact's subject, `{t}` the title of its page and `{h}` the heading.
"""

from ai_data_platform.core.samples.grammar import Grammar

__all__ = ["ASSISTANT"]

_GOOD = {
    "ack": (
        "", "", "", "", "Happy to help. ", "Thanks for the details. ", "Good that you ask first. ",
        "Sure. ", "That is a common question. ", "Thank you for your patience. ", "Of course. ",
        "Let me look at {about}. ", "I checked the page for you. ", "Gladly. ", "Good question. ",
        "Here is what our pages say. ", "No problem at all. ", "Thanks for writing to us. ",
    ),
    "cite": (
        "You can read it on the page \"{t}\".", "The source is \"{t}\", part \"{h}\".",
        "It is written under \"{h}\" on the page \"{t}\".", "See \"{t}\" for the full text.",
        "The page \"{t}\" has it under \"{h}\".", "I took that from \"{t}\".",
        "More on this stands in \"{t}\", below the heading \"{h}\".",
    ),
    "close": (
        "Let me know [cond].", "Write again [cond].", "[cond_cap], [act].", "Shall I [offer]?",
        "I can [offer] [if_wanted].", "Tell me [tell] and I will look further.", "Good luck with it!",
        "[act_cap] [cond].", "If you like, I can [offer].", "Keep the app open while you [do_it].",
        "Please [care] while you [do_it].", "Take your time, and [care].",
    ),
    "close_desk": (
        "Let me know [desk_cond].", "Write again [desk_cond].", "Shall I [desk_offer]?",
        "I can [desk_offer] [if_wanted].", "[desk_act] [desk_cond].", "If you like, I can [desk_offer].",
        "Have your order number at hand when you write to us.", "I noted your question in your account.",
        "[desk_act], then it goes quicker.",
    ),
    "desk_cond": (
        "if your contract says something else", "if that does not fit your case", "if you get stuck",
        "should a date be missing", "if nothing happens within a week", "if a colleague told you otherwise",
        "when you have the papers together", "should the app disagree",
    ),
    "desk_offer": (
        "send you the link to the page", "open a ticket for you", "look up your last order",
        "have someone call you back", "check the other rules on that page", "send you a copy by mail",
        "add a note to your account", "look for a partner near you",
    ),
    "desk_act": (
        "Send us a photo of the papers", "Open a ticket with the order number", "Call the hotline",
        "Look into your order history", "Use the form in the portal", "Keep the confirmation",
    ),
    "cond": (
        "if anything looks different on your side", "if the {p} shows something else",
        "if that does not fit your case", "should the light change colour", "if you get stuck",
        "when you are done", "in case the app disagrees", "if a part is missing",
        "should it happen again within a week", "if you would rather have a partner do it",
    ),
    "cond_cap": (
        "If anything looks different", "Should the app disagree", "If you are in doubt",
        "If that does not help", "When it happens again", "If you cannot reach it",
        "Should the display stay dark", "If a screw or seal is missing",
    ),
    "act": (
        "send us the log from the app", "take a photo of the label", "leave it to a partner",
        "open a ticket with the serial number", "call the hotline", "stop and write to us",
        "note the time and the colour of the light", "switch it off and wait for an answer",
    ),
    "act_cap": (
        "Send us the log", "Take a photo of the label", "Open a ticket", "Note the time",
        "Call the hotline", "Leave it to a partner",
    ),
    "offer": (
        "send you the link to the page", "look for a partner near you", "open a ticket for you",
        "explain the steps one by one", "check the other values on that page",
        "book a visit for next week", "add a note to your account", "wait while you try it",
    ),
    "if_wanted": ("if you want", "right away", "in the same ticket", "at any time", "as a next step"),
    "tell": (
        "the colour of the light", "the version of the app", "the serial number",
        "what the display says", "when it began", "who installed it", "what changed before that",
    ),
    "care": (
        "keep children and pets away", "leave the cover closed", "wear gloves", "note what you change",
        "keep the supply off", "mind the cables", "do one step at a time", "keep the floor dry",
    ),
    "do_it": (
        "try it", "work on the {p}", "look for it", "make the change", "check it", "stand beside it",
    ),
    "because": (
        "There is a reason: ", "The background is this: ", "Because of this: ", "In a nutshell: ",
        "Our engineers put it like this: ", "Yes, it matters. ", "Good point. ", "It does make sense. ",
        "About {about}: ", "What the page \"{t}\" says on that: ", "I understand the doubt. ",
    ),
    "effect": (
        "For {about} that makes the difference between [calm] and [trouble].",
        "Skipping it goes well for [time], rarely longer.",
        "We see [trouble] where it was skipped.",
        "So it is worth the effort, also with a {p} that seems [calm_adj].",
        "That is why it is on the page \"{t}\" in the first place.",
        "Nothing breaks at once, but after [time] we often see [trouble].",
        "You may wait for [time] if you keep an eye on it.",
    ),
    "effect_desk": (
        "That keeps [thing] simple for both sides.", "It saves everyone [thing_saved].",
        "Before that rule there was [thing_saved] over {about} almost every week.",
        "It has been so for [time] or longer, and hardly anyone minds.",
        "You find the whole wording in \"{t}\".", "Exceptions are possible if you ask within [time].",
        "A person decides in cases that do not fit, so describe yours.",
    ),
    "thing": ("the process", "the paperwork", "{about}", "the bookkeeping", "such a case"),
    "thing_saved": ("a dispute", "a long exchange of letters", "a second visit", "some confusion"),
    "calm": ("a quiet winter", "ten easy years", "a short visit", "a low bill", "steady readings"),
    "calm_adj": ("fine", "quiet", "new", "healthy", "in order"),
    "trouble": (
        "a visit in the rain", "lost output", "codes that come and go", "a blind display",
        "a warranty case that is refused", "a cold morning", "readings that make no sense",
        "restarts at night", "a stuck update",
    ),
    "time": ("a week", "a month", "one season", "a few days", "half a year", "two or three weeks"),
    "sure": (
        "Yes, I checked again. ", "I am sure. ", "The page is clear on this. ", "I looked twice. ",
        "I can see where that comes from, but it is out of date. ", "No, that is another model. ",
        "That figure is from an older page. ", "Thanks for asking back. ", "It is not that. ",
    ),
    "not_so": (
        "Not quite. ", "No. ", "That is a mix-up. ", "Close, but no. ", "I'm afraid not. ",
        "That was never right. ", "Please correct your note. ", "That belongs to something else. ",
    ),
    "repair": (
        "[sorry] [step] Then [step_low] [escalate]", "[sorry] [step] [escalate]",
        "[step] If that changes nothing, [step_low] [escalate]",
    ),
    "sorry": (
        "I'm sorry to hear that.", "That should not happen.", "Thanks for trying.", "Hm, odd.",
        "Then it is something else.", "Let us go one step further.", "Alright, next idea.",
    ),
    "step": (
        "Switch the {p} off for [minutes] and on again.", "Check that the cable behind it sits tight.",
        "Look in the log for an entry from the last hour.", "Update the app and log in again.",
        "Move the phone next to the {p} and repeat the step.", "Please compare the time on the display.",
        "Take the {p} off the wireless network and use a cable.", "Ask everyone else to log out.",
        "Go through \"{t}\" once more from the first line.",
    ),
    "step_low": (
        "wait [minutes] and look at the light.", "restart the router as well.",
        "repeat it with another phone.", "start the {p} in the order given on the page.",
        "try it without the gateway.", "let it rest for [minutes].", "check the fuse in the panel.",
    ),
    "minutes": ("two minutes", "five minutes", "ten minutes", "a quarter of an hour", "one minute"),
    "escalate": (
        "Should it stay like that, a partner will come.", "Otherwise send us the log and a photo.",
        "If not, I will open a ticket about {about}.", "In the worst case we replace the part.",
        "After that it is a case for a visit.", "Write down what you see and we take it from there.",
    ),
    "welcome": (
        "You're welcome. [wish] [reminder]", "Glad to hear that. [reminder]", "[wish] [reminder]",
        "My pleasure. [reminder] [wish]", "Good to know that it works. [reminder]",
    ),
    "wish": (
        "Enjoy the day.", "Have a good week.", "All the best.", "Enjoy the quiet.", "Stay warm.",
        "Have a sunny day.", "See you next time.", "Good luck with the rest.",
    ),
    "reminder": (
        "The page \"{t}\" has the rest, should you need it.",
        "Write again whenever {about} comes up.",
        "Don't forget to [act] should anything change.",
        "The answers of today stay in your account for [time].",
        "I noted the matter of {about} as solved.",
        "If you have a moment, rate this answer so that we learn from it.",
        "The {p} also sends you a message when something needs attention.",
    ),
}  # fmt: skip

_BAD = {
    "vague": (
        "It depends on [factor] and [other_factor]. [as_rule] [look_up]",
        "That varies a lot with [factor]. [as_rule]",
        "Hard to say in general for {about}; [factor] plays a part. [look_up]",
        "There are different opinions on {about}. [as_rule] [look_up]",
    ),
    "factor": (
        "the installation", "the model year", "the weather", "your region", "the firmware",
        "how it was set up", "the size of the house", "the tariff", "your router", "the season",
    ),
    "other_factor": (
        "who installed it", "what else runs in the house", "how old it is", "the habits of the household",
        "a few other things", "what the label says", "where it hangs",
    ),
    "as_rule": (
        "As a rule the usual value is fine.", "Most people leave it as it is.",
        "Something in the middle is rarely wrong.", "Normally you do not need to know that.",
        "In most homes it sorts itself out.", "I would not worry about it too much.",
    ),
    "look_up": (
        "The label on the {p} may say more.", "Perhaps the installer knows.", "You could try it out.",
        "There might be a page about it.", "A search on the internet can help.",
    ),
    "short": (
        "It is all in \"{t}\", just look there.", "See the manual for {about}, please.",
        "Ask the installer about {about}, he should know.", "No idea about {about}, to be honest.",
        "Try \"{t}\", it should be there somewhere.", "Just leave {about} as it is for now.",
        "The {p} does that by itself, don't worry.", "Don't know about {about}, maybe [factor].",
        "Depends on [factor], as always with {about}.", "See \"{t}\", somewhere near the end I think.",
        "Nobody has ever asked about {about}, so skip it.", "Same as on any other {p}, nothing special.",
        "For {about}, [short_go] and that should do.",
    ),
    "short_go": (
        "restart the app", "wait a bit", "ask around", "read the label", "use the usual value",
        "try another value", "call someone", "look at the box", "do what seems right",
    ),
    "deflect": (
        "I'm sorry, but I can't say anything about {about}. [go]",
        "This chat is not meant for questions about {about}. [go]",
        "I understand your concern and value your feedback on {about}. [go]",
        "Thank you for choosing Tarnholt! [praise] [go]",
        "As an assistant I have no information on {about}. [go]",
    ),
    "go": (
        "Please contact your installer.", "Please try again later.", "Have you restarted the router?",
        "Our shop has many offers for you.", "Please visit our website for more.",
        "Kindly describe your problem in more detail.",
    ),
    "praise": (
        "The {p} is one of our most popular products.", "We are proud of the {p}.",
        "Our products are known for their quality.", "Many customers love the {p}.",
    ),
}  # fmt: skip

ASSISTANT = Grammar({**_GOOD, **_BAD})
"""Rules that make an answer: ack, cite, close, because, effect, sure, not_so, repair, welcome; and
for bad ones vague, short and deflect."""
