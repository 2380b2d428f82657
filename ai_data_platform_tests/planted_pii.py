"""Personal data made up for measuring, places to plant it, and texts that only look like it."""

import random
import string

import phonenumbers
from phonenumbers import PhoneNumberFormat

__all__ = ["NEAR_MISSES", "PLACES", "VALUES"]

_EACH = 40


def _emails(chance: random.Random) -> list[str]:
    first, last = (
        ["ann", "Bruno", "li", "O.K", "zoë", "maria-jose"],
        ["lee", "da_silva", "k", "W", "müller"],
    )
    hosts = ["acme.io", "mail.acme-tools.co.uk", "GMAIL.com", "uni-köln.de", "qq.com", "x.museum"]
    plain = [
        f"{chance.choice(first)}{chance.choice(['.', '_', '', '+'])}{chance.choice(last)}"
        f"{chance.choice(['', '7', '1984'])}@{chance.choice(hosts)}"
        for _ in range(_EACH - 6)
    ]
    disguised = [
        "ann (at) acme (dot) io",
        "ann[at]acme.io",
        "ann%40acme.io",
        "ａｎｎ＠ａｃｍｅ．ｉｏ",
        "иван@почта.рф",
        "ann at acme dot io",
    ]
    return plain + disguised


def _phones(chance: random.Random) -> list[str]:
    american = [
        shape.format(
            chance.choice([212, 303, 415, 646, 808]),
            chance.randrange(220, 990),
            chance.randrange(1000, 9999),
        )
        for shape in [
            "({}) {}-{}",
            "{}-{}-{}",
            "{}.{}.{}",
            "+1 {} {} {}",
            "+1{}{}{}",
            "1-{}-{}-{}",
            "{} {} {}",
        ]
        * 3
    ]
    foreign = [
        phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        for land in (
            "BR",
            "CN",
            "DE",
            "EG",
            "ES",
            "FR",
            "GB",
            "IN",
            "JP",
            "KE",
            "MX",
            "PL",
            "RU",
            "SA",
            "SE",
            "TR",
        )
        if (number := phonenumbers.example_number(land))
    ]
    national = [
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        for land in ("GB", "DE", "FR", "IN", "CN", "PL", "BR")
        if (number := phonenumbers.example_number(land))
    ]
    odd = [
        "4152478880",
        "13800138000",
        "247-8880",
        "+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧",
        "+41-1-623-7000",
        "0044 20 7946 1958",
    ]
    return american + foreign + national + odd


def _cards(chance: random.Random) -> list[str]:
    starts = ["4539", "51", "2221", "34", "37", "6011", "65", "36", "3530", "62"]
    numbers = [_with_luhn(chance, chance.choice(starts)) for _ in range(_EACH - 2)]
    return [_grouped_card(n, chance.choice(["", " ", "-"])) for n in numbers] + [
        "4 5 3 9 1 4 8 8 0 3 4 3 6 4 6 7",
        "４５３９ １４８８ ０３４３ ６４６７",
    ]


def _with_luhn(chance: random.Random, start: str) -> str:
    length = {"34": 15, "37": 15, "36": 14}.get(start, 16)
    body = start + "".join(chance.choices(string.digits, k=length - len(start) - 1))
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(body))]
    return body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def _grouped_card(digits: str, gap: str) -> str:
    cuts = [4, 10] if len(digits) < 16 else [4, 8, 12]
    return gap.join(digits[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True))


def _ibans(chance: random.Random) -> list[str]:
    shapes = {
        "DE": 18,
        "FR": 23,
        "NL": 14,
        "ES": 20,
        "PL": 24,
        "NO": 11,
        "SA": 20,
        "GB": 18,
        "MT": 27,
    }
    return [_iban(chance, land, shapes[land]) for land in chance.choices([*shapes], k=_EACH)]


def _iban(chance: random.Random, land: str, length: int) -> str:
    bank = (
        "".join(chance.choices(string.ascii_uppercase, k=4)) if land in {"NL", "GB", "MT"} else ""
    )
    account = bank + "".join(chance.choices(string.digits, k=length - len(bank)))
    remainder = int("".join(str(int(sign, 36)) for sign in f"{account}{land}00")) % 97
    iban = f"{land}{98 - remainder:02d}{account}"
    grouped = " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))
    return chance.choice([iban, grouped, iban.lower()])


def _addresses(chance: random.Random) -> list[str]:
    fours = [
        ".".join(map(str, [chance.choice([5, 81, 93, 203]), *chance.choices(range(1, 255), k=3)]))
        for _ in range(_EACH - 10)
    ]
    sixes = [
        f"2a{chance.randrange(256):02x}:{chance.randrange(65536):x}::{chance.randrange(1, 65536):x}"
        for _ in range(10)
    ]
    return fours + sixes


def _keys(chance: random.Random) -> list[str]:
    word, upper = string.ascii_letters + string.digits, string.ascii_uppercase + string.digits

    def some(letters: str, count: int) -> str:
        return "".join(chance.choices(letters, k=count))

    return [
        made
        for _ in range(5)
        for made in (
            f"AKIA{some(upper, 16)}",
            f"ghp_{some(word, 36)}",
            f"AIza{some(word, 35)}",
            f"sk_live_{some(word, 24)}",
            f"sk-proj-{some(word, 48)}",
            f"xoxb-{some(string.digits, 12)}-{some(word, 24)}",
            f"hf_{some(word, 34)}",
            f"eyJ{some(word, 30)}.eyJ{some(word, 40)}.{some(word, 43)}",
        )
    ]


def _assigned(chance: random.Random) -> list[str]:
    word = string.ascii_letters + string.digits
    random_ones = [
        "".join(chance.choices(word, k=length)) for length in (20, 32, 40) for _ in range(6)
    ]
    hexes = ["".join(chance.choices("0123456789abcdef", k=32)) for _ in range(6)]
    return random_ones + hexes


def _passwords(chance: random.Random) -> list[str]:
    words = ["sunset", "Gandalf", "kestrel", "Maple"]
    made = [
        f"{chance.choice(words)}{chance.choice(['!', '', '_', '#'])}{chance.randrange(10, 9999)}"
        for _ in range(20)
    ]
    return [*made, "swordfish", "correct-horse-battery"]


def _logins(chance: random.Random) -> list[str]:
    users, hosts = (
        ["ann", "root", "", "svc-deploy"],
        ["db.acme.io", "10.0.0.5", "cache", "git.acme.io"],
    )
    return [
        f"{chance.choice(users)}:{_passwords(chance)[0]}@{chance.choice(hosts)}"
        for _ in range(_EACH)
    ]


def _ssns(chance: random.Random) -> list[str]:
    return [
        f"{chance.randrange(1, 665):03d}-{chance.randrange(1, 99):02d}-{chance.randrange(1, 9999):04d}"
        for _ in range(_EACH)
    ]


_CHANCE = random.Random(7)

VALUES = {
    "EMAIL": _emails(_CHANCE),
    "PHONE": _phones(_CHANCE),
    "CARD": _cards(_CHANCE),
    "IBAN": _ibans(_CHANCE),
    "IP": _addresses(_CHANCE),
    "KEY": _keys(_CHANCE),
    "KEY, assigned": _assigned(_CHANCE),
    "KEY, password": _passwords(_CHANCE),
    "URL_CREDENTIALS": _logins(_CHANCE),
    "SSN": _ssns(_CHANCE),
}
"""What is planted. The last words of some lists are disguises and bare words that are hard to see."""

_ANYWHERE = [
    "It is @@, thanks.",
    "(@@)",
    "@@",
    "- item: @@\n- next",
    '{"value": "@@", "n": 1}',
    "```\nx = '@@'\n```",
    "我的是@@，谢谢",
    "**@@**",
    "| a | @@ |",
    "שלי: @@",
    "line\\n@@\\nline",
]

PLACES = {
    "EMAIL": [*_ANYWHERE, "[mail](mailto:@@)", "https://acme.io/u?e=@@&x=1", "<@@>"],
    "PHONE": [
        *_ANYWHERE,
        "Call me on @@ tonight",
        "My number is @@.",
        '{"phone": "@@"}',
        "tel:@@",
        "电话：@@",
    ],
    "CARD": [*_ANYWHERE, "my card @@ was charged"],
    "IBAN": [*_ANYWHERE, "IBAN: @@ and BIC"],
    "IP": [*_ANYWHERE, "from @@ port 22", "ip=@@"],
    "KEY": [*_ANYWHERE, "Authorization: Bearer @@", "export KEY=@@"],
    "KEY, assigned": [
        'api_key = "@@"',
        "SECRET_TOKEN=@@",
        '{"access_token": "@@"}',
        "client_secret: @@",
        "Bearer @@",
    ],
    "KEY, password": [
        "password: @@",
        "password='@@'",
        '{"password": "@@"}',
        "my password is @@",
        "密码：@@",
        "PGPASSWORD=@@",
    ],
    "URL_CREDENTIALS": [
        "postgres://@@/db",
        "https://@@/a.git",
        "`redis://@@:6379`",
        '{"url": "amqp://@@/"}',
    ],
    "SSN": [*_ANYWHERE, "SSN @@", "social security number: @@"],
}

NEAR_MISSES = [
    "npm i react@18.2.0 materialize@0.9.7",
    "@app.route('/x')",
    "icon@2x.png",
    "git@github.com:acme/tools.git",
    "scp a user@server:~/in",
    "medium.com/@ann",
    "released 2024-01-02 10:30:59",
    "02.01.2024 and 1/2/2024",
    "costs $4152478880",
    "version 4.15.247.8880",
    "ISBN 978-3-16-148410-0",
    "ISBN 0-306-40615-2",
    "order 4152478880",
    "ms 1595298748000",
    "unix 1700000000",
    "c = 299792458 m/s",
    "550e8400-e29b-41d4-a716-446655440000",
    "0.14285714285714285714",
    "seasons 2002-2003 and 1368-1644",
    "100 - 180 = 0",
    "GMT+0000",
    "票房757930663美元",
    "the population was 331 449 281 in 2020",
    "1 000 000 000",
    "12 34 56 78 90 12",
    "matrix 1 2 3 4 5 6 7 8 9 0",
    "4111 1111 1111 1112",
    "1234 5678 9012 3456",
    "EAN 4006381333931",
    "tweet 1453489038376136707",
    "0.4111111111111111",
    "DE89 3704 0044 0532 0130 01",
    "commit de89370400440532013001aa",
    "127.0.0.1 and 192.168.0.1",
    "version 91.2.3.4",
    "Chrome/91.2.3.4",
    "see section 21.2.3.4",
    "oid 1.3.6.1.4.1.311",
    "std::vector a::b",
    "12:30:45",
    "00:1a:2b:3c:4d:5e",
    "password = input('Enter')",
    "token = response.json().get('accessToken')",
    "max_tokens=4096",
    "password: string",
    "password: ${DB_PASSWORD1}",
    "tokenizer = AutoTokenizer.from_pretrained('bert-base-uncased-v1')",
    "Password:</label>",
    "def check_password(password: str) -> bool:",
    "the secret: practice every day",
    "sk-folding-cube-animation-circle",
    "https://acme.io:8080/a",
    "postgres://{user}:{password}@{host}/db",
    "https://acme.io/items/4152478880",
    "000-12-3456",
    "536 22 1234",
    "part no. 536-221-234",
    "2023-W05-1",
    "GPS 40.712776, -74.005974",
    "3-2-1-0",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "#4152478880",
    "RFC 2606, ISO 13616",
    "Lot 22-1234-567",
    "flight BA2490 at 10:45",
    "F-150 and A320-200",
    "chapter 12.3.4.5",
    "5-4-3-2-1 go",
]
