"""The few shapes that the schemas of the content files are made of, each with its hover text."""

from collections.abc import Iterable

Schema = dict[str, object]


def mapping(description: str, properties: dict[str, Schema], required: tuple[str, ...]) -> Schema:
    """Keys and values, and no other key."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def listing(description: str, items: Schema, least: int = 0) -> Schema:
    """A list, with so many entries at least."""
    return {"type": "array", "description": description, "items": items, "minItems": least}


def one_of(description: str, words: Iterable[str]) -> Schema:
    """One of a fixed list of words."""
    return {"description": description, "enum": list(words)}


def words(description: str, pattern: str = "") -> Schema:
    """Words, of a certain form where one is given."""
    text: Schema = {"type": "string", "minLength": 1, "description": description}
    return {**text, "pattern": pattern} if pattern else text


def flag(description: str) -> Schema:
    """true or false."""
    return {"type": "boolean", "description": description}


def day(description: str) -> Schema:
    """A date, written as the files write dates."""
    return {
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "description": f"{description} Written 2026-11-20.",
    }


def defined(name: str) -> Schema:
    """Something defined once for the whole schema."""
    return {"$ref": f"#/definitions/{name}"}
