"""What the pages on visits and delivery say."""

from ai_data_platform.core.samples.topics import Among, Span, Topic

__all__ = ["DELIVERY", "VISITS"]

VISITS = (
    Topic(
        "the price of a visit{w}",
        Span(60, 180, "EUR {}", step=10),
        (
            "A visit outside the warranty costs {v}, which includes the way and the first hour.",
            "Outside the warranty the technician charges {v} for the way and the first hour.",
        ),
        "Each further quarter of an hour is billed at the rate that the partner shows in the order.",
        (
            "What does it cost when a technician comes{w}?",
            "My warranty is over. How expensive is a service call{w}?",
            "Is the trip included in the price of a visit{w}?",
        ),
        (
            "A visit costs {v}{w}, with the way and the first hour included.",
            "Outside the warranty it is {v}{w}; further time is billed by the quarter of an hour.",
            "The technician charges {v} for the way and the first hour{w}.",
        ),
    ),
    Topic(
        "cancelling a visit{w}",
        Span(12, 72, "{} hours", step=12),
        (
            "An appointment can be moved or cancelled free of charge until {v} before it begins.",
            "Cancel at least {v} ahead; after that half of the fee is due.",
        ),
        "The link for it is in the confirmation that you get by mail and in the app.",
        (
            "Until when can I cancel the technician without paying{w}?",
            "Something came up and I won't be at home. Can I move the appointment{w}?",
            "Will I be charged if I call the visit off{w}?",
        ),
        (
            "You can cancel or move it for free until {v} before the appointment{w}.",
            "Up to {v} ahead it costs nothing{w}; after that half of the fee is due.",
            "Please cancel at least {v} before{w}. The link is in your confirmation.",
        ),
    ),
    Topic(
        "the waiting time for a visit{w}",
        Span(2, 9, "{} working days"),
        (
            "When heating or power is out, a partner comes within {v}.",
            "For a complete failure the first visit follows within {v} of the report.",
        ),
        "Cases without a failure are planned by route, which often takes a week or two longer.",
        (
            "Everything is down. How quickly can someone be here{w}?",
            "How long do I wait for a technician when nothing works{w}?",
            "What is your response time for a complete failure{w}?",
        ),
        (
            "With a complete failure a partner comes within {v}{w}.",
            "We promise the first visit within {v} of your report{w}.",
            "It is {v} at most{w} when heating or power is out; other cases take longer.",
        ),
    ),
    Topic(
        "preparing a visit{w}",
        Among(("the log of the last week", "the service book", "the invoice", "the wiring plan")),
        (
            "Have {v} at hand when the technician arrives and clear a metre in front of the device.",
            "Before the visit please clear the way and look for {v}.",
        ),
        "Pets are best kept in another room, since doors stand open for most of the time.",
        (
            "The technician comes tomorrow. What should I prepare{w}?",
            "Which papers does your partner need from me{w}?",
            "Is there anything to get ready before the service visit{w}?",
        ),
        (
            "Please have {v} ready and clear a metre in front of the device{w}.",
            "The partner needs {v}{w} and free access to the device.",
            "Look for {v}{w}, clear the way and keep pets in another room.",
        ),
    ),
)

DELIVERY = (
    Topic(
        "the delivery time{w}",
        Span(2, 18, "{} working days"),
        (
            "Spare parts in stock are delivered within {v}; larger devices are announced by phone.",
            "Parts that are in stock reach you in {v} or less.",
        ),
        "The tracking link works from the evening on which the parcel has left the warehouse.",
        (
            "I ordered a spare part. When will it be here{w}?",
            "What is the usual delivery time for parts{w}?",
            "My parcel has not moved for days. How long does delivery take{w}?",
        ),
        (
            "Parts in stock arrive within {v}{w}; the tracking link starts on the first evening.",
            "Delivery takes up to {v}{w} for anything that is in stock.",
            "Allow {v}{w}. Larger devices are announced by phone before they come.",
        ),
    ),
    Topic(
        "free delivery{w}",
        Span(40, 250, "EUR {}", step=10),
        (
            "Orders of {v} or more are delivered free of charge.",
            "From an order value of {v} on we pay for the delivery.",
        ),
        "Vouchers count only after they were taken off, so a large voucher can bring the fee back.",
        (
            "From what amount is shipping free{w}?",
            "How much more do I have to order so that delivery costs nothing{w}?",
            "Why was I charged for shipping with a voucher in the basket{w}?",
        ),
        (
            "Delivery is free from {v} on{w}, counted after any voucher.",
            "Order for {v} or more and we pay for the delivery{w}.",
            "The threshold{w} is {v}; a voucher can bring you below it.",
        ),
    ),
    Topic(
        "delivery of heavy goods{w}",
        Among(("the kerb", "the front door", "the room of your choice", "the garage")),
        (
            "Heavy devices are brought to {v}; anything further is agreed with the driver beforehand.",
            "The carrier takes pallets as far as {v}.",
        ),
        "Two people and a truck with a lift come along, but no tools and no protection for floors.",
        (
            "Will the carrier bring the pallet inside{w}?",
            "How far do they carry heavy goods{w}?",
            "I have a bad back. Where does the driver leave the device{w}?",
        ),
        (
            "Heavy goods are brought to {v}{w}; agree on anything further beforehand.",
            "The carrier goes as far as {v}{w}, with two people and a lift.",
            "They leave it at {v}{w} unless you arranged something else.",
        ),
    ),
    Topic(
        "damage in transit{w}",
        Span(24, 120, "{} hours", step=12),
        (
            "Damage in transit must be reported within {v}, with photos of the carton from all sides.",
            "You have {v} to report what was broken on the way.",
        ),
        "Keep the carton until the case is closed, because the carrier may want to see it.",
        (
            "The box arrived dented. What now, and how fast{w}?",
            "By when must I report shipping damage{w}?",
            "The driver was gone before I saw the crack. Can I still complain{w}?",
        ),
        (
            "Report it within {v}{w} with photos of the carton, and keep the carton.",
            "You have {v} for that{w}; please take photos from all sides.",
            "Yes, for {v} after delivery{w}. The carrier may want to see the carton.",
        ),
    ),
)
