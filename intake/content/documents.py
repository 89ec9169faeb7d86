"""Strict YAML: what is written is what is read, and everything knows its line and column.

Traps of the format are closed: a key written twice, ``no`` read as false, anchors and
tags, deep nesting and very large files are refused instead of guessed at.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from intake.content.broken_yaml import in_words
from intake.content.problems import DocumentRefused, Place, Problem, Problems, did_you_mean
from intake.domain.fingerprint import fingerprint

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 20

# A reader of documents reads their problems too.
__all__ = [
    "DocumentRefused",
    "Listed",
    "Mapped",
    "Place",
    "Problem",
    "Problems",
    "did_you_mean",
    "edition_of",
    "read",
    "read_file",
    "read_text",
]


class Mapped(dict[str, Any]):
    """A mapping that knows where each of its keys stands, and each of its values.

    ``line`` and ``lines`` are places of a file that was read, and plain lines elsewhere.
    """

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.values_at: dict[str, int] = {}

    def value_at(self, key: str) -> int:
        """Where the value of a key stands; the key itself when nothing is written behind it."""
        if self.get(key) is None:
            return self.lines.get(key, self.line)
        return self.values_at.get(key, self.lines.get(key, self.line))


class Listed(list[Any]):
    """A list that knows where each of its entries stands."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def read_file(path: Path) -> tuple[Mapped, str]:
    """The document at ``path`` and its text. Raises :class:`DocumentRefused`."""
    text = read_text(path)
    return read(text, path.name), text


def read_text(path: Path) -> str:
    """The text at ``path``. Raises :class:`DocumentRefused`."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DocumentRefused(
            path.name, [Problem(1, "there is no such file; check the path in the settings")]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise DocumentRefused(path.name, [Problem(1, f"cannot be read: {reason}")]) from None


def read(text: str, name: str) -> Mapped:
    """The document in ``text``. Raises :class:`DocumentRefused`."""
    problems = Problems(name)
    if len(text.encode()) > MOST_BYTES:
        problems.add(1, f"the file is larger than {MOST_BYTES // 1024} KiB; split it or ask why")
    problems.refuse_if_any()
    reading = _Reading(text, problems, Problems(name))
    try:
        document = reading.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(_place(mark) if mark else 1, f"not valid YAML: {in_words(error)}", "not-yaml")
        raise DocumentRefused(name, problems.found) from None
    except yaml.YAMLError:
        problems.add(1, "not valid YAML: it holds a character that is not text; take it out", "not-yaml")
        raise DocumentRefused(name, problems.found) from None
    problems.refuse_if_any()
    if not isinstance(document, Mapped):
        problems.add(1, "the file should hold keys and values at its top, like `rules:`")
        raise DocumentRefused(name, problems.found)
    reading.written_wrongly.refuse_if_any()
    return document


def edition_of(document: Mapped) -> str:
    """The fingerprint of what a document says; comments and spacing do not count."""
    return fingerprint(_in_order(document))


# A plain word is one of these, or else the word it is: `yes`, `no`, `on` and dates are words.
_WORDS_THAT_MEAN_MORE = {"true": True, "false": False, "null": None, "~": None, "": None}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?P<fraction>\.[0-9]{1,17})?")


class _TooDeep(Exception):
    """Nothing is read on."""


class _Reading:
    """One text, read once from its beginning to its end.

    ``traps`` are what no file may hold; where there is one, nothing else is told. ``written_wrongly``
    is what is wrong with keys and values.
    """

    def __init__(self, text: str, traps: Problems, written_wrongly: Problems) -> None:
        self.written_wrongly = written_wrongly
        self._traps = traps
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._depth = self._documents = 0

    def document(self) -> object:
        """The first document of the text; None when there is none. Raises what PyYAML does."""
        found: object = None
        try:
            for event in self._events:
                self._look_for_traps(event)
                if isinstance(event, yaml.NodeEvent):
                    built = self._built(event, self.written_wrongly)
                    found = built if self._documents == 1 else found
        except _TooDeep:
            pass
        return found

    def _next(self) -> Any:  # noqa: ANN401 - an event of PyYAML; each kind has attributes of its own
        event = next(self._events)
        self._look_for_traps(event)
        return event

    def _look_for_traps(self, event: Any) -> None:  # noqa: ANN401
        match event:
            case yaml.NodeEvent():
                self._look_at_node(event)
            case yaml.CollectionEndEvent():
                self._depth -= 1
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents == 2:
                    words = "a second document starts here (`---`); keep one to a file"
                    self._traps.add(_place(event.start_mark), words)

    def _look_at_node(self, event: Any) -> None:  # noqa: ANN401
        if event.anchor:
            words = "anchors and aliases (& and *) are not used here; write it out"
            self._traps.add(_place(event.start_mark), words)
        if isinstance(event, yaml.AliasEvent):
            return
        if event.tag:
            self._traps.add(_place(event.start_mark), f"the tag {event.tag} is not used here; remove it")
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
            if self._depth > MOST_DEPTH:
                words = f"nested more than {MOST_DEPTH} deep; make it flatter"
                self._traps.add(_place(event.start_mark), words)
                raise _TooDeep

    def _built(self, event: Any, problems: Problems) -> object:  # noqa: ANN401
        match event:
            case yaml.ScalarEvent():
                return _scalar(event)
            case yaml.MappingStartEvent():
                return self._mapping(_place(event.start_mark), problems)
            case yaml.SequenceStartEvent():
                listed = Listed(_place(event.start_mark))
                while not isinstance(entry := self._next(), yaml.SequenceEndEvent):
                    listed.append(self._built(entry, problems))
                    listed.lines.append(_place(entry.start_mark))
                return listed
            case _:
                return None  # an alias, which is a trap

    def _mapping(self, at: Place, problems: Problems) -> Mapped:
        mapped = Mapped(at)
        # What stands under a key that cannot be used is read past.
        ignored = Problems(problems.name)
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            at = _place(event.start_mark)
            if not isinstance(event, yaml.ScalarEvent):
                problems.add(at, "a key has to be a word")
                self._built(event, ignored)
                self._built(self._next(), ignored)
                continue
            key, value = str(event.value), self._next()
            if key in mapped:
                problems.add(at, f"'{key}' is written twice; the first is on line {mapped.lines[key]}")
                self._built(value, ignored)
                continue
            mapped[key] = self._built(value, problems)
            mapped.lines[key] = at
            mapped.values_at[key] = _place(value.start_mark)
        return mapped


def _place(mark: Any) -> Place:  # noqa: ANN401 - a mark of libyaml or of PyYAML; both count from 0
    return Place(mark.line + 1, mark.column + 1)


def _scalar(event: yaml.ScalarEvent) -> str | int | Decimal | bool | None:
    value = str(event.value)
    is_plain = event.implicit[0]
    if is_plain and value in _WORDS_THAT_MEAN_MORE:
        return _WORDS_THAT_MEAN_MORE[value]
    if is_plain and (number := _NUMBER.fullmatch(value)):
        return Decimal(value) if number["fraction"] else int(value)
    # A folded paragraph ends in a line break that nobody means.
    return value.strip()


def _in_order(thing: object) -> object:
    # The order of choices is part of what is asked, so a mapping's order counts here.
    match thing:
        case Mapped():
            return [[key, _in_order(value)] for key, value in thing.items()]
        case Listed():
            return [_in_order(entry) for entry in thing]
        case _:
            return thing
