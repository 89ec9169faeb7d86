"""Authenticator apps: a sealed seed, and the last step of time whose code was taken.

A code counts once: the step it belongs to is written down by one statement that raises it, or begins
anew after a clock that was days ahead.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from intake.storage.encryption import ClinicKeys, Place
from intake.storage.key_entries import KeyPurpose
from intake.storage.sealed_columns import SealedColumn, whose
from intake.storage.tables import AuthenticatorAppRow, StaffMemberRow

# A step is half a minute.
_STEPS_OF_A_DAY = 24 * 60 * 2


def put(session: Session, keys: ClinicKeys, row: StaffMemberRow, seed: str, step: int, now: datetime) -> None:
    """Keep the seed of somebody's app, in the place of the one before; codes up to ``step`` are used up."""
    session.execute(delete(AuthenticatorAppRow).where(AuthenticatorAppRow.member_id == row.id))
    sealed = keys.staff_key.seal(seed.encode(), _place(row))
    session.add(AuthenticatorAppRow(member_id=row.id, created_at=now, last_step=step, sealed=sealed))
    session.flush()


def seed_of(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> str | None:
    """The seed; None without an app. Raises DecryptionFailed where one was planted."""
    found = session.scalar(select(AuthenticatorAppRow.sealed).where(AuthenticatorAppRow.member_id == row.id))
    return None if found is None else keys.staff_key.open(found, _place(row)).decode()


def since(session: Session, member: UUID) -> datetime | None:
    """When the app was set up; None without one."""
    return session.scalar(
        select(AuthenticatorAppRow.created_at).where(AuthenticatorAppRow.member_id == member)
    )


def take_step(session: Session, member: UUID, step: int) -> bool:
    """Use up the code of this step, and every earlier one; False when somebody was faster."""
    # One statement decides (RFC 6238, 5.2: a code is accepted once). A step that is days ahead was taken
    # while the clock was: it must keep nobody out until then. Within a day it does: none counts twice.
    last = AuthenticatorAppRow.last_step
    query = (
        update(AuthenticatorAppRow)
        .where(AuthenticatorAppRow.member_id == member, or_(last < step, last > step + _STEPS_OF_A_DAY))
        .values(last_step=step)
    )
    return session.execute(query.returning(AuthenticatorAppRow.member_id)).first() is not None


def remove(session: Session, member: UUID) -> None:
    """Forget the app."""
    session.execute(delete(AuthenticatorAppRow).where(AuthenticatorAppRow.member_id == member))


def seal_again(session: Session, keys: ClinicKeys, row: StaffMemberRow, seed: str | None) -> None:
    """Seal the seed for this person as they are now."""
    if seed is not None:
        sealed = keys.staff_key.seal(seed.encode(), _place(row))
        session.execute(
            update(AuthenticatorAppRow).where(AuthenticatorAppRow.member_id == row.id).values(sealed=sealed)
        )


def offer(keys: ClinicKeys, row: StaffMemberRow, seed: str) -> bytes:
    """A seed that is not somebody's yet, sealed so that a page can carry it and nobody else can use it."""
    return keys.staff_key.seal(seed.encode(), _offered(row))


def offered(keys: ClinicKeys, row: StaffMemberRow, carried: bytes) -> str:
    """The seed a page carried. Raises DecryptionFailed for another person’s, and an older one."""
    return keys.staff_key.open(carried, _offered(row)).decode()


def _place(row: StaffMemberRow) -> Place:
    return Place("authenticator_apps", "sealed", row.id, row.auth_epoch)


def _offered(row: StaffMemberRow) -> Place:
    return Place("authenticator_apps", "offered", row.id, row.auth_epoch)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_STAFF = SealedColumn(
    AuthenticatorAppRow,
    "sealed",
    KeyPurpose.STAFF,
    lambda session, row: _place(whose(session, row.member_id)),
)
