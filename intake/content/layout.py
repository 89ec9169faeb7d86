"""A document written out as YAML, laid out for people to read; it reads back as what it was.

One key or entry to a line; what is short stands in braces, prose is folded with ``>``, and a
blank line stands between the parts of the file and between its rules.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from intake.content.documents import Listed, Mapped

_WIDTH = 108
_STEP = 2
# Words that need no quotation marks, within braces and on a line of their own.
_IN_BRACES = re.compile(r"[^\W_][\w ./%()’“”–+-]*")
_ON_A_LINE = re.compile(r"[^\W_](?:[\w ./%()’“”–+,;?!'\"*<>=\[\]{}-]|:(?! |$))*")
# What would be read as something else than the words it is.
_NO_WORDS = re.compile(r"true|false|null|-?[0-9]+(\.[0-9]+)?")
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def lay_out(document: Mapped) -> str:
    """The text of a document, ending in a line break."""
    parts = ("\n".join(_entry(key, value, 0)) for key, value in document.items())
    return "\n\n".join(parts) + "\n"


def _entry(key: str, value: object, indent: int) -> Iterator[str]:
    """The lines of one key of a mapping and of its value."""
    start = f"{' ' * indent}{_quoted_unless(_IN_BRACES, key)}:"
    match value:
        case str():
            written = f"{start} {_scalar(value)}"
            if len(written) < _WIDTH or not _can_be_folded(value):
                yield written
            else:
                yield f"{start} >"
                yield from _folded(value, indent + _STEP)
        case Mapped() | Listed() if value and (not indent or not _fits(start, value)):
            yield start
            if isinstance(value, Listed):
                # Between the rules of a file stands a blank line.
                yield from _listed(value, indent + _STEP, apart=not indent)
            else:
                for name, inner in value.items():
                    yield from _entry(name, inner, indent + _STEP)
        case _:
            yield f"{start} {_short(value)}"


def _listed(entries: Listed, indent: int, *, apart: bool) -> Iterator[str]:
    """The lines of a list, with a blank line between entries that are long."""
    before = f"{' ' * indent}-"
    for place, entry in enumerate(entries):
        if isinstance(entry, Mapped | Listed) and not _fits(before, entry):
            if apart and place:
                yield ""
            yield from _long_entry(entry, indent)
        else:
            yield f"{before} {_scalar(entry) if isinstance(entry, str) else _short(entry)}"


def _long_entry(entry: Mapped | Listed, indent: int) -> Iterator[str]:
    """The lines of one entry of a list; the first carries the dash where its indent was."""
    within = indent + _STEP
    match entry:
        case Listed():
            lines = _listed(entry, within, apart=False)
        case _:
            lines = (line for key, value in entry.items() for line in _entry(key, value, within))
    yield f"{' ' * indent}- {next(lines)[within:]}"
    yield from lines


def _fits(before: str, thing: Mapped | Listed) -> bool:
    return not thing or len(before) + len(_short(thing)) < _WIDTH


def _short(thing: object) -> str:
    """The thing in one line, as it stands within braces."""
    match thing:
        case Mapped():
            pieces = (f"{_quoted_unless(_IN_BRACES, key)}: {_short(value)}" for key, value in thing.items())
            return "{" + ", ".join(pieces) + "}"
        case Listed():
            return "[" + ", ".join(_short(entry) for entry in thing) + "]"
        case str():
            return _quoted_unless(_IN_BRACES, thing)
        case _:
            return _scalar(thing)


def _scalar(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case str():
            return _quoted_unless(_ON_A_LINE, value)
        case _:
            return str(value)


def _quoted_unless(pattern: re.Pattern[str], words: str) -> str:
    if pattern.fullmatch(words) and not words.endswith(" ") and not _NO_WORDS.fullmatch(words):
        return words
    return '"' + "".join(_escaped(character) for character in words) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _can_be_folded(words: str) -> bool:
    # Folding joins lines with one space: what has other space in it keeps its quotation marks.
    return words.isprintable() and words == " ".join(words.split()) and bool(words)


def _folded(words: str, indent: int) -> Iterator[str]:
    line = " " * indent
    for word in words.split(" "):
        if line.strip() and len(line) + len(word) >= _WIDTH:
            yield line
            line = " " * indent
        line += f" {word}" if line.strip() else word
    yield line
