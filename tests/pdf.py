"""Reads a PDF as far as the tests need it: its objects, the words on each page, and its tree of tags.

Small on purpose, and independent of what made the PDF: it reads those of WeasyPrint and of Chromium.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_WHITE = b"\0\t\n\f\r "
_DELIMITERS = b"()<>[]{}/%"
_OBJECT = re.compile(rb"(\d+)\s+(\d+)\s+obj\b")
_REFERENCE = re.compile(rb"(\d+)\s+(\d+)\s+R(?![A-Za-z])")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Name(str):
    """A name: ``/Figure`` is ``Name("Figure")``."""


class Operator(str):
    """An operator of a page: ``Tj`` shows text."""


@dataclass(frozen=True)
class Reference:
    """Points to another object."""

    number: int


@dataclass
class Stream:
    """A dictionary with content."""

    entries: dict[str, Any]
    raw: bytes

    @property
    def content(self) -> bytes:
        """The content, unpacked."""
        return zlib.decompress(self.raw) if self.entries.get("Filter") == "FlateDecode" else self.raw


@dataclass
class Tag:
    """One element of the tree of tags: what a screen reader goes by."""

    role: str
    entries: dict[str, Any]
    children: list["Tag"] = field(default_factory=list)

    def all(self) -> Iterator["Tag"]:
        """This element and every one in it, in reading order."""
        yield self
        for child in self.children:
            yield from child.all()


class Pdf:
    """One document."""

    def __init__(self, content: bytes) -> None:
        assert content.startswith(b"%PDF-"), content[:40]
        self.bytes = content
        self.objects: dict[int, Any] = {}
        self._trailer: dict[str, Any] = {}
        self._read()

    @property
    def root(self) -> dict[str, Any]:
        """The catalog of the document."""
        found: dict[str, Any] = self.of(self._trailer["Root"])
        return found

    @property
    def information(self) -> dict[str, Any]:
        """Its title and the like, as they stood before XMP."""
        return self.of(self._trailer.get("Info")) or {}

    def of(self, value: Any) -> Any:
        """What a reference points to; anything else is itself."""
        return self.objects.get(value.number) if isinstance(value, Reference) else value

    @cached_property
    def pages(self) -> list[str]:
        """The words of each page; where one stands on the page is not looked at."""
        return [self._words(page) for page in self._page_objects(self.of(self.root["Pages"]), {})]

    @property
    def squeezed(self) -> str:
        """All words without the spaces, which a PDF often does not have."""
        return "".join("".join(self.pages).split())

    def says(self, words: str) -> bool:
        """Whether the words stand on one of the pages, however they are spaced."""
        return "".join(words.split()) in self.squeezed

    @cached_property
    def tags(self) -> list[Tag]:
        """The tree of tags, read in order."""
        root = self.of(self.root.get("StructTreeRoot"))
        if root is None:
            return []
        roles = {str(own): str(standard) for own, standard in (self.of(root.get("RoleMap")) or {}).items()}
        return [one for child in self._kids(root) for one in self._tag(child, roles).all()]

    def _tag(self, entries: dict[str, Any], roles: dict[str, str]) -> Tag:
        role = str(entries["S"])
        return Tag(roles.get(role, role), entries, [self._tag(kid, roles) for kid in self._kids(entries)])

    def _kids(self, entries: dict[str, Any]) -> Iterator[dict[str, Any]]:
        kids = self.of(entries.get("K"))
        for kid in kids if isinstance(kids, list) else [kids]:
            found = self.of(kid)
            if isinstance(found, dict) and "S" in found:
                yield found

    def _page_objects(self, node: dict[str, Any], inherited: dict[str, Any]) -> Iterator[dict[str, Any]]:
        inherited = inherited | {name: node[name] for name in ("Resources",) if name in node}
        if node["Type"] != "Pages":
            yield inherited | node
            return
        for kid in self.of(node["Kids"]):
            yield from self._page_objects(self.of(kid), inherited)

    def _words(self, page: dict[str, Any]) -> str:
        contents = self.of(page.get("Contents"))
        streams = [self.of(one) for one in (contents if isinstance(contents, list) else [contents])]
        shown = self._shown(b"\n".join(one.content for one in streams), self.of(page.get("Resources")) or {})
        # Fonts have one sign for "ffi"; readers are shown three letters.
        return unicodedata.normalize("NFKC", shown)

    def _shown(self, content: bytes, resources: dict[str, Any]) -> str:
        fonts = self.of(resources.get("Font")) or {}
        forms = self.of(resources.get("XObject")) or {}
        found: list[str] = []
        held: list[Any] = []
        letters: dict[int, str] = {}
        wide = 1
        for token in _Parser(content).tokens():
            if not isinstance(token, Operator):
                held.append(token)
                continue
            if token == "Tf":
                letters, wide = self._letters(self.of(fonts[held[-2]]))
            elif token in ("Tj", "'", '"'):
                found.append(_decoded(held[-1], letters, wide))
            elif token == "TJ":
                found.extend(_decoded(one, letters, wide) for one in held[-1] if isinstance(one, bytes))
            elif token in ("Td", "TD", "Tm", "T*", "BT"):
                found.append("\n")
            elif token == "Do":
                found.append(self._in_form(self.of(forms.get(held[-1])), resources))
            held = []
        return "".join(found)

    def _in_form(self, form: Any, resources: dict[str, Any]) -> str:
        if not isinstance(form, Stream) or form.entries.get("Subtype") != "Form":
            return ""
        return self._shown(form.content, self.of(form.entries.get("Resources")) or resources)

    def _letters(self, font: dict[str, Any]) -> tuple[dict[int, str], int]:
        """What each code of a font stands for, and how many bytes a code has."""
        cmap = self.of(font.get("ToUnicode"))
        wide = 2 if font.get("Subtype") == "Type0" else 1
        return (_cmap(cmap.content) if cmap else {}), wide

    def _read(self) -> None:
        at = 0
        while found := _OBJECT.search(self.bytes, at):
            parser = _Parser(self.bytes, found.end())
            value = parser.value()
            at = parser.at
            if isinstance(value, dict) and (begin := re.compile(rb"\s*stream\r?\n").match(self.bytes, at)):
                length = value.get("Length")
                end = (
                    begin.end() + length
                    if isinstance(length, int)
                    else self.bytes.index(b"endstream", begin.end())
                )
                value = Stream(value, self.bytes[begin.end() : end])
                at = end
                if value.entries.get("Type") == "XRef":
                    self._trailer |= value.entries
            self.objects[int(found[1])] = value
        for trailer in re.finditer(rb"trailer\s*", self.bytes):
            self._trailer |= _Parser(self.bytes, trailer.end()).value()
        for packed in [one for one in self.objects.values() if isinstance(one, Stream)]:
            if packed.entries.get("Type") == "ObjStm":
                self._unpack(packed)

    def _unpack(self, packed: Stream) -> None:
        content, first = packed.content, packed.entries["First"]
        numbers = [int(one) for one in content[:first].split()]
        for number, offset in zip(numbers[::2], numbers[1::2], strict=True):
            self.objects[number] = _Parser(content, first + offset).value()


def _decoded(shown: bytes, letters: dict[int, str], wide: int) -> str:
    codes = (int.from_bytes(shown[at : at + wide], "big") for at in range(0, len(shown), wide))
    return "".join(letters.get(code, "\N{REPLACEMENT CHARACTER}") for code in codes)


def _cmap(content: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", content, re.DOTALL):
        for code, meant in re.findall(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>", block):
            found[int(code, 16)] = _utf16(meant)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", content, re.DOTALL):
        for low, high, meant in re.findall(rb"<(\w+)>\s*<(\w+)>\s*(<\w*>|\[.*?\])", block, re.DOTALL):
            several = re.findall(rb"<(\w*)>", meant)
            for step, code in enumerate(range(int(low, 16), int(high, 16) + 1)):
                if meant.startswith(b"["):
                    found[code] = _utf16(several[step])
                else:
                    start = _utf16(several[0])
                    found[code] = start[:-1] + chr(ord(start[-1]) + step)
    return found


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


class _Parser:
    """Reads the syntax of PDF objects and of pages."""

    def __init__(self, content: bytes, at: int = 0) -> None:
        self.content, self.at = content, at

    def tokens(self) -> Iterator[Any]:
        """Every operand and operator of a page."""
        while self._skip() < len(self.content):
            yield self.value()

    def value(self) -> Any:
        self._skip()
        here, content = self.at, self.content
        if content[here : here + 2] == b"<<":
            return self._dictionary()
        match content[here : here + 1]:
            case b"<":
                end = content.index(b">", here)
                self.at = end + 1
                digits = re.sub(rb"\s", b"", content[here + 1 : end])
                return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
            case b"(":
                return self._string()
            case b"[":
                self.at += 1
                found = []
                while content[self._skip() : self.at + 1] != b"]":
                    found.append(self.value())
                self.at += 1
                return found
            case b"/":
                self.at += 1
                return Name(re.sub(r"#(\w\w)", lambda hit: chr(int(hit[1], 16)), self._word()))
        if reference := _REFERENCE.match(content, here):
            self.at = reference.end()
            return Reference(int(reference[1]))
        return _scalar(self._word() or self._odd())

    def _odd(self) -> str:
        self.at += 1
        return chr(self.content[self.at - 1])

    def _dictionary(self) -> dict[str, Any]:
        self.at += 2
        found = {}
        while self.content[self._skip() : self.at + 2] != b">>":
            key = self.value()
            found[key] = self.value()
        self.at += 2
        return found

    def _string(self) -> bytes:
        self.at += 1
        depth, found = 1, bytearray()
        while depth:
            one = self.content[self.at : self.at + 1]
            if one == b"\\":
                self.at += 1
                escaped = self.content[self.at : self.at + 1].decode("latin-1")
                if octal := re.compile(rb"[0-7]{1,3}").match(self.content, self.at):
                    found.append(int(octal[0], 8) & 255)
                    self.at = octal.end() - 1
                else:
                    found += _ESCAPES.get(escaped, escaped).encode("latin-1")
            else:
                depth += (one == b"(") - (one == b")")
                found += one if depth else b""
            self.at += 1
        return bytes(found)

    def _word(self) -> str:
        begin = self.at
        while self.at < len(self.content) and self.content[self.at] not in _WHITE + _DELIMITERS:
            self.at += 1
        return self.content[begin : self.at].decode("latin-1")

    def _skip(self) -> int:
        while self.at < len(self.content):
            if self.content[self.at] in _WHITE:
                self.at += 1
            elif self.content[self.at : self.at + 1] == b"%":
                while self.at < len(self.content) and self.content[self.at] not in b"\r\n":
                    self.at += 1
            else:
                break
        return self.at


def _scalar(word: str) -> Any:
    if word in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[word]
    try:
        return int(word)
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        return Operator(word)


def text(value: bytes | None) -> str:
    """A string of the document as it is read out."""
    if value is None:
        return ""
    return value[2:].decode("utf-16-be") if value.startswith(b"\xfe\xff") else value.decode("latin-1")
