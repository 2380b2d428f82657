"""Small real PDF files, written byte by byte, some of them encrypted (RC4, 40 bits)."""

import hashlib
from collections.abc import Callable, Sequence

__all__ = ["pdf_file"]

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_FILE_ID = b"0123456789abcdef"
_PERMISSIONS = -4
_Cipher = Callable[[int, bytes], bytes]


def pdf_file(
    pages: Sequence[Sequence[str]], *, title: str = "", user_password: bytes | None = None
) -> bytes:
    """A PDF with these lines on its pages; a page without lines holds a filled square.

    `user_password` encrypts it: b"" opens without being asked, as bank statements and filings do.
    """
    cipher, encryption = _plain, b""
    if user_password is not None:
        cipher, encryption = _encryption(user_password)
    objects = [b"", b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1"]
    objects[3] += b"/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    kids = []
    for lines in pages:
        number = len(objects)
        kids.append(b"%d 0 R" % number)
        content = cipher(number + 1, _content(lines))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % (number + 1)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    objects[2] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    info = len(objects)
    objects.append(b"<</Title<%s>>>" % cipher(info, title.encode("latin-1")).hex().encode())
    trailer = b"/Root 1 0 R/Info %d 0 R/ID[<%s><%s>]" % (info, *[_FILE_ID.hex().encode()] * 2)
    if encryption:
        trailer += b"/Encrypt %d 0 R" % len(objects)
        objects.append(encryption)
    return _assembled(objects, trailer)


def _assembled(objects: Sequence[bytes], trailer: bytes) -> bytes:
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects[1:], 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % len(objects)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects), trailer, start)
    return data


def _content(lines: Sequence[str]) -> bytes:
    if not lines:
        return b"100 100 200 200 re f"
    shown = b" ".join(b"<%s> Tj T*" % line.encode("cp1252").hex().encode() for line in lines)
    return b"BT /F1 10 Tf 72 740 Td 14 TL %s ET" % shown


def _plain(number: int, data: bytes) -> bytes:
    return data


def _encryption(password: bytes) -> tuple[_Cipher, bytes]:
    padded = (password + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    permissions = _PERMISSIONS.to_bytes(4, "little", signed=True)
    key = hashlib.md5(padded + owner + permissions + _FILE_ID).digest()[:5]
    user = _rc4(key, _PADDING)

    def cipher(number: int, data: bytes) -> bytes:
        salted = key + number.to_bytes(3, "little") + b"\0\0"
        return _rc4(hashlib.md5(salted).digest()[:10], data)

    dictionary = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P %d>>"
    return cipher, dictionary % (owner.hex().encode(), user.hex().encode(), _PERMISSIONS)


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
