"""What the pages on accounts and privacy say."""

from ai_data_platform.core.samples.topics import Among, Span, Topic

__all__ = ["ACCOUNT", "PRIVACY"]

ACCOUNT = (
    Topic(
        "the password of an account{w}",
        Span(8, 18, "{} characters"),
        (
            "A password has {v} or more; a sentence with spaces is welcome.",
            "Passwords need {v} at least and are checked against lists of leaked ones.",
        ),
        "Digits and symbols are not demanded, since length protects better than ornament.",
        (
            "The app rejects every password I try. What does it want{w}?",
            "How long must the password for my account be{w}?",
            "Do I need symbols and digits in the password{w}?",
        ),
        (
            "A password needs {v} or more{w}; symbols and digits are not demanded.",
            "It wants {v} at least{w}, and nothing that is on a list of leaked passwords.",
            "Length is what counts{w}: {v} or more, and a sentence is welcome.",
        ),
    ),
    Topic(
        "the lock after wrong passwords{w}",
        Span(10, 120, "{} minutes", step=10),
        (
            "After six wrong attempts an account is locked for {v}.",
            "Six wrong passwords in a row lock the account; it opens again after {v}.",
        ),
        "The devices go on working meanwhile, as they do not need the account for that.",
        (
            "I mistyped my password too often and am locked out. For how long{w}?",
            "Does the heating keep running while my account is locked{w}, and when does it open again?",
            "How long does the lock on my account last{w}?",
        ),
        (
            "The lock lasts {v}{w}; your devices go on working meanwhile.",
            "After {v} the account opens again by itself{w}.",
            "Wait {v}{w} and then choose a new password with the link in the app.",
        ),
    ),
    Topic(
        "guest access{w}",
        Span(2, 9, "{} people"),
        (
            "An owner can invite up to {v}, who may look but not change anything.",
            "Guest access is open to {v} at a time; an invitation is withdrawn with one tap.",
        ),
        "Guests see the last week only, so nothing of your older habits is shown to them.",
        (
            "How many family members can I let into the app{w}?",
            "Can my tenants see the readings without changing anything{w}?",
            "What is the limit for guest access{w}?",
        ),
        (
            "You can invite {v}{w}; they see the last week and cannot change anything.",
            "Guest access is for {v} at a time{w}, and you withdraw it with one tap.",
            "Up to {v} may look{w}, and only the owner changes settings.",
        ),
    ),
    Topic(
        "handing over an account{w}",
        Among(("the land register entry", "the sales contract", "the handover protocol", "a bill")),
        (
            "To take over the devices of a previous owner, upload {v} in the portal.",
            "A new owner shows {v}; the devices then move to the new account within a day.",
        ),
        "The history of the previous owner is deleted before the devices appear with you.",
        (
            "I bought a house with your devices in it. How do I get them into my account{w}?",
            "The previous owner is unreachable. What proof do you need to move the devices{w}?",
            "Which document do you want to see for a change of owner{w}?",
        ),
        (
            "Upload {v} in the portal{w} and the devices move to your account within a day.",
            "We need {v}{w}; the history of the previous owner is deleted first.",
            "Show us {v}{w}. After that the devices appear in your account.",
        ),
    ),
)

PRIVACY = (
    Topic(
        "how long readings are kept{w}",
        Span(6, 36, "{} months", step=3),
        (
            "Readings in full resolution are kept for {v}; after that only daily sums remain.",
            "After {v} the detailed readings are deleted and daily sums take their place.",
        ),
        "Daily sums serve the yearly comparison and cannot be traced back to single hours.",
        (
            "How long do you store my consumption data{w}?",
            "The detailed curves of last year are gone. Where did they go{w}?",
            "When are old readings deleted{w}?",
        ),
        (
            "Detailed readings are kept for {v}{w}, and daily sums after that.",
            "We delete the full resolution after {v}{w}; the daily sums stay for comparison.",
            "After {v} only daily sums remain{w}, so the curves of that time are gone.",
        ),
    ),
    Topic(
        "a copy of personal data{w}",
        Span(2, 28, "{} days", step=2),
        (
            "A copy of everything we hold about you is ready within {v} of your request.",
            "Ask for your data in the portal and the archive is ready after {v} at most.",
        ),
        "The archive holds spreadsheets and a file that explains their columns.",
        (
            "I want everything you know about me. How long does that take{w}?",
            "How do I get an export of my data{w}, and when?",
            "I asked for my data export and hear nothing. What is the deadline{w}?",
        ),
        (
            "The archive is ready within {v} of your request in the portal{w}.",
            "It takes up to {v}{w}; you get spreadsheets and an explanation of the columns.",
            "Ask in the portal and allow {v}{w} for the archive.",
        ),
    ),
    Topic(
        "who gets to see readings{w}",
        Among(("your grid operator", "your installer", "nobody", "the metering service")),
        (
            "Readings are passed on to {v} and only with your consent.",
            "Besides us the readings reach {v}; the consent for it is a switch in the app.",
        ),
        "Withdrawing the consent takes effect on the same day and has no effect on the warranty.",
        (
            "Who else sees my readings{w}?",
            "Do you sell our consumption data to anyone{w}?",
            "With whom are the readings shared{w}?",
        ),
        (
            "Besides us it is {v}{w}, and only with your consent.",
            "They are passed on to {v}{w}; you can withdraw the consent in the app.",
            "We sell nothing. The readings reach {v}{w} if you agreed to it.",
        ),
    ),
    Topic(
        "the deletion of an account{w}",
        Span(7, 42, "{} days", step=7),
        (
            "A deleted account can be brought back for {v}; then it is gone for good.",
            "For {v} after the deletion you may change your mind.",
        ),
        "Invoices stay for as long as the law demands, apart from everything else.",
        (
            "I deleted my account by mistake. Can it be restored{w}?",
            "How long until my data are really gone after I close the account{w}?",
            "Is the deletion of my account final{w}?",
        ),
        (
            "You can bring it back for {v}{w}; after that it is gone for good.",
            "It becomes final after {v}{w}. Only invoices stay for as long as the law demands.",
            "For {v} the deletion can be undone{w} with the link in the mail.",
        ),
    ),
)
