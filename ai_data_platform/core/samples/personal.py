"""Personal data that belongs to nobody: reserved domains, numbers, cards and accounts for examples.

Addresses are of example.com and its sisters, phone numbers end in 555-01xx, network addresses come
from the documentation ranges; cards and accounts are published examples, whose check digits hold.
"""

# ruff: noqa: E501 -- a sentence stands on one line

from ai_data_platform.core.samples.grammar import Chance, Grammar

__all__ = ["PERSONAL_KINDS", "personal_sentence"]

PERSONAL_KINDS = ("email", "phone", "card", "iban", "ip")

_CARDS = (
    "4111 1111 1111 1111", "4242 4242 4242 4242", "5555-5555-5555-4444", "5105105105105100",
    "378282246310005", "6011 1111 1111 1117", "4012888888881881",
)  # fmt: skip
_ACCOUNTS = (
    "DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300",
    "FR14 2004 1010 0505 0001 3M02 606", "CH93 0076 2011 6238 5295 7", "AT611904300234573201",
    "ES91 2100 0418 4502 0005 1332",
)  # fmt: skip

_SENTENCES = Grammar(
    {
        "email": (
            "My address is [mailbox].", "Please answer to [mailbox], I rarely open the app.",
            "You can also write to [mailbox].", "I am registered as [mailbox].",
            "Send a copy to [mailbox], please.", "[mailbox] is where the invoice should go.",
        ),
        "phone": (
            "Call me on [number].", "My number is [number], best after six.",
            "If it is quicker, ring [number].", "You reach me at [number] during the day.",
            "[number] is my mobile.", "The caretaker can be reached at [number].",
        ),
        "card": (
            "I paid with the card [card_number].", "Was my card [card_number] charged twice?",
            "The card on file, [card_number], is still the right one.", "Please use card [card_number] from now on.",
        ),
        "iban": (
            "Please send the refund to [account].", "My account is [account].",
            "The bonus can go to [account].", "Is [account] the account that you charge?",
        ),
        "ip": (
            "The router shows [address] for it.", "It has the address [address] here.",
            "I can reach it at [address] but not from outside.", "The log is full of [address].",
        ),
        "mailbox": ("[first].[last]@[domain]", "[first][digit][digit]@[domain]", "[last]@[domain]"),
        "first": ("ada", "bruno", "carla", "elif", "femi", "greta", "hugo", "ines", "kirsi", "luca"),
        "last": ("brandt", "okafor", "lindqvist", "moreau", "silva", "novak", "haas", "byrne", "rossi"),
        "domain": ("example.com", "example.org", "example.net", "mail.example.com"),
        "number": (
            "(212) 555-01[digit][digit]", "+1 415 555 01[digit][digit]", "303-555-01[digit][digit]",
            "+1-646-555-01[digit][digit]", "(808) 555 01[digit][digit]",
        ),
        "address": (
            "192.0.2.[byte]", "198.51.100.[byte]", "203.0.113.[byte]",
        ),
        "byte": tuple(str(number) for number in range(2, 255, 3)),
        "digit": tuple("0123456789"),
        "card_number": _CARDS,
        "account": _ACCOUNTS,
    }
)  # fmt: skip


def personal_sentence(kind: str, chance: Chance) -> str:
    """A sentence that gives away one piece of data of this kind."""
    return _SENTENCES.expand(kind, chance)
