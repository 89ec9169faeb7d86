"""Looks for words in bytes, in whatever way they are written there: the bytes are read in every way.

Each way of reading is also used on what another way brought to light.
"""

import base64
import binascii
import html
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote_to_bytes

_LARGEST_UNPACKED = 8_000_000
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_SPELLED = re.compile(rb"(?:\\x[0-9a-fA-F]{2}|[0-9a-fA-F]{2}[ :-]){6,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{10,}")
_WRAPPED = re.compile(rb"(?<=[A-Za-z0-9+/_=-])\r?\n[ \t]*(?=[A-Za-z0-9+/_=-])")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_QUOTED = re.compile(rb"=([0-9A-F]{2})")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_ESCAPED = re.compile(rb"\\(?:u00([0-9a-fA-F]{2})|x([0-9a-fA-F]{2})|([0-7]{3}))")
_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")


def _hex(content: bytes) -> bytes:
    runs = [run for found in _HEX.findall(content) for run in (found, found[1:-1])]
    runs += [re.sub(rb"\\x|[ :-]", b"", found) for found in _SPELLED.findall(content)]
    return b"\n".join(binascii.unhexlify(run) for run in runs)


def _base64(content: bytes) -> bytes:
    found = []
    for text in (content, _WRAPPED.sub(b"", content)):
        for run in _BASE64.findall(text):
            run = run.translate(bytes.maketrans(b"-_", b"+/"))
            # Whoever cannot know where a group of four begins tries each place.
            for first in range(4):
                whole = run[first : first + (len(run) - first) // 4 * 4]
                rest = run[first + len(whole) :]
                found.append(base64.b64decode(whole))
                if len(rest) > 1:
                    found.append(base64.b64decode(whole + rest + b"=" * (4 - len(rest))))
    return b"\n".join(found)


def _quoted_printable(content: bytes) -> bytes:
    return _QUOTED.sub(lambda found: bytes([int(found[1], 16)]), _SOFT_BREAK.sub(b"", content))


def _entities(content: bytes) -> bytes:
    return _ENTITY.sub(lambda found: html.unescape(found[0].decode()).encode(), content)


def _escapes(content: bytes) -> bytes:
    def meant(found: re.Match[bytes]) -> bytes:
        digits, base = (found[3], 8) if found[3] else (found[1] or found[2], 16)
        return bytes([int(digits, base) & 255])

    return _ESCAPED.sub(meant, content)


def _unpacked(content: bytes) -> bytes:
    found = []
    for begins in _PACKED.finditer(content):
        at, how = begins.start(), zlib.MAX_WBITS | 32
        if begins[0] == b"PK\x03\x04":
            # A file of a zip: its name and what else stands before it are skipped.
            lengths = content[at + 26 : at + 30]
            at += 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
            how = -zlib.MAX_WBITS
        try:
            found.append(
                zlib.decompressobj(how).decompress(content[at : at + _LARGEST_UNPACKED], _LARGEST_UNPACKED)
            )
        except zlib.error:
            continue
    return b"\n".join(found)


# Every way of reading, under the name of how the words are written that it finds.
READ: dict[str, Callable[[bytes], bytes]] = {
    "UTF-16 or UTF-32": lambda content: content.replace(b"\x00", b""),
    "backwards": lambda content: content[::-1],
    "percent": unquote_to_bytes,
    "quoted-printable": _quoted_printable,
    "HTML entities": _entities,
    "JSON escapes": _escapes,
    "hex": _hex,
    "base64": _base64,
    "packed": _unpacked,
}
# What brings something new to light, in which every way of reading is tried once more.
_OPENS = ("hex", "base64", "packed")
AS_IT_IS = "as it is"
_BEGINS = 4
_AROUND = 40
# A database keeps much room that nobody has written in yet.
_NOTHING = re.compile(rb"\x00{8,}")


def readings(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes as they are, and as each way of reading has them, with its name."""
    yield AS_IT_IS, content
    for name, read in READ.items():
        found = read(content)
        if found == content:
            continue
        yield name, found
        if name in _OPENS and found:
            yield from ((f"{name}, {inner}", again(found)) for inner, again in READ.items())


def found_in(content: bytes, needles: Iterable[bytes]) -> Iterator[tuple[bytes, str]]:
    """Which of the words stand in the bytes, in capitals or not, and how each is written there."""
    # Most words begin alike: one look for how they begin spares hundreds.
    begun: dict[bytes, dict[bytes, bytes]] = {}
    for needle in needles:
        begun.setdefault(needle[:_BEGINS].lower(), {})[needle.lower()] = needle
    for how, reading in readings(_NOTHING.sub(b"\x00\x00\x00\x00", content)):
        small = reading.lower()
        for beginning, those in begun.items():
            yield from ((those[one], how) for one in _standing_in(small, beginning, those))


def around(content: bytes, needle: bytes, how: str) -> str:
    """What stands on both sides of a word, read in the way it was found: it tells what it is."""
    for name, reading in readings(_NOTHING.sub(b"\x00\x00\x00\x00", content)):
        at = reading.lower().find(needle.lower()) if name == how else -1
        if at >= 0:
            here = reading[max(0, at - _AROUND) : at + len(needle) + _AROUND]
            return ascii(here.decode("latin-1"))[1:-1]
    return ""


def _standing_in(small: bytes, beginning: bytes, those: Iterable[bytes]) -> set[bytes]:
    wanted, found = set(those), set[bytes]()
    lengths = {len(one) for one in wanted}
    at = small.find(beginning)
    while at >= 0:
        found |= {one for length in lengths if (one := small[at : at + length]) in wanted}
        at = small.find(beginning, at + 1)
    return found
