"""The few marks of Markdown that generated documents are made of."""

from collections.abc import Iterable


def table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; a bar inside a cell would end it, so it becomes a slash."""
    lines = (headings, tuple("---" for _ in headings), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list, or the word that there is nothing on it."""
    return "\n".join(f"- {line}" for line in lines) or "None."


def codes(ids: Iterable[str]) -> str:
    """Ids in code type, beside each other."""
    return ", ".join(f"`{one}`" for one in ids)
