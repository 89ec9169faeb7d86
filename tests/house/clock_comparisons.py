"""Every place where the time of now is compared with a time that is kept, or taken from it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "intake"
# The floors whose code asks what time it is.
LOOKED_AT = ("domain", "services", "storage", "web")
_NAMES = frozenset({"now", "moment"})


def comparisons(source: str) -> Iterator[str]:
    """The functions, by name, in which something is compared with now or subtracted from or by it."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and any(map(_is_one, ast.walk(function))):
            yield function.name


def found() -> frozenset[str]:
    """All of them: a module and a function."""
    return frozenset(
        f"{path.relative_to(ROOT).with_suffix('').as_posix()}:{name}"
        for floor in LOOKED_AT
        for path in (ROOT / floor).rglob("*.py")
        if any(name in (source := path.read_text(encoding="utf-8")) for name in _NAMES)
        for name in comparisons(source)
    )


def _is_one(node: ast.AST) -> bool:
    match node:
        case ast.Compare(left=left, comparators=others):
            return any(_holds_now(one) for one in (left, *others))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _is_now(left) or _is_now(right)
    return False


def _holds_now(node: ast.AST) -> bool:
    """Now itself, or so much before or after it."""
    match node:
        case ast.BinOp(left=left, right=right):
            return _holds_now(left) or _holds_now(right)
    return _is_now(node)


def _is_now(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _NAMES
        case ast.Call(func=ast.Name(id="max" | "min"), args=both):
            return any(map(_is_now, both))
        case ast.Call(func=ast.Attribute(value=value, attr="now" | "timestamp" as name), args=[]):
            return name == "now" or _is_now(value)
    return False
