"""What each kind of personal data looks like, and what only looks like it.

In the tables «...» marks what is to be found; a line without marks holds nothing.
"""

import re

import pytest

from ai_data_platform.core.conversations.pii_numbers import is_iban, is_luhn
from ai_data_platform.core.conversations.pii_patterns import KINDS, settle
from ai_data_platform.core.conversations.pii_text import Find, fold
from ai_data_platform.core.conversations.redact import RedactOptions, Redactor

EVERYTHING = Redactor(RedactOptions(keep_reserved=False))
MARKED = re.compile("«(.*?)»", re.DOTALL)


def found(text: str, redactor: Redactor = EVERYTHING) -> str:
    """The text with its placeholders, their numbers left out."""
    (redacted,) = redactor.redact([text]).texts
    return re.sub(r"\[([A-Z_]+)_\d+\]", r"[\1]", redacted)


def check(marked: str, kind: str, redactor: Redactor = EVERYTHING) -> None:
    text = MARKED.sub(r"\1", marked)
    assert found(text, redactor) == MARKED.sub(f"[{kind}]", marked)


EMAILS = [
    "Write to «ann.lee+news@acme-tools.co.uk».",
    "«ANN@ACME.IO»,«bob@acme.io»;«carl@acme.io»",
    "<«ann@acme.io»> or [mail me](mailto:«ann@acme.io»?subject=Hi)",
    '{"email": "«ann_lee@acme.io»", "n": 1}',
    "```python\nsend(to='«ann@acme.io»')\n```",
    "https://acme.io/unsubscribe?u=«ann%40acme.io»&x=1",
    "«ann (at) acme (dot) io» and «bob[at]acme.io»",
    "«ａｎｎ＠ａｃｍｅ．ｉｏ»",
    "«a\u200bnn@ac\u200bme.io»",
    "邮箱«ann@acme.io»谢谢",
    "메일은 «ann@acme.io»으로",
    "שלח ל«ann@acme.io» בבקשה",
    "Пишите: «иван@почта.рф» или «müller@straße.de»",
    "line one\\n«ann@acme.io»\\nline two",
    "Mail «ann@acme.com».Thanks",
    "...«ann@acme.io»...",
    "«x@xn--bcher-kva.example»",
]
NO_EMAILS = [
    "@property and @dataclass",
    "npm install materialize@0.9.7 react@18.2.0",
    "scp a.txt user@server_a:~/in <user>@<host>:/in",
    "https://medium.com/@ann/post-1",
    "icon@2x.png and style@1.min.css",
    "git clone git@github.com:acme/tools.git",
    "a @ b, 3 @ 4.50 each",
    "@@ -1,7 +1,8 @@ def f():",
    "ann@ acme.io",
    "reach me @ann or @bob.smith",
    "re.compile(r'[a-z]+@[a-z]+\\.[a-z]{2,}')",
    "牛奶@咖啡",
    "ann@localhost",
]

PHONES = [
    "Ring «(415) 247-8880» or «415-247-8881».",
    "«415.247.8880» and «415 247 8880» and «1-800-356-9377»",
    "«+1 (415) 247-8880», «+14152478880», «+1.415.247.8880»",
    "«+44 20 7946 1958», «+44 (0)20 7946 1958» or «020 7946 1958»",
    "(«415-247-8880») («+33 6 12 34 56 78»)",
    "(«0044 20 7946 1958») or («020 7946 1958»)",
    "«07911 123456» or «07911 123 456» is British, «98765 43210» Indian, «0170-1234567» German",
    "«+49 30 901820», «030 901820», «030/901820»",
    "Appelez le «06 12 34 56 78» ou le «+33 6 12 34 56 78»",
    "我的手机号码是«13800138000»，谢谢",
    "रिंग करें «+91 98765 43210»",
    "اتصل على «+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧»",
    "\u202a«+972 52\u2011123\u20114567»\u202c",
    "tel:«+41-1-623-7000» (the old way)",
    '{"phone_number": "«4152478880»"}',
    "my number is «4152478880»",
    "Their phone number is «55 5395 4586», see you",
    "wa.me/«14152478880»",
    "call «415-247-8880» «925-961-9090»/«707-252-6163»",
    "call\\n«415-247-8880»\\nnow",
    "电话：«０１０－６２７８－１２３４»",
    "«0044 20 7946 1958»",
    "call «247-8880»",
    "Мой телефон «+7 (495) 123-45-67»",
    "Sure, you can try contacting them at «1 40 62 05 00».",
]
NO_PHONES = [
    "released 2024-01-02 10:30:59, 02.01.2024 or 1/2/2024",
    "it cost $4152478880, or €415 247 8880",
    "version 4.15.247.8880 and build 2023.02.06",
    "ISBN 978-3-16-148410-0 or 0-306-40615-2",
    "order 4152478880 and ticket #415-247-8880",
    "timestamp 1595298748000 and 1700000000",
    "c = 299792458 m/s, 926047111 dollars",
    "uuid 550e8400-e29b-41d4-a716-446655440000",
    "0.14285714285714285714 and 3.14159265358979",
    "100 - 180 = 0 and 25 - 120 + 90 = 0",
    "pages 350 -- 400, seasons 2002-2003, 1368-1644",
    "https://acme.io/items/4152478880/edit?id=4152478880",
    "x4152478880 id_415-247-8880 415-247-8880b",
    "GMT+0000 and UTC+01:00",
    "the Ming Dynasty (1368-1644)",
    "01 02 03 04 05 06 and 0101 1010 0101",
    "row 212 345 678 901 234 567",
    "the phone cost 1 200 000 won",
    "192.168.100.200 and 10.20.30.40",
    "全球票房是757930663美元",
    "call f(1234567890123456789)",
]

CARDS = [
    "card «4111 1111 1111 1111» please",
    "«4012-8888-8888-1881» and «5555555555554444»",
    "«3782 822463 10005» amex",
    "«2223003122003222»",
    "«6011.1111.1111.1117»",
    '{"pan":"«4242424242424242»"}',
    "卡号«6200000000000005»",
    "«４１１１　１１１１　１１１１　１１１１»",
    "`«5105105105105100»`",
    "my visa is «4222222222222»",
    "«3530111333300000»",
    "«٤١١١ ١١١١ ١١١١ ١١١١»",
]
NO_CARDS = [
    "4111 1111 1111 1112",
    "1234 5678 9012 3456",
    "9999999999999995",
    "0.4111111111111111",
    "id 4222222222222",
    "tweet 4111111111111111110",
    "x4111111111111111 and 4111111111111111b",
    "4111111111111111.25",
    "2023-02-06 11:56:31.123456",
    "41111111111111111111111",
    "$4111111111111111",
    "00000000000000000",
]

IBANS = [
    "to «DE89 3704 0044 0532 0130 00» today",
    "«GB82WEST12345698765432»",
    "«FR14 2004 1010 0505 0001 3M02 606» and more",
    "«NL91 ABNA 0417 1643 00»",
    "IBAN:«CH93-0076-2011-6238-5295-7»",
    "«es9121000418450200051332»",
    '"iban": "«AT611904300234573201»"',
    "«ＤＥ８９３７０４００４４０５３２０１３０００»",
    "«BE68 5390 0754 7034».",
    "«MT84MALT011000012345MTLCAST001S»",
    "账号«NO93 8601 1117 947»",
    "«IT60X0542811101000000123456»",
]
NO_IBANS = [
    "DE89 3704 0044 0532 0130 01",
    "DE89 3704 0044 0532 0130",
    "XX89 3704 0044 0532 0130 00",
    "ABDE89370400440532013000",
    "GB82WEST12345698765432X",
    "AB12 CD34",
    "commit de89370400440532013001aa",
    "ISO13616 and RFC2606",
    "IT60",
    "product NL91-ABNA-0417",
    "SE45 5000 0000 0583 9825 7467",
    "MK07250120000058985",
]

ADDRESSES = [
    "from «93.184.216.34» port 22",
    "http://«93.184.216.34»:8080/x",
    "[«93.184.216.34»]",
    "ip=«93.184.216.34»,«81.2.69.142»",
    "«2a00:1450:4001:81b::200e» answers",
    "[«2a00:1450:4001:081b:0000:0000:0000:200e»]:443",
    "«93.184.216.34».",
    "«192.0.2.7» of the manuals",
    "«2001:db8::1»",
    "«８１．２．６９．１４２»",
    "block «81.2.69.0»/24",
    "服务器«81.2.69.142»坏了",
]
NO_ADDRESSES = [
    "127.0.0.1, 0.0.0.0, 10.1.2.3, 172.16.5.4, 192.168.0.1, 169.254.1.1",
    "239.1.1.1 and 255.255.255.0",
    "version 91.2.3.4, v91.2.3.4, release: 91.2.3.4",
    "Chrome/91.2.3.4 and pkg==91.2.3.4",
    "see section 21.2.3.4",
    "oid 1.3.6.1.4.1.311",
    "300.1.2.3 and 91.2.3",
    "91.2.3.4-beta",
    "std::vector, a::b and dead::beef",
    "12:30:45, 00:1a:2b:3c:4d:5e",
    "fe80::1, ::1, fd00::1",
    "20:01:0d:b8:00:00:00:01",
    "§ 91.2.3.4",
]

KEYS = [
    "id «AKIAJ3K5L7M9N2P4Q6R8».",
    "«ghp_16C7e42F292c6912E7710c838347Ae178B4a»",
    "«xoxb-123456789012-abcdefABCDEF»",
    "key=«AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q»",
    "«sk_live_4eC39HqLyjWDarjtT1zdp7dc»",
    "«sk-proj-a1B2c3D4e5F6g7H8i9J0»",
    "«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl»",
    "Authorization: Bearer «a1B2c3D4e5F6g7H8i9J0»",
    "password = '«hunter2!»'",
    "my password is «hunter22»",
    '{"api_key": "«9f86d081884c7d659a2feaa0c55ad015»"}',
    "export SECRET_TOKEN=«9f86d081884c7d659a2feaa0»",
    "SECRET_TOKEN=«gJhPnpWFYYeugnVksfVK»",
    "「密码：«abc123xyz»」",
    "https://hooks.slack.com/services/«T0A1B2C3D/B0A1B2C3D/a1B2c3D4e5F6g7H8i9J0k1L2»",
    "«-----BEGIN RSA PRIVATE KEY-----\nMIIEow/+a1b2c3d4e5f6g7h8\n-----END RSA PRIVATE KEY-----» end",
    "«-----BEGIN PRIVATE KEY-----\\nMIIEow/+a1b2c3d4e5f6g7h8\\n-----END PRIVATE KEY-----»",
    "«-----BEGIN EC PRIVATE KEY-----\n"
    + "MHcCAQEEIB1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8"
    + "»\nand cut",
    "password: «Tr0ub4dor&3»",
]
NO_KEYS = [
    "password = input('Enter your password')",
    "token = response.json().get('accessToken')",
    "password=user['password'] or password=form.password.value",
    "tokenizer = AutoTokenizer.from_pretrained('bert-base-uncased-v1-2')",
    "max_tokens: 4096, tokens: reading",
    "password: Enter at least eight",
    "api_key = os.environ['API_KEY_2']",
    "password: ${DB_PASSWORD1} or {{ password1 }}",
    '<label for="password1">Password:</label>',
    "token = nextPageTokenFromTheServer or accessTokenById",
    "secret_key: my-application-name",
    "sk-folding-cube-animation-circle",
    "password: ********",
    "the key: practice makes perfect",
    "AKIAXXXXXXXXXXXXXXXX",
    "-----BEGIN PUBLIC KEY-----\nMIIEow\n-----END PUBLIC KEY-----",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "bearer of bad news 1234",
    "token: https://acme.io/a1b2c3d4e5f6g7h8",
]

LOGINS = [
    "postgres://«ann:s3cr3t@db.acme.io»:5432/shop",
    "https://«ann:p%40ss1@acme.io»/x",
    "amqp://«ann:s3#cr3t@acme.io»/",
    "ftp://«ann:a@b:c@acme.io»/x",
    "redis://«:s3cr3t@10.0.0.1»:6379",
    "`git clone https://«bot:t0k3n@git.acme.io»/a.git`",
    "mongodb+srv://«ann:s3cr3t@cluster0.acme.io»/db",
]
NO_LOGINS = [
    "https://acme.io:8080/a",
    "postgres://{user}:{password}@{host}/db",
    "postgres://$USER:$PASSWORD@host/db",
    "https://<user>:<password>@acme.io",
    "https://acme.io/a:b@c",
    "http://localhost:3000/@ann",
]

SSNS = [
    "SSN «536-22-1234».",
    "social security number: «536 22 1234»",
    "ssn «536221234»",
    "(«066-86-1351»)",
    "«５３６-２２-１２３４»",
]
NO_SSNS = [
    "000-12-3456, 666-12-3456, 900-12-3456",
    "536-00-1234 and 536-22-0000",
    "536 22 1234 and 536221234",
    "1536-22-1234, 536-22-12345, 536-22-1234-5",
    "$536-22-1234",
]

TABLES = {
    "EMAIL": EMAILS,
    "PHONE": PHONES,
    "CARD": CARDS,
    "IBAN": IBANS,
    "IP": ADDRESSES,
    "KEY": KEYS,
    "URL_CREDENTIALS": LOGINS,
    "SSN": SSNS,
}
NOTHING = NO_EMAILS + NO_PHONES + NO_CARDS + NO_IBANS + NO_ADDRESSES + NO_KEYS + NO_LOGINS + NO_SSNS


@pytest.mark.parametrize(
    ("kind", "marked"), [(kind, line) for kind in TABLES for line in TABLES[kind]]
)
def test_what_is_personal_is_found_and_nothing_beside_it(kind: str, marked: str) -> None:
    check(marked, kind)


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_personal_is_left(text: str) -> None:
    assert found(text) == text


RESERVED = [
    "ann@example.com, ann@mail.example.org, ann@host.test",
    "(415) 555-0199, +1 212 555 0100, 020 7946 0958, call 555-0123",
    "card 4111 1111 1111 1111 or 4242424242424242",
    "DE89 3704 0044 0532 0130 00",
    "192.0.2.7, 198.51.100.1, 203.0.113.9, 8.8.8.8, 2001:db8::1",
    "ssn 078-05-1120 or 123-45-6789",
    "postgres://user:password@db.acme.io/x https://ann:s3cr3t@example.com",
    "AKIAIOSFODNN7EXAMPLE and password = 'your_password1'",
]


@pytest.mark.parametrize("text", RESERVED)
def test_values_that_belong_to_nobody_stay_unless_the_options_say_otherwise(text: str) -> None:
    assert found(text, Redactor()) == text
    assert "[" in found(text)


@pytest.mark.parametrize("number", ["(415) 555-0299", "+44 20 7947 0958", "020 7947 0958"])
def test_numbers_next_to_the_fictional_ranges_are_real(number: str) -> None:
    assert found(number, Redactor()) == "[PHONE]"


def test_check_digits_are_those_of_the_standards() -> None:
    assert [is_luhn(digits) for digits in ("79927398713", "79927398710")] == [True, False]
    ibans = ("GB82WEST12345698765432", "GB28WEST12345698765432", "GB82WEST1234569876543")
    assert [is_iban(iban) for iban in ibans] == [True, False, False]


def test_overlapping_finds_become_one_over_all_of_them_named_after_the_longest() -> None:
    finds = [Find("PHONE", 2, 6, "p"), Find("EMAIL", 0, 5, "e"), Find("IP", 8, 9, "i")]
    assert settle(finds, "abcdefghi") == [Find("EMAIL", 0, 6, "abcdef"), Find("IP", 8, 9, "i")]


def test_of_equally_long_finds_the_costlier_leak_gives_its_name() -> None:
    same = [Find(kind, 0, 4, kind) for kind in reversed(KINDS)]
    assert settle(same, "abcd") == [Find("KEY", 0, 4, "KEY")]


def test_a_folded_text_knows_where_its_characters_stood() -> None:
    folded = fold("é＠\u200b１\u00a0\\n")
    assert folded.text == "é@1 \n\n"
    assert folded.original(1, 3) == (1, 4)
    assert fold("plain").offsets is None


HOSTILE = [
    "@", "a@", "a@a.", "1", ".", "-", "1.", "1-", ":", "a:", "://a:", "+1", "DE12", "eyJ", "eyJaaaaaaaaaa.",
    "sk-", "password ", "password=", "-----BEGIN PRIVATE KEY-----\n", "[EMAIL_1]", "1\u200b", " ", "\\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_is_searched_to_its_end_and_once_is_enough(piece: str) -> None:
    once = EVERYTHING.redact([piece * (100_000 // len(piece)) + " jo@acme-tools.de"])
    assert once.texts[0].endswith("[EMAIL_2]" if piece == "[EMAIL_1]" else "[EMAIL_1]")
    assert EVERYTHING.redact(once.texts).texts == once.texts
