"""What a backup holds, line by line: what it is, every row of every table, and digests of them.

It is read from one view of the database, so that it is of one moment, whatever is written meanwhile. No
key of any key file is in it.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.hazmat.primitives import constant_time, hashes, hmac
from sqlalchemy import delete, insert, inspect
from sqlalchemy.orm import Session

from intake.storage.encryption import PatientKeys, length_prefixed
from intake.storage.table_shapes import Shape, lines_of, rows_in, shapes
from intake.storage.unpacking import UnpacksToTooMuch, packed_lines

_KIND, _FORMAT = "intake backup", 1
_ROWS_AT_ONCE = 500
_GZIP = 31  # zlib's word for: with gzip's first and last bytes
_FAST = 1  # what is sealed does not get smaller


class BackupRefused(Exception):
    """What was named is no whole backup of intake; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of, and what it takes to use it.

    ``trail`` is how many lines of the audit trail follow one another unbroken, ``trail_is_whole`` whether
    that was all of it; ``key_ids`` are the ids of the keys that rows name, by purpose.
    """

    backup: str
    made_at: str
    program: str
    migration: str
    deployment: str
    key_ids: dict[str, list[str]]
    trail: int
    trail_is_whole: bool
    tables: tuple[tuple[Shape, int], ...]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(count for _, count in self.tables)


def tables_of(session: Session) -> tuple[tuple[Shape, int], ...]:
    """Every table that a backup holds, with how many rows it has in this view of the database."""
    return tuple((shape, rows_in(session, shape)) for shape in shapes())


def contents(session: Session, keys: PatientKeys, manifest: Manifest) -> Iterator[bytes]:
    """The whole backup, packed, a piece at a time."""
    packing = zlib.compressobj(_FAST, wbits=_GZIP)
    for line in _lines(session, keys, manifest):
        if packed := packing.compress(line):
            yield packed
    yield packing.flush()


@dataclass(frozen=True, slots=True)
class Read:
    """A backup whose every line is as its digests say; ``whole`` is that of all lines, ``mac`` its seal."""

    manifest: Manifest
    whole: bytes
    mac: bytes


def read(file: BinaryIO) -> Read:
    """What a backup says of itself, once every line of it was looked at. Raises BackupRefused."""
    try:
        with packed_lines(file) as lines:
            first = lines.next()
            manifest, whole = _manifest(json.loads(first)), hashlib.sha256(first)
            for shape, count in manifest.tables:
                found = _digest(_taken(lines, count), whole)
                if json.loads(lines.next()) != {"table": shape.name, "sha256": found}:
                    raise ValueError("another table, or other rows")
            end = json.loads(lines.next())
            if end["end"] != manifest.backup or lines.next():
                raise ValueError("no end, or more after it")
            return Read(manifest, whole.digest(), bytes.fromhex(end["mac"]))
    except UnpacksToTooMuch:
        raise BackupRefused(
            "unpacked, this would be far bigger than any backup of its size. It was not made by intake; "
            "take another copy"
        ) from None
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zlib.error):
        # What gzip says of a damaged file is a BadGzipFile, which is an OSError.
        raise BackupRefused(
            "this is no backup of intake, or not as it was written. Take another copy of the same file"
        ) from None


def is_from_here(read: Read, keys: PatientKeys) -> bool:
    """Whether the backup was written with these keys: anybody can seal a file for the same recipients."""
    return constant_time.bytes_eq(_mac(keys, read.whole), read.mac)


def unlike(session: Session, manifest: Manifest) -> tuple[str, ...]:
    """The tables of the backup that have other columns than those of this database, by name."""
    found = inspect(session.connection())
    there = {name: {column["name"] for column in found.get_columns(name)} for name in found.get_table_names()}
    named = ((shape.name, {name for name, _ in shape.columns}) for shape, _ in manifest.tables)
    return tuple(name for name, columns in named if there.get(name) != columns)


def load(session: Session, file: BinaryIO, manifest: Manifest) -> None:
    """Fill empty tables of the backup's own form with its rows, and see that they read back the same.

    Raises BackupRefused.
    """
    with packed_lines(file) as lines:
        lines.next()
        for shape, count in manifest.tables:
            # The migrations put a row in one table: the first head of the audit trail.
            session.execute(delete(shape.table))
            for rows in _in_groups(shape.row(line) for line in _taken(lines, count)):
                session.execute(insert(shape.table), rows)
            lost = hashlib.sha256()
            if json.loads(lines.next())["sha256"] != _digest(lines_of(session, shape), lost):
                raise BackupRefused(
                    f"the rows of {shape.name} do not read back from this database as they were backed up"
                )


def _lines(session: Session, keys: PatientKeys, manifest: Manifest) -> Iterator[bytes]:
    first = _line(_as_plain(manifest))
    yield first
    whole = hashlib.sha256(first)
    for shape, _ in manifest.tables:
        digest = hashlib.sha256()
        for line in lines_of(session, shape):
            digest.update(line)
            whole.update(line)
            yield line
        yield _line({"table": shape.name, "sha256": digest.hexdigest()})
    yield _line({"end": manifest.backup, "mac": _mac(keys, whole.digest()).hex()})


def _mac(keys: PatientKeys, whole: bytes) -> bytes:
    seal = hmac.HMAC(keys.audit_key, hashes.SHA256())
    seal.update(length_prefixed("intake", "backup", str(keys.deployment), whole))
    return seal.finalize()


def _line(plain: dict[str, Any]) -> bytes:
    return json.dumps(plain, ensure_ascii=False).encode() + b"\n"


def _as_plain(manifest: Manifest) -> dict[str, Any]:
    return {
        "kind": _KIND,
        "format": _FORMAT,
        "backup": manifest.backup,
        "made_at": manifest.made_at,
        "program": manifest.program,
        "migration": manifest.migration,
        "deployment": manifest.deployment,
        "key_ids": manifest.key_ids,
        "trail": manifest.trail,
        "trail_is_whole": manifest.trail_is_whole,
        "tables": [
            {"name": shape.name, "columns": shape.columns, "keys": shape.keys, "rows": count}
            for shape, count in manifest.tables
        ],
    }


def _manifest(plain: dict[str, Any]) -> Manifest:
    if (plain["kind"], plain["format"]) != (_KIND, _FORMAT):
        raise ValueError("no backup of intake, or of a version to come")
    tables = tuple(
        (
            Shape(one["name"], tuple((name, kind) for name, kind in one["columns"]), tuple(one["keys"])),
            int(one["rows"]),
        )
        for one in plain["tables"]
    )
    named = ("backup", "made_at", "program", "migration", "deployment", "key_ids", "trail", "trail_is_whole")
    return Manifest(**{name: plain[name] for name in named}, tables=tables)


def _taken(lines: Iterable[bytes], count: int) -> Iterator[bytes]:
    following = iter(lines)
    for _ in range(count):
        line = next(following, b"")
        if not line:
            raise ValueError("rows are missing")
        yield line


def _digest(lines: Iterable[bytes], whole: "hashlib._Hash") -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
        whole.update(line)
    return digest.hexdigest()


def _in_groups(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == _ROWS_AT_ONCE:
            yield group
            group = []
    if group:
        yield group
