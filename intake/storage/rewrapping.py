"""A new key takes over: everything sealed to the key before is sealed anew, some rows at a time.

At every moment each row is sealed to one key or the other, and whoever has the key file opens both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, and_, func, inspect, select, text
from sqlalchemy.orm import Session

from intake.storage import (
    accounts,
    auth_epochs,
    authenticator_apps,
    outgoing,
    passkeys,
    patient_requests,
    provider_sign_ins,
    recovery_codes,
    replies,
    row_seals,
    safety_signals,
    submissions,
    transcriptions,
    ways_back,
)
from intake.storage.encryption import VERSION, ClinicKeys, DecryptionFailed
from intake.storage.key_entries import KeyPurpose
from intake.storage.lock_order import in_order
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import Base

# Every column that is sealed to a key of the key files; a table that gets one says so here.
SEALED_COLUMNS: tuple[SealedColumn, ...] = (
    submissions.SEALED_FOR_CLINIC,
    patient_requests.SEALED_FOR_CLINIC,
    replies.SEALED_FOR_CLINIC,
    safety_signals.SEALED_FOR_CLINIC,
    transcriptions.SEALED_FOR_CLINIC,
    ways_back.SEALED_FOR_CLINIC,
    outgoing.SEALED_FOR_OUTBOX,
    auth_epochs.SEALED_FOR_STAFF,
    accounts.SEALED_FOR_STAFF,
    passkeys.SEALED_FOR_STAFF,
    authenticator_apps.SEALED_FOR_STAFF,
    recovery_codes.SEALED_FOR_STAFF,
    provider_sign_ins.SEALED_FOR_STAFF,
    *row_seals.SEALED_FOR_STAFF,
)
# How many rows one transaction seals anew: nobody waits for longer than that (security.md 1).
BATCH = 500

_Identity = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What came of some rows: how many were sealed anew, and the places of those that cannot be opened."""

    sealed_anew: int = 0
    unreadable: tuple[str, ...] = ()

    def __add__(self, other: "Rewrapped") -> "Rewrapped":
        return Rewrapped(self.sealed_anew + other.sealed_anew, self.unreadable + other.unreadable)


def columns_of(purpose: KeyPurpose) -> tuple[SealedColumn, ...]:
    """The columns that are sealed to a key of this purpose."""
    return tuple(one for one in SEALED_COLUMNS if one.purpose is purpose)


def under_another_key(session: Session, column: SealedColumn, key_id: bytes) -> tuple[_Identity, ...]:
    """The primary keys of the rows that name another key than this one, in their order."""
    sealed = _sealed(column)
    # What was erased is empty, and names none.
    query = select(*_primary(column)).where(func.length(sealed) > 0, _named(sealed) != key_id)
    return tuple(tuple(row) for row in session.execute(query.order_by(*_primary(column))))


def in_batches(identities: Sequence[_Identity]) -> Iterator[Sequence[_Identity]]:
    """The same, as many at a time as one transaction seals anew."""
    for start in range(0, len(identities), BATCH):
        yield identities[start : start + BATCH]


def rewrap(
    session: Session, keys: ClinicKeys, column: SealedColumn, identities: Sequence[_Identity]
) -> Rewrapped:
    """Seal these rows anew with the key in use; those that were erased meanwhile are left out."""
    wanted = reduce(or_, (_is(column, identity) for identity in identities))
    query = select(column.row).where(wanted).order_by(*_primary(column)).with_for_update()
    anew, unreadable = 0, []
    for row in session.scalars(query.execution_options(populate_existing=True)):
        if not getattr(row, column.column):
            continue
        try:
            setattr(row, column.column, column.sealed_anew(session, keys, row))
        except DecryptionFailed as failed:
            unreadable.append(f"{column} of {failed.place.record}")
        else:
            anew += 1
    session.flush()
    return Rewrapped(anew, tuple(unreadable))


def naming(session: Session, key_id: bytes) -> Mapping[str, int]:
    """How many values of each column name this key, whether or not the column is known to be sealed to one.

    Every column of bytes is looked at, so that one nobody thought of keeps a key from being destroyed.
    """
    found: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, LargeBinary):
                continue
            made_by_us = func.substr(column, 1, 1) == bytes((VERSION,))
            query = select(func.count()).select_from(table).where(made_by_us, _named(column) == key_id)
            if count := session.scalar(query):
                found[f"{table.name}.{column.name}"] = count
    return found


def named(session: Session, purpose: KeyPurpose) -> frozenset[str]:
    """The ids of the keys that rows name, in hexadecimal digits."""
    found: set[str] = set()
    for column in columns_of(purpose):
        sealed = _sealed(column)
        query = select(_named(sealed)).where(func.length(sealed) > 0).distinct()
        found |= {bytes(one).hex() for one in session.scalars(query)}
    return frozenset(found)


def keep_others_from_writing(session: Session) -> None:
    """Until the transaction ends nobody seals anything: what is counted stays as it was counted.

    SQLite lets one write at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        # One after the other, as LOCK TABLE takes them: in the order in which everybody holds their rows.
        tables = ", ".join(in_order({one.row.__tablename__ for one in SEALED_COLUMNS}))
        session.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def _sealed(column: SealedColumn) -> ColumnElement[bytes]:
    found: ColumnElement[bytes] = getattr(column.row, column.column)
    return found


def _named(sealed: ColumnElement[bytes]) -> ColumnElement[bytes]:
    # Version, algorithm, and then the four bytes of the id (encryption.py).
    return func.substr(sealed, 3, 4, type_=LargeBinary)


def _primary(column: SealedColumn) -> tuple[ColumnElement[Any], ...]:
    return tuple(inspect(column.row).primary_key)


def _is(column: SealedColumn, identity: _Identity) -> ColumnElement[bool]:
    return and_(*(part == value for part, value in zip(_primary(column), identity, strict=True)))
