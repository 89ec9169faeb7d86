"""The accessibility tree of a page as text: what a screen reader is told, and nothing of Chromium's own."""

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

KEPT = Path(__file__).parent / "trees"
# Set, the trees are written anew instead of compared: look at what changed before it is committed.
WRITES_ANEW = "INTAKE_TREES_ANEW"
_STATES = ("checked", "pressed", "expanded", "invalid", "required", "disabled", "level")
# Only boxes around others: what is inside them is told, and they are not.
_SILENT = {"none", "generic", "RootWebArea", "paragraph", "strong", "emphasis"}
# Nothing of its own: the words of a label are the name of its box.
_SKIPPED = {"InlineTextBox", "LineBreak", "ListMarker", "LabelText", "Legend"}
# Said by their names, which hold all their words.
_SAID_BY_NAME = {"link", "button", "heading", "textbox", "term", "DisclosureTriangle"}
_SHORT = {"StaticText": "text", "DisclosureTriangle": "unfolds"}
_CONTROLS = {"link", "button", "radio", "checkbox", "textbox", "combobox", "spinbutton", "DisclosureTriangle"}
_PLACES = {"group", "radiogroup", "region", "navigation", "progressbar", "image", "table", "heading"}
_NEEDS_A_NAME = _CONTROLS | _PLACES
# A reference, a secret in a link: other every time.
_OTHER_EVERY_TIME = ((re.compile(r"\b[A-Z]{2}-[0-9A-Z]{3}-[0-9A-Z]{3}\b"), "XX-000-000"),)

Node = dict[str, Any]


def tree(page: Page) -> list[Node]:
    """The nodes as Chromium tells them, in the order of the tree."""
    session = page.context.new_cdp_session(page)
    try:
        nodes: list[Node] = session.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        session.detach()
    return nodes


def as_text(nodes: list[Node]) -> str:
    """One line each: role, name in quotes, states; what is inside another stands further in."""
    by_id = {node["nodeId"]: node for node in nodes}
    text = "".join(f"{'  ' * depth}{said}\n" for depth, said in _lines(by_id, nodes[0], 0))
    for pattern, instead in _OTHER_EVERY_TIME:
        text = pattern.sub(instead, text)
    return text


def unnamed(nodes: Iterable[Node]) -> list[str]:
    """The controls, groups and places a screen reader has no name for."""
    nodes = list(nodes)
    by_id = {node["nodeId"]: node for node in nodes}
    return [
        f"{_role(node)} without a name"
        for node in nodes
        if _counts(node) and _role(node) in _NEEDS_A_NAME and not _name(node) and not _unfolds(by_id, node)
    ]


def compared(name: str, text: str) -> list[str]:
    """The lines in which a tree differs from the one that was kept."""
    path = KEPT / f"{name}.txt"
    if os.environ.get(WRITES_ANEW):
        path.write_text(text, encoding="utf-8")
    if not path.exists():
        return [f"no tree is kept of it; make trees writes trees/{name}.txt"]
    kept = path.read_text("utf-8")
    changes = difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "now", lineterm="", n=1)
    return list(changes)


def _lines(by_id: dict[str, Node], node: Node, depth: int) -> Iterator[tuple[int, str]]:
    if _role(node) in _SKIPPED and not _holds_controls(by_id, node):
        return
    told = _counts(node) and _role(node) not in _SILENT | _SKIPPED
    if told:
        states = " ".join(_states(node))
        name = f' "{_name(node)}"' if _name(node) else ""
        yield depth, f"{_SHORT.get(_role(node), _role(node))}{name}{' ' + states if states else ''}"
        if _role(node) in _SAID_BY_NAME and _name(node):
            return
    for child in node.get("childIds", ()):
        if child in by_id:
            yield from _lines(by_id, by_id[child], depth + 1 if told else depth)


def _unfolds(by_id: dict[str, Node], node: Node) -> bool:
    """What is folded away under a line is a group, and the line says what is in it."""
    inside = [by_id[child] for child in node.get("childIds", ()) if child in by_id]
    return any(
        _role(one) == "DisclosureTriangle"
        or ((not _counts(one) or _role(one) in _SILENT) and _unfolds(by_id, one))
        for one in inside
    )


def _holds_controls(by_id: dict[str, Node], node: Node) -> bool:
    children = [by_id[child] for child in node.get("childIds", ()) if child in by_id]
    return any(_role(one) in _NEEDS_A_NAME or _holds_controls(by_id, one) for one in children)


def _counts(node: Node) -> bool:
    return not node.get("ignored", False)


def _role(node: Node) -> str:
    role: str = node.get("role", {}).get("value", "none")
    return role


def _name(node: Node) -> str:
    return " ".join(str(node.get("name", {}).get("value", "")).split())


def _states(node: Node) -> Iterator[str]:
    held = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
    for name in _STATES:
        if held.get(name) not in (None, False, "false", ""):
            yield f"[{name}]" if held[name] is True or held[name] == "true" else f"[{name} {held[name]}]"
