"""Files that a form may be sent with: right ones, ones in which little was changed, and hostile ones."""

import struct
import zlib
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from campaigns.payloads import MARK, TEXTS
from web.clinic.content import RULES


@dataclass(frozen=True)
class File:
    """A file as a browser sends it."""

    name: str
    content: bytes
    kind: str


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, row: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


_PNG = _png(2, 2, b"\0\x10\x20\0\x30\x40")
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
_OVERLAY = b"about: What we do otherwise.\nrules: []\n"
_RULES = RULES.encode()
_HOSTILE = (
    b"",
    b"\0" * 5_000,
    b"\xff\xfe" + RULES.encode("utf-16-le")[:2_000],
    b"\xef\xbb\xbf" + _RULES,
    RULES.encode() + b"\xff\xfe\xfd",
    # Each line nine times the one before: a billion laughs.
    b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
    b"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\nrules: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
    b"rules: " + b"[" * 20_000,
    b"rules: " + b"{a: " * 5_000,
    b"rules: !!python/object/apply:os.system [x]\n",
    b"rules: " + b"9" * 50_000 + b"\n",
    b"rules:\n" + b"  - id: a\n" * 3_000,
    b"a" * 300_000,
    _png(2**31 - 1, 2**31 - 1, b"\0"),
    _png(2, 2, b"\0" * 5_000_000),
    _PNG[:30],
    b"GIF89a" + b"\0" * 40,
    b"%PDF-1.7\n",
    b"PK\x03\x04" + b"\0" * 100,
    f"<svg onload=alert('{MARK}')><script>{MARK}</script></svg>".encode(),
    f"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg><text>&x;{MARK}</text></svg>".encode(),
    b"<svg xmlns='http://www.w3.org/2000/svg'><image href='http://evil.example/x.png'/></svg>",
    b"<svg>" + b"<g>" * 20_000,
)
_NAMES = (
    "",
    "rules.yaml",
    "logo.png",
    "logo.svg",
    "../../../etc/passwd",
    "C:\\rules.yaml",
    "a" * 400,
    "rules\u202egnp.yaml",
    *TEXTS[:4],
)
_KINDS = ("", "image/png", "image/svg+xml", "text/yaml", "text/html", "multipart/form-data", "x" * 200)
_RIGHT = {
    "logo": (File("logo.png", _PNG, "image/png"), File("logo.svg", _SVG, "image/svg+xml")),
    "rules_file": (File("rules.yaml", _RULES, "application/yaml"),),
    "overlay_file": (File("overlay.yaml", _OVERLAY, "application/yaml"),),
}


def files(name: str) -> SearchStrategy[File]:
    """What may be chosen for a field of this name."""
    rightly = _RIGHT.get(name, tuple(one for several in _RIGHT.values() for one in several))
    nothing = File("", b"", "application/octet-stream")
    nearly = st.tuples(st.sampled_from(rightly), st.integers(0, 1_000_000), st.sampled_from(_CHANGES))
    hostile = st.builds(File, st.sampled_from(_NAMES), st.sampled_from(_HOSTILE), st.sampled_from(_KINDS))
    wanted = (st.just(nothing), st.sampled_from(rightly), nearly.map(_changed), nearly.map(_changed), hostile)
    return st.sampled_from(wanted).flatmap(lambda one: one)


_CHANGES = ("a bit", "cut", "a line left out", "a line twice", "a word", "its name", "its kind")


def _changed(drawn: tuple[File, int, str]) -> File:
    one, at, change = drawn
    content, lines = one.content, one.content.splitlines(keepends=True)
    line = at % len(lines)
    match change:
        case "a bit":
            changed = bytearray(content)
            changed[at % len(content)] ^= 1 << at % 8
            content = bytes(changed)
        case "cut":
            content = content[: at % len(content)]
        case "a line left out":
            content = b"".join(lines[:line] + lines[line + 1 :])
        case "a line twice":
            content = b"".join((*lines[: line + 1], *lines[line:]))
        case "a word":
            words = content.split(b" ")
            words[at % len(words)] = TEXTS[at % len(TEXTS)].encode()
            content = b" ".join(words)
        case "its name":
            return File(_NAMES[at % len(_NAMES)], content, one.kind)
        case _:
            return File(one.name, content, _KINDS[at % len(_KINDS)])
    return File(one.name, content, one.kind)
