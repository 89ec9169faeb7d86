"""An SVG drawing without anything but lines, shapes, colors and words.

The file is read once and written anew from the elements named here, so that nothing a parser reads
otherwise than we do can be in it. Scripts, events, references to other files, foreign content and
whatever moves are refused, with their name; what drawing programs note for themselves is left out.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError, XMLParser
from xml.sax.saxutils import escape, quoteattr

from intake.domain.logo_refused import LogoRefused

_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"

_DRAWN = re.compile(
    "svg|g|defs|symbol|use|path|rect|circle|ellipse|line|polyline|polygon|text|tspan|title|desc|style"
    "|(linear|radial)Gradient|stop|clipPath|mask|pattern|filter"
    "|fe(Blend|ColorMatrix|Composite|DropShadow|Flood|GaussianBlur|Merge|MergeNode|Offset)"
)
_LEFT_OUT = frozenset({"metadata"})
_WHY = {
    "script": "a script",
    "foreignobject": "pages inside the drawing (foreignObject)",
    "image": "another picture",
    "feimage": "another picture",
    "a": "a link",
    "animate": "an animation",
    "animatecolor": "an animation",
    "animatemotion": "an animation",
    "animatetransform": "an animation",
    "discard": "an animation",
    "mpath": "an animation",
    "set": "an animation",
}
_PLAIN_DOCTYPE = re.compile(r"<!DOCTYPE\s+svg\b[^\[\]<>]*>", re.IGNORECASE)
_DECLARES = re.compile(r"<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_STYLESHEET = re.compile(r"<\?(?!xml\s)", re.IGNORECASE)
# A place of this drawing is all that may be pointed to. CSS can hide anything behind a backslash.
_POINTS_OUTSIDE = re.compile(
    r"url\(\s*(?![\"']?#[\w.-]+[\"']?\s*\))|\b(src|image|image-set|cross-fade|element)\(|\wscript:|data:|//|\\",
    re.IGNORECASE,
)
_MOVES = re.compile(r"\b(animation|transition|offset-path)\b|@keyframes", re.IGNORECASE)
_DEEPEST = 40
# Copies of copies grow fast; this many can only become a thousand or so.
_MOST_COPIES = 20


def only_drawing(content: bytes) -> bytes:
    """The drawing, checked and written anew. Raises LogoRefused."""
    parser = XMLParser(target=_Drawing())  # noqa: S314 - nothing is declared in what it is given
    try:
        parser.feed(_text(content))
        written = parser.close()
    except ParseError:
        raise LogoRefused("That SVG file is damaged. Save it again, or choose another") from None
    return str(written).encode()


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LogoRefused("That SVG file is not UTF-8 text. Save it again as plain SVG") from None
    text = _PLAIN_DOCTYPE.sub("", text, count=1)
    if _DECLARES.search(text):
        raise _holds("declarations (DOCTYPE or ENTITY)")
    if _STYLESHEET.search(text):
        raise _holds("a stylesheet from elsewhere")
    return text


class _Drawing:
    """Writes a drawing anew while it is read; refuses at the first thing a logo may not hold."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.left_out = 0
        self.copies = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._write_words()
        space, name = _parted(tag)
        if not self.open and (space, name) != (_SVG, "svg"):
            raise LogoRefused("That file is not an SVG drawing. Save the logo as plain SVG, or as PNG")
        if self.left_out or _is_left_out(space, name):
            self.left_out += 1
            return
        self.copies += name == "use"
        if self.copies > _MOST_COPIES or len(self.open) >= _DEEPEST:
            raise _holds("more copies or groups inside each other than a logo needs")
        root = f' xmlns="{_SVG}"' if not self.open else ""
        own = "".join(f" {key}={quoteattr(value)}" for key, value in _attributes(attributes))
        self.written.append(f"<{name}{root}{own}>")
        self.open.append(name)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self._write_words()
        if self.left_out:
            self.left_out -= 1
            return
        self.written.append(f"</{self.open.pop()}>")

    def data(self, text: str) -> None:
        """Words, or spaces between elements, in as many pieces as the parser likes."""
        if self.open and not self.left_out:
            self.words.append(text)

    def close(self) -> str:
        """Everything that was written."""
        return "".join(self.written)

    def _write_words(self) -> None:
        # Looked at in one piece: half of "url(" says nothing.
        text = "".join(self.words)
        self.words.clear()
        if self.open and self.open[-1] == "style":
            if "@" in text:
                raise _holds("a style rule that begins with @")
            _check(text)
        self.written.append(escape(text))


def _attributes(attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in attributes.items():
        space, name = _parted(key)
        if name.lower().startswith("on"):
            raise _holds(f"something that runs when it is touched ({name})")
        if name.lower() in ("href", "src") or (space, name) == (_XML, "base"):
            if not re.fullmatch(r"#[\w.-]+", value) or name != "href":
                raise _holds("a reference to another file")
            yield "href", value
        elif space == _XLINK:
            continue
        elif not space:
            _check(value)
            yield name, value


def _check(value: str) -> None:
    if _POINTS_OUTSIDE.search(value):
        raise _holds("a reference to another file")
    if _MOVES.search(value):
        raise _holds("an animation")


def _is_left_out(space: str, name: str) -> bool:
    """Whether it is a drawing program's own note. Raises LogoRefused for what is neither that nor drawn."""
    if why := _WHY.get(name.lower()):
        raise _holds(why)
    if space == _XHTML:
        raise _holds("pages inside the drawing")
    if space != _SVG or name in _LEFT_OUT:
        return True
    if not _DRAWN.fullmatch(name):
        raise _holds(f"“{name}”, which a logo does not need")
    return False


def _parted(tag: str) -> tuple[str, str]:
    space, _, name = tag.rpartition("}")
    return space.removeprefix("{"), name


def _holds(what: str) -> LogoRefused:
    return LogoRefused(f"That drawing holds {what}. Save it as plain SVG without it, or as PNG")
