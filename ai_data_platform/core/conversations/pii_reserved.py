"""Values that look personal and belong to nobody, by rule or because everybody publishes them."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

__all__ = [
    "EXAMPLE_IBANS",
    "EXAMPLE_PASSWORDS",
    "KNOWN_SSNS",
    "TEST_CARDS",
    "is_public_address",
    "is_reserved_address",
    "is_reserved_domain",
]

TEST_CARDS = frozenset({
    "4111111111111111", "4242424242424242", "4000056655665556", "4012888888881881", "4222222222222",
    "5555555555554444", "5105105105105100", "5200828282828210", "2223003122003222", "378282246310005",
    "371449635398431", "6011111111111117", "6011000990139424", "30569309025904", "38520000023237",
    "3530111333300000", "3566002020360505", "6200000000000005",
})  # fmt: skip
"""Card numbers that payment services publish for trying things out; they charge nobody."""

EXAMPLE_IBANS = frozenset({
    "DE89370400440532013000", "GB82WEST12345698765432", "GB29NWBK60161331926819", "NL91ABNA0417164300",
    "FR1420041010050500013M02606", "CH9300762011623852957", "AT611904300234573201",
    "ES9121000418450200051332", "BE68539007547034", "IT60X0542811101000000123456",
})  # fmt: skip
"""The examples of the IBAN registry and of textbooks."""

KNOWN_SSNS = frozenset({"078051120", "219099999", "123456789", "111223333"})
"""Printed in advertisements and forms; the SSA voided the first two for it."""

EXAMPLE_PASSWORDS = frozenset({
    "pass", "passwd", "password", "pwd", "secret", "user", "username", "admin", "root", "postgres", "guest",
    "mysql", "token", "changeme", "your_password", "yourpassword", "mypassword",
})  # fmt: skip

_RESERVED_ENDINGS = (
    ".example",
    ".test",
    ".invalid",
    ".localhost",
    ".example.com",
    ".example.net",
    ".example.org",
)


def is_reserved_domain(host: str) -> bool:
    """Whether RFC 2606 or RFC 6761 keeps a domain (lower case) from being anybody's."""
    return f".{host}".endswith(_RESERVED_ENDINGS)


# Nobody is reached at these from outside; they fill every manual, and hiding them only spoils code.
_NEVER_PERSONAL = tuple(map(IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "224.0.0.0/3",
)))  # fmt: skip
_GIVEN_OUT_V6 = IPv6Network("2000::/3")  # the rest is loopback, local, multicast or unused

# RFC 5737 and RFC 2544; then public resolvers and the four numbers that stand for any address.
_RESERVED_V4 = tuple(map(IPv4Network, (
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15",
    "1.0.0.1", "1.1.1.1", "1.2.3.4", "8.8.4.4", "8.8.8.8", "9.9.9.9",
)))  # fmt: skip
_RESERVED_V6 = tuple(map(IPv6Network, (
    "2001:db8::/32", "3fff::/20",  # RFC 3849 and RFC 9637
    "2001:4860:4860::8888", "2001:4860:4860::8844", "2606:4700:4700::1111",
)))  # fmt: skip


def is_public_address(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address can be reached from everywhere, so that it can lead to somebody."""
    if isinstance(address, IPv6Address):
        return address in _GIVEN_OUT_V6
    return not any(address in network for network in _NEVER_PERSONAL)


def is_reserved_address(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is kept for manuals, or so well known that manuals use it."""
    if isinstance(address, IPv6Address):
        return any(address in network for network in _RESERVED_V6)
    return any(address in network for network in _RESERVED_V4)
