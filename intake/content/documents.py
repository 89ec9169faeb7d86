"""Strict YAML: what is written is what is read, and everything knows its line and column.

Traps of the format are closed: a key written twice, ``no`` read as false, anchors and
tags, deep nesting and very large files are refused instead of guessed at.
"""

import re
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
    try:
        _check_events(text, problems)
        problems.refuse_if_any()
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(_place(mark) if mark else 1, f"not valid YAML: {in_words(error)}", "not-yaml")
        raise DocumentRefused(name, problems.found) from None
    except yaml.YAMLError:
        problems.add(1, "not valid YAML: it holds a character that is not text; take it out", "not-yaml")
        raise DocumentRefused(name, problems.found) from None
    if not isinstance(node, yaml.MappingNode):
        problems.add(1, "the file should hold keys and values at its top, like `rules:`")
        raise DocumentRefused(name, problems.found)
    document = _mapping(node, problems)
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
        line = _place(event.start_mark) if event.start_mark else 1
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
    match node:
        case yaml.MappingNode():
            return _mapping(node, problems)
        case yaml.SequenceNode():
            listed = Listed(_place(node.start_mark))
            for entry in node.value:
                listed.append(_built(entry, problems))
                listed.lines.append(_place(entry.start_mark))
            return listed
        case _:
            return _scalar(node)


def _mapping(node: yaml.MappingNode, problems: Problems) -> Mapped:
    mapped = Mapped(_place(node.start_mark))
    for key_node, value_node in node.value:
        at = _place(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.add(at, "a key has to be a word")
            continue
        key = str(key_node.value)
        if key in mapped:
            problems.add(at, f"'{key}' is written twice; the first is on line {mapped.lines[key]}")
            continue
        mapped[key] = _built(value_node, problems)
        mapped.lines[key] = at
        mapped.values_at[key] = _place(value_node.start_mark)
    return mapped


def _place(mark: Any) -> Place:  # noqa: ANN401 - a mark of libyaml or of PyYAML; both count from 0
    return Place(mark.line + 1, mark.column + 1)


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
