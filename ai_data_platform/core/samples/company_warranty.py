"""What the pages on warranty and returns say."""

from ai_data_platform.core.samples.topics import Among, Span, Topic

__all__ = ["RETURNS", "WARRANTY"]

WARRANTY = (
    Topic(
        "the warranty{w}",
        Span(5, 15, "{} years"),
        (
            "Tarnholt gives a warranty of {v} on every device that was registered in time{w}.",
            "For registered devices{w} the warranty runs for {v} from the first start.",
        ),
        "It passes to the next owner of the house without any form or fee.",
        (
            "For how long are your devices covered{w}?",
            "Something broke and I bought it ages ago. Is there still warranty{w}?",
            "What happens to the warranty{w} when the house is sold, and how long does it last?",
        ),
        (
            "Registered devices are covered for {v}{w}, counted from the first start.",
            "The warranty{w} is {v}, and it stays with the house when that is sold.",
            "You have {v} of warranty{w}, provided that the device was registered in time.",
        ),
    ),
    Topic(
        "the promised capacity{w}",
        Span(60, 80, "{} %", step=2),
        (
            "A battery that falls below {v} of its first capacity within that time is repaired or replaced.",
            "Within the warranty a battery keeps at least {v} of the capacity that it had when new.",
        ),
        "The capacity is measured by a partner during a slow discharge, not read from the app.",
        (
            "My battery holds less than it used to. When does that count as a defect{w}?",
            "How much capacity do you promise{w} towards the end of the warranty?",
            "Is a battery that has aged a lot a warranty case{w}?",
        ),
        (
            "It counts as a defect{w} once the capacity is below {v} of what it was when new.",
            "We promise {v} of the first capacity{w}; a partner measures it in a slow discharge.",
            "Below {v} it is a warranty case{w}, and the battery is repaired or replaced.",
        ),
    ),
    Topic(
        "reporting a defect{w}",
        Span(7, 42, "{} days", step=7),
        (
            "Report a defect within {v} of noticing it, with photos and the serial number.",
            "A defect has to reach us no later than {v} after it was noticed.",
        ),
        "Later reports are examined as well, but damage that grew in the meantime is not covered.",
        (
            "How soon do I have to tell you about a fault{w}?",
            "I noticed the damage before my holiday and only write now. Is that a problem{w}?",
            "Is there a time limit for warranty claims after something breaks{w}?",
        ),
        (
            "Please report it within {v} of noticing it{w}, with photos and the serial number.",
            "The limit{w} is {v}. Later reports are looked at, but damage that grew is not covered.",
            "You have {v} after you noticed the fault{w}; photos make the decision quicker.",
        ),
    ),
    Topic(
        "what the warranty leaves out{w}",
        Among(("lightning", "flooding", "salt spray", "unapproved cables", "rodents")),
        (
            "Damage caused by {v} is not covered; most household insurers pay for it.",
            "The warranty leaves out damage by {v}, which is a case for the household insurance.",
        ),
        "Your partner writes the report that the insurer asks for, free of charge.",
        (
            "What kind of damage is not part of the warranty{w}?",
            "Which causes do you exclude from the warranty{w}?",
            "Is there anything the guarantee does not pay for{w}?",
        ),
        (
            "Damage by {v} is left out{w}; most household insurers pay for that.",
            "The warranty does not pay for {v}{w}. Your partner writes the report for the insurer.",
            "Excluded is {v}{w}, which is a matter for the household insurance.",
        ),
    ),
)

RETURNS = (
    Topic(
        "the time for returns{w}",
        Span(14, 60, "{} days", step=2),
        (
            "Accessories and devices that were never installed can be sent back within {v} of delivery.",
            "You may return whatever was not installed for {v} after it arrived.",
        ),
        "The time stops while a question to our support about the same order is open.",
        (
            "Can I send an order back{w}, and until when?",
            "I ordered the wrong accessory. How long do I have to return it{w}?",
            "What is the return period{w}?",
        ),
        (
            "You can return it for {v} after delivery{w}, as long as it was not installed.",
            "The return period{w} is {v} and stops while a question about the order is open.",
            "Within {v} of delivery{w} you may send back whatever was never installed.",
        ),
    ),
    Topic(
        "the fee for returns{w}",
        Span(0, 60, "EUR {}", step=5),
        (
            "For pallets a fee of {v} is deducted from the refund; parcels travel free of charge.",
            "The way back is free for parcels and costs {v} for anything on a pallet.",
        ),
        "The label for the way back is in the order history and stays valid for four weeks.",
        (
            "Do I pay for the shipping when I return something{w}?",
            "What does it cost to send a pallet back{w}?",
            "Why was something deducted from my refund{w}?",
        ),
        (
            "Parcels are free{w}; for a pallet {v} is deducted from the refund.",
            "A returned pallet costs {v}{w}, a parcel nothing. The label is in your order history.",
            "It depends on the size{w}: nothing for parcels and {v} for a pallet.",
        ),
    ),
    Topic(
        "the refund{w}",
        Span(3, 15, "{} working days"),
        (
            "The money is sent back within {v} of the day on which the goods reach the warehouse.",
            "Refunds leave our account no later than {v} after the goods have arrived.",
        ),
        "It goes to the means of payment that was used for the order, and to no other.",
        (
            "I returned an item. When do I see my money{w}?",
            "How long does a refund take{w}?",
            "The parcel arrived at your warehouse last week but no refund yet{w}?",
        ),
        (
            "The refund is sent within {v} of the arrival at our warehouse{w}.",
            "It takes up to {v}{w}, and the money goes back the way it came.",
            "Please allow {v} from the day the goods reached us{w}.",
        ),
    ),
    Topic(
        "the packing of returns{w}",
        Among(("the original carton", "a double-walled carton", "a crate", "a padded box")),
        (
            "Use {v} and fill the corners; damage on the way back is otherwise charged.",
            "Returned goods travel in {v}, with all corners filled.",
        ),
        "The courier takes a photo at the door and refuses anything that rattles.",
        (
            "I threw the box away. How do I pack a return{w}?",
            "What packaging do you accept for goods that come back{w}?",
            "The courier refused my return parcel. What should it be packed in{w}?",
        ),
        (
            "Pack it in {v} and fill the corners{w}; the courier refuses anything that rattles.",
            "We accept {v}{w}. Fill the corners, otherwise damage on the way is charged.",
            "It should be in {v}{w}, so that nothing moves inside.",
        ),
    ),
)
