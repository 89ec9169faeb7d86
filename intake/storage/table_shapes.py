"""Tables as a backup keeps them: in words that every database writes the same, and reads back the same."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    func,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from intake.storage.tables import Base
from intake.storage.tables.base import Moment

# What is over by the time somebody restores, or must not come to life again: sessions that were ended,
# links that were used, tries that were counted, pages and copies kept for minutes and hours.
LEFT_OUT = frozenset(
    {
        "held_pages",
        "lockouts",
        "one_time_links",
        "own_copies",
        "passkey_challenges",
        "provider_sign_ins",
        "rate_limits",
        "staff_sessions",
        "unfinished_sign_ins",
    }
)
_AT_ONCE = 500
_TYPES: dict[str, TypeEngine[Any]] = {
    "uuid": Uuid(),
    "moment": Moment(),
    "day": Date(),
    "yes_or_no": Boolean(),
    "bytes": LargeBinary(),
    "number": BigInteger(),
    "text": Text(),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A table by its name, and of which kind each of its columns is, in their order."""

    name: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]

    @property
    def table(self) -> Table:
        """The table, as far as it is needed to read and to fill it."""
        columns = (Column(name, _TYPES[kind], primary_key=name in self.keys) for name, kind in self.columns)
        return Table(self.name, MetaData(), *columns)

    def line(self, row: Sequence[Any]) -> bytes:
        """A row as a backup has it."""
        written = [_written(value) for value in row]
        return json.dumps(written, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

    def row(self, line: bytes) -> dict[str, Any]:
        """A row as the database takes it. Raises ValueError."""
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != len(self.columns):
            raise ValueError("not a row of this table")
        return {
            name: _understood(kind, value) for (name, kind), value in zip(self.columns, values, strict=True)
        }


def shapes() -> tuple[Shape, ...]:
    """The tables a backup holds, each after those it leads to."""
    return tuple(_shape(table) for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT)


def rows_in(session: Session, shape: Shape) -> int:
    """How many rows the table has."""
    return session.scalar(select(func.count()).select_from(shape.table)) or 0


def lines_of(session: Session, shape: Shape) -> Iterator[bytes]:
    """Every row, in the order of the primary key, which is the same in every database."""
    table = shape.table
    query = select(table).order_by(*table.primary_key)
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield shape.line(row)


def _shape(table: Table) -> Shape:
    columns = tuple((column.name, _kind(column)) for column in table.columns)
    return Shape(table.name, columns, tuple(column.name for column in table.primary_key))


def _kind(column: "Column[Any]") -> str:
    match column.type:
        case Uuid():
            return "uuid"
        case Moment():
            return "moment"
        case Date():
            return "day"
        case Boolean():
            return "yes_or_no"
        case LargeBinary():
            return "bytes"
        case Integer():
            return "number"
        case String():
            return "text"
        case other:
            raise TypeError(f"a backup does not know how to keep {column}, which is {other!r}")


def _written(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    match value:
        case None | bool() | int() | str():
            return value
        case UUID():
            return value.hex
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return b64encode(bytes(value)).decode()
        case other:
            raise TypeError(f"a backup does not know how to keep a {type(other).__name__}")


def _understood(kind: str, value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if value is None:
        return None
    match kind:
        case "uuid":
            return UUID(value)
        case "moment":
            return datetime.fromisoformat(value)
        case "day":
            return date.fromisoformat(value)
        case "bytes":
            return b64decode(value, validate=True)
        case _:
            return value
