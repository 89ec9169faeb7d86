"""A PNG picture without anything but its pixels: no words, places, cameras or moving parts.

W3C, "Portable Network Graphics (PNG) Specification", third edition, 2025: 5 (chunks), 11.2 (IHDR).
"""

import struct
import zlib
from collections.abc import Iterator

from intake.domain.logo_refused import LogoRefused

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">IIBBBBB")
_LARGEST_SIDE = 4096
# What changes how the pixels look. Everything else (tEXt, eXIf, tIME ...) is left out.
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"})
_MOVES = frozenset({b"acTL", b"fcTL", b"fdAT"})
_BROKEN = "That PNG file is damaged. Save it again, or choose another"


def only_pixels(content: bytes) -> bytes:
    """The picture, checked and written anew. Raises LogoRefused."""
    kept, kinds = [_SIGNATURE], list[bytes]()
    for kind, data in _chunks(content):
        if not kinds:
            _check_header(kind, data)
        if kind in _MOVES:
            raise LogoRefused("That picture moves. Choose one that stands still")
        kinds.append(kind)
        if kind in _KEPT:
            kept.append(_chunk(kind, data))
    if b"IDAT" not in kinds or kinds[-1] != b"IEND":
        raise LogoRefused(_BROKEN)
    return b"".join(kept)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk up to the last; what stands behind that is no picture and is left out."""
    if not content.startswith(_SIGNATURE):
        raise LogoRefused(_BROKEN)
    at, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        if len(content) < at + 12:
            raise LogoRefused(_BROKEN)
        (length,) = struct.unpack_from(">I", content, at)
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        end = content[at + 8 + length : at + 12 + length]
        if len(data) != length or end != struct.pack(">I", zlib.crc32(kind + data)):
            raise LogoRefused(_BROKEN)
        yield kind, data
        at += 12 + length


def _check_header(kind: bytes, data: bytes) -> None:
    if kind != b"IHDR" or len(data) != _HEADER.size:
        raise LogoRefused(_BROKEN)
    width, height, *_ = _HEADER.unpack(data)
    if not width or not height:
        raise LogoRefused(_BROKEN)
    if max(width, height) > _LARGEST_SIDE:
        raise LogoRefused(
            f"That picture is {width:,} by {height:,} pixels. Make it at most {_LARGEST_SIDE:,} on each side"
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
