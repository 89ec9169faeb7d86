"""Strict YAML: what is written is what is read, and everything knows its line.

Traps of the format are closed: a key written twice, ``no`` read as false, anchors and
tags, deep nesting and very large files are refused instead of guessed at.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from intake.domain.fingerprint import fingerprint

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: where, what, and what to do.

    ``file`` names the file of a folder; a document that is one file leaves it empty.
    """

    line: int
    text: str
    file: str = ""


class DocumentRefused(Exception):
    """A file that cannot be used, with every problem found in it."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        super().__init__("\n".join(f"{p.file or name}:{p.line}: {p.text}" for p in self.problems))


class Mapped(dict[str, Any]):
    """A mapping that knows the line of each of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Listed(list[Any]):
    """A list that knows the line of each of its entries."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


@dataclass(slots=True)
class Problems:
    """Everything wrong with one file, gathered so that it can all be told at once."""

    name: str
    found: list[Problem] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        """Note a problem and read on."""
        self.found.append(Problem(line, text))

    def refuse_if_any(self) -> None:
        """Raise :class:`DocumentRefused` when anything was noted."""
        if self.found:
            raise DocumentRefused(self.name, self.found)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean "…"?)`` when something known is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""


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
    try:
        _check_events(text, problems)
        problems.refuse_if_any()
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(mark.line + 1 if mark else 1, f"not valid YAML: {error.problem or error.context}")
        raise DocumentRefused(name, problems.found) from None
    except yaml.YAMLError:
        problems.add(1, "not valid YAML: it holds a character that is not text")
        raise DocumentRefused(name, problems.found) from None
    if not isinstance(node, yaml.MappingNode):
        problems.add(1, "the file should hold keys and values at its top, like `rules:`")
        raise DocumentRefused(name, problems.found)
    document = _mapping(node, node.start_mark.line + 1, problems)
    problems.refuse_if_any()
    return document


def edition_of(document: Mapped) -> str:
    """The fingerprint of what a document says; comments and spacing do not count."""
    return fingerprint(_in_order(document))


class _Loader(yaml.CSafeLoader):
    """Reads ``yes``, ``no``, ``on`` and dates as the words they are."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}$", "-0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _check_events(text: str, problems: Problems) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                problems.add(line, "a second document starts here (`---`); keep one to a file")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problems.add(line, "anchors and aliases (& and *) are not used here; write it out")
        if tag := getattr(event, "tag", None):
            problems.add(line, f"the tag {tag} is not used here; remove it")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                problems.add(line, f"nested more than {MOST_DEPTH} deep; make it flatter")
                return
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _built(node: yaml.Node, problems: Problems) -> object:
    line = node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            return _mapping(node, line, problems)
        case yaml.SequenceNode():
            listed = Listed(line)
            for entry in node.value:
                listed.append(_built(entry, problems))
                listed.lines.append(entry.start_mark.line + 1)
            return listed
        case _:
            return _scalar(node)


def _mapping(node: yaml.MappingNode, line: int, problems: Problems) -> Mapped:
    mapped = Mapped(line)
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.add(key_line, "a key has to be a word")
            continue
        key = str(key_node.value)
        if key in mapped:
            problems.add(key_line, f"'{key}' is written twice; the first is on line {mapped.lines[key]}")
            continue
        mapped[key] = _built(value_node, problems)
        mapped.lines[key] = key_line
    return mapped


def _scalar(node: yaml.Node) -> str | int | Decimal | bool | None:
    value = str(node.value)
    match node.tag.rpartition(":")[2]:
        case "bool":
            return value == "true"
        case "int":
            return int(value)
        case "float":
            return Decimal(value)
        case "null":
            return None
        case _:
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
