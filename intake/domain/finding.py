"""Whether a form is the one somebody looks for: by name, by reference, or by date of birth.

Names are compared as people remember them: without capitals and accents, in any order, by the
beginning of a part, and with one letter wrong in a longer one.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

# Shorter parts with a letter wrong are other people's names.
_LONG = 5
_BETWEEN = re.compile(r"[\s\-–—.,;/]+")
_LEFT_OUT = re.compile(r"[’‘'`´]")
# Letters that no accent can be taken off of.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
# References hold no vowels, so that hardly any name looks like one.
_THREE = "([234679CDFHJKMNPQRTVWXY]{3})"
_REFERENCE = re.compile(rf"(?:([A-Z]{{2,4}})[\s\-–—]*)?{_THREE}[\s\-–—]*{_THREE}")


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for. ``references`` are how the wanted one may end, ``parts`` those of a name."""

    parts: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    born: date | None = None

    def is_name(self, name: str) -> bool:
        """Whether every part that was typed stands in the name."""
        return bool(self.parts) and matches(self.parts, parts(name))


def sought(words: str, born: date | None) -> Sought:
    """What words ask for; ``born`` is the date they say, if they say one.

    What looks like a reference may be a name too ("Lynn Ty"), so it is looked for as both.
    """
    if born is not None:
        return Sought(born=born)
    return Sought(parts=parts(words), references=references(words))


def references(words: str) -> tuple[str, ...]:
    """How the reference ends that the words may be: with or without dashes, with its prefix or without."""
    found = _REFERENCE.fullmatch(words.strip().upper())
    if found is None:
        return ()
    prefix, first, second = found.groups()
    written = f"-{first}-{second}"
    return (f"{prefix}{written}",) if prefix else (written,)


def whole_reference(words: str, prefix: str) -> str:
    """The reference that the words are, with the clinic's prefix when it was left out.

    Words that cannot be one come back as they are, so that whoever looks does as much with them.
    """
    ends = references(words)
    if not ends:
        return words
    (end,) = ends
    return f"{prefix}{end}" if end.startswith("-") else end


def parts(name: str) -> tuple[str, ...]:
    """The parts of a name, without capitals and accents."""
    apart = unicodedata.normalize("NFKD", _LEFT_OUT.sub("", name).casefold())
    bare = "".join(one for one in apart if not unicodedata.combining(one)).translate(_PLAIN)
    return tuple(part for part in _BETWEEN.split(bare) if part)


def matches(wanted: Iterable[str], name: tuple[str, ...]) -> bool:
    """Whether each wanted part is one of the name's, in any order."""
    return all(any(_is_part(one, part) for part in name) for one in wanted)


def _is_part(wanted: str, part: str) -> bool:
    return part.startswith(wanted) or (len(wanted) >= _LONG and _one_letter_apart(wanted, part))


def _one_letter_apart(first: str, second: str) -> bool:
    """One letter added, left out, wrong, or changed places with the next."""
    if abs(len(first) - len(second)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    if start is None:
        return True
    left, right = first[start:], second[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[1::-1] and left[2:] == right[2:])
    )
