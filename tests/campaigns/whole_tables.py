"""Everything that stands in a database, what one deed changed in it, and all of it put back as it was.

Read and put back on connections of its own: nothing of it is a call of the product's. Two deeds are the same
when they took the same rows away and put rows with the same values in their place. A value that is drawn by
chance (an id, a token, what is sealed) is another in each; which columns those are is learned from doing the
same deed twice.
"""

import shutil
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import sql
from sqlalchemy import URL

from copies import Copy
from intake.services import clinic_settings, in_force, planted_signatures, published_rules
from intake.storage import limits_file, opened_signals
from intake.storage.database import sqlite_module
from intake.storage.tables import Base

Row = tuple[Any, ...]
Rows = Mapping[str, Counter[Row]]
Drawn = Set[tuple[str, int]]

# The one the product is on: two of them in one process do not see each other's locks.
sqlite3 = sqlite_module()
# What is written beside the work itself, in transactions of its own, and may be so or otherwise: who is
# there and was seen last, how often a page was opened, and how often somebody guessed.
BESIDE = frozenset({"patient_sessions", "staff_sessions", "reply_sessions"})
BESIDE |= {"page_counts", "lockouts", "rate_limits"}
# What may be answered once, whatever comes of the answer: it is used up before anything else is looked at.
BESIDE |= {"passkey_challenges", "provider_sign_ins"}
_COLUMNS = {name: tuple(table.columns.keys()) for name, table in Base.metadata.tables.items()}
# What a process knows of its database; it began anew when the database was put back.
_KNOWN: tuple[WeakKeyDictionary[Any, Any], ...] = (
    clinic_settings._known,
    clinic_settings._kept,
    in_force._kept,
    published_rules._known,
    planted_signatures._found,
    opened_signals._kept,
)


@dataclass(frozen=True, slots=True)
class Change:
    """The rows that went and the rows that came, by table; a row that was changed is one of each."""

    went: Rows
    came: Rows

    def without(self, drawn: Drawn, but: Set[str] = frozenset()) -> "Change":
        """The same without what is drawn by chance, and without some tables and columns."""
        drawn = drawn | {
            (name, place)
            for name in self.came
            for place, column in enumerate(_COLUMNS[name])
            if f"{name}.{column}" in but
        }
        return Change(
            {name: rows for name, rows in self.went.items() if name not in but},
            {name: _masked(name, rows, drawn) for name, rows in self.came.items() if name not in but},
        )

    def __str__(self) -> str:
        """Tables and numbers alone: what stands in a row is nobody's business."""
        names = sorted({*self.went, *self.came})
        told = [f"{name} -{_size(self.went, name)} +{_size(self.came, name)}" for name in names]
        return ", ".join(told) or "nothing"


def change(before: Rows, after: Rows) -> Change:
    """What happened between."""
    went = {name: rows - after[name] for name, rows in before.items()}
    came = {name: rows - before[name] for name, rows in after.items()}
    return Change(
        {name: rows for name, rows in went.items() if rows},
        {name: rows for name, rows in came.items() if rows},
    )


def drawn_by_chance(one: Change, other: Change) -> Drawn:
    """Which columns are not the same though the same was done: by table and place."""
    return {
        (name, place)
        for name in {*one.came} & {*other.came}
        for place in range(len(next(iter(one.came[name]))))
        if _column(one.came[name], place) != _column(other.came[name], place)
    }


class Tables:
    """The tables of one copy of the product, on SQLite or PostgreSQL."""

    def __init__(self, copy: Copy, folder: Path) -> None:
        self._copy = copy
        self._url: URL = copy.desk.database.url
        self._folder, self._kept = folder, 0
        self._names = [name for name in Base.metadata.tables if name not in BESIDE]

    def rows(self) -> Rows:
        """Every row of every table, but of those that are written beside the work."""
        if self._is_file:
            with sqlite3.connect(self._path) as file:
                found = {name: Counter(file.execute(_select(name))) for name in self._names}
            file.close()
            return found
        with self._connected() as server:
            return {name: Counter(_selected(server, name)) for name in self._names}

    def keep(self) -> object:
        """All of it as it is now, to be put back."""
        if not self._is_file:
            with self._connected() as server:
                return {name: _selected(server, name) for name in Base.metadata.tables}
        self._close()
        with sqlite3.connect(self._path) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.close()
        self._kept += 1
        kept = self._folder / f"kept-{self._kept % 2}.db"
        shutil.copyfile(self._path, kept)
        return kept

    def put_back(self, kept: Any) -> None:
        """As it was when it was kept; and nobody is counted, nor is anything known, from meanwhile."""
        self._close()
        for known in _KNOWN:
            known.clear()
        if not self._is_file:
            with self._connected() as server:
                _fill(server, kept)
            return
        for beside in ("-wal", "-shm"):
            self._path.with_name(f"{self._path.name}{beside}").unlink(missing_ok=True)
        shutil.copyfile(kept, self._path)
        self._count_anew()

    @property
    def _is_file(self) -> bool:
        return self._copy.desk.database.is_sqlite

    @property
    def _path(self) -> Path:
        return Path(str(self._url.database))

    def _connected(self) -> psycopg.Connection:
        url = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True)

    def _close(self) -> None:
        for one in (self._copy.desk, self._copy.clinic):
            one.database.dispose()

    def _count_anew(self) -> None:
        counts = limits_file.path_beside(self._path)
        if counts.exists():
            with sqlite3.connect(counts) as file:
                file.execute("DELETE FROM rate_limits")
            file.close()


def _select(name: str) -> str:
    columns = ", ".join(f'"{one}"' for one in _COLUMNS[name])
    return f'SELECT {columns} FROM "{name}"'


def _selected(server: psycopg.Connection, name: str) -> list[Row]:
    rows = server.execute(_select(name)).fetchall()
    # Rows are counted, and a list (of a column of many values) cannot be.
    return [tuple(tuple(one) if isinstance(one, list) else one for one in row) for row in rows]


def _fill(server: psycopg.Connection, kept: Mapping[str, list[Row]]) -> None:
    # As a replica: no trigger refuses, and no foreign key asks for an order.
    server.execute("SET session_replication_role = replica")
    for name, rows in kept.items():
        table = sql.Identifier(name)
        server.execute(sql.SQL("DELETE FROM {}").format(table))
        for row in rows:
            places = sql.SQL(", ").join([sql.Placeholder()] * len(row))
            values = [list(one) if isinstance(one, tuple) else one for one in row]
            columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS[name]))
            put = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(table, columns, places)
            server.execute(put, values)


def _masked(name: str, rows: Counter[Row], drawn: Drawn) -> Counter[Row]:
    masked: Counter[Row] = Counter()
    for row, number in rows.items():
        masked[tuple("drawn" if (name, place) in drawn else one for place, one in enumerate(row))] += number
    return masked


def _column(rows: Counter[Row], place: int) -> Counter[Any]:
    column: Counter[Any] = Counter()
    for row, number in rows.items():
        column[row[place]] += number
    return column


def _size(rows: Rows, name: str) -> int:
    return rows.get(name, Counter()).total()
