"""What the pages on tariffs and support say."""

from ai_data_platform.core.samples.topics import Among, Span, Topic

__all__ = ["SUPPORT", "TARIFFS"]

TARIFFS = (
    Topic(
        "changing the tariff{w}",
        Span(2, 8, "{} weeks"),
        (
            "A change of tariff takes effect {v} after it was ordered, always at midnight.",
            "Between the order and the start of a new tariff lie {v}.",
        ),
        "The meter is read remotely that night, so nobody has to be at home for it.",
        (
            "I picked another tariff in the portal. When does it start{w}?",
            "How quickly can I switch from the fixed to the hourly tariff{w}?",
            "Still being billed at the old price. How long does a change of tariff take{w}?",
        ),
        (
            "The new tariff starts {v} after your order{w}, at midnight.",
            "It takes {v}{w}; the meter is read remotely in that night.",
            "There are {v} between order and start{w}, so the old price is still right until then.",
        ),
    ),
    Topic(
        "the price cap of the hourly tariff{w}",
        Span(38, 79, "{} cents", step=1),
        (
            "In the hourly tariff no hour costs more than {v} per kilowatt hour.",
            "The hourly price is capped at {v} per kilowatt hour.",
        ),
        "The cap is paid for by a small surcharge on the cheapest hours of each day.",
        (
            "Is there a maximum price in the hourly tariff{w}?",
            "I'm afraid of price spikes in winter. Does the hourly tariff have a cap{w}?",
            "What is the most I can pay in a single hour{w}?",
        ),
        (
            "Yes: no hour costs more than {v} per kilowatt hour{w}.",
            "The cap{w} is {v} per kilowatt hour, whatever happens at the exchange.",
            "At most {v} per kilowatt hour{w}; the cheapest hours pay for that cap.",
        ),
    ),
    Topic(
        "when the prices of tomorrow appear{w}",
        Among(("13:30", "14:00", "15:15", "16:00", "17:30")),
        (
            "The prices for the next day are in the app from {v} on.",
            "From {v} on the app shows what each hour of tomorrow costs.",
        ),
        "Until then it shows a forecast in grey, which is right to within a tenth on most days.",
        (
            "At what time can I see the prices for tomorrow{w}?",
            "The bars for tomorrow are grey in the app. When do they become final{w}?",
            "When do you publish the hourly prices of the next day{w}?",
        ),
        (
            "They are in the app from {v} on{w}; before that you see a forecast in grey.",
            "From {v}{w} the prices of the next day are final.",
            "Look again after {v}{w}, when the forecast is replaced with the real prices.",
        ),
    ),
    Topic(
        "the bonus for recommending us{w}",
        Span(20, 120, "EUR {}", step=10),
        (
            "Whoever recommends us gets {v} once the new customer has paid the first invoice.",
            "The bonus for a recommendation is {v} for each side.",
        ),
        "It is set off against the next invoice, and up to five bonuses a year are possible.",
        (
            "What do I get if my neighbour signs up with you{w}?",
            "I recommended you to a colleague. When and how much is the bonus{w}?",
            "Does your referral programme still exist{w}?",
        ),
        (
            "You get {v}{w} once the new customer has paid the first invoice.",
            "The bonus{w} is {v} and is set off against your next invoice.",
            "It is {v} for each recommendation{w}, up to five times a year.",
        ),
    ),
)

SUPPORT = (
    Topic(
        "the hours of the hotline{w}",
        Among(("07:00 to 19:00", "08:00 to 18:00", "08:00 to 20:00", "09:00 to 17:00")),
        (
            "The hotline is staffed from {v} on working days, and around the clock for failures.",
            "On working days somebody answers from {v}.",
        ),
        "The wait is shortest in the early afternoon and longest on the morning after a storm.",
        (
            "When can I reach a human at your hotline{w}?",
            "Nobody picks up the phone. What are your opening hours{w}?",
            "Is the hotline open in the evening{w}?",
        ),
        (
            "Somebody answers from {v} on working days{w}, and around the clock for failures.",
            "The hotline{w} is open {v} on working days.",
            "You reach us {v}{w}; the wait is shortest in the early afternoon.",
        ),
    ),
    Topic(
        "answers to tickets{w}",
        Span(4, 48, "{} hours", step=4),
        (
            "A ticket gets its first answer within {v}, written by a person.",
            "Within {v} somebody has read your ticket and answered it.",
        ),
        "Attach the log from the app, and the first answer can already be the last one.",
        (
            "I opened a ticket. When will someone answer{w}?",
            "How long do you take to react to a ticket{w}?",
            "Is it normal that my ticket has been silent since yesterday{w}?",
        ),
        (
            "The first answer comes within {v}{w}, and a person writes it.",
            "It takes up to {v}{w}; with the log attached the rest goes quicker.",
            "Allow {v}{w} for the first answer to a ticket.",
        ),
    ),
    Topic(
        "remote help{w}",
        Span(20, 90, "{} minutes", step=10),
        (
            "Remote help needs your consent in the app and ends by itself after {v}.",
            "A session of remote help lasts {v} at most and is listed in the log.",
        ),
        "You see every step on your own screen and can end the session with one tap.",
        (
            "Can someone look at my system from afar{w}, and for how long do they get in?",
            "How long can support look into my devices once I allow it{w}?",
            "Does the remote access switch itself off again{w}?",
        ),
        (
            "Yes, with your consent in the app{w}; the session ends by itself after {v}.",
            "Remote help lasts {v} at most{w}, and you see every step.",
            "It ends after {v}{w} or as soon as you tap the button.",
        ),
    ),
    Topic(
        "giving back old devices{w}",
        Among(
            ("any partner", "the municipal depot", "our warehouse", "the carrier of the new one")
        ),
        (
            "Old devices are taken back free of charge by {v}; batteries must be discharged before.",
            "To dispose of a device, hand it to {v}, which costs nothing.",
        ),
        "Nine tenths of the material are used again, and you receive a certificate.",
        (
            "Where do I leave my old device{w}?",
            "Do you take back old batteries{w}, and who collects them?",
            "How do I dispose of a broken unit properly{w}?",
        ),
        (
            "Hand it to {v}{w}; that is free of charge and you receive a certificate.",
            "Old devices are taken back by {v}{w}. Discharge batteries before.",
            "Give it to {v}{w}, which costs nothing.",
        ),
    ),
)
