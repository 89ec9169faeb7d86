"""Authenticator apps: a sealed seed, and the last step of time whose code was taken.

A code counts once: the step it belongs to is written down by one statement that raises it, or begins
anew after a clock that was days ahead. How many wrong codes came in a row is sealed with the seed, so that
whoever can write to the database, or delete a file beside it, sets that to nothing only with what opens it.
"""

from dataclasses import dataclass, field
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
# Between the seed, which has no space in it, and how many wrong codes there were. Without one: none.
_THEN = " "


@dataclass(frozen=True, slots=True)
class App:
    """What is sealed of an app: its seed, and how many wrong codes came since the last right proof."""

    seed: str = field(repr=False)
    wrong: int = 0


def put(session: Session, keys: ClinicKeys, row: StaffMemberRow, seed: str, step: int, now: datetime) -> None:
    """Keep the seed of somebody's app, in the place of the one before; codes up to ``step`` are used up."""
    session.execute(delete(AuthenticatorAppRow).where(AuthenticatorAppRow.member_id == row.id))
    sealed = keys.staff_key.seal(_written(App(seed)), _place(row))
    session.add(AuthenticatorAppRow(member_id=row.id, created_at=now, last_step=step, sealed=sealed))
    session.flush()


def kept(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> App | None:
    """What is kept of somebody's app; None without one. Raises DecryptionFailed where one was planted."""
    found = session.scalar(select(AuthenticatorAppRow.sealed).where(AuthenticatorAppRow.member_id == row.id))
    return None if found is None else _read(keys.staff_key.open(found, _place(row)))


def count_wrong(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> None:
    """One more wrong code in a row. Raises DecryptionFailed. The person is held meanwhile (accounts.hold)."""
    _hold(session, row.id)
    if (app := kept(session, keys, row)) is not None:
        seal_again(session, keys, row, App(app.seed, app.wrong + 1))


def forget_wrong(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> None:
    """Count wrong codes from nothing again. Raises DecryptionFailed. The person is held meanwhile."""
    _hold(session, row.id)
    if (app := kept(session, keys, row)) is not None and app.wrong:
        seal_again(session, keys, row, App(app.seed))


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


def seal_again(session: Session, keys: ClinicKeys, row: StaffMemberRow, app: App | None) -> None:
    """Seal it for this person as they are now."""
    if app is not None:
        sealed = keys.staff_key.seal(_written(app), _place(row))
        session.execute(
            update(AuthenticatorAppRow).where(AuthenticatorAppRow.member_id == row.id).values(sealed=sealed)
        )


def offer(keys: ClinicKeys, row: StaffMemberRow, seed: str) -> bytes:
    """A seed that is not somebody's yet, sealed so that a page can carry it and nobody else can use it."""
    return keys.staff_key.seal(seed.encode(), _offered(row))


def offered(keys: ClinicKeys, row: StaffMemberRow, carried: bytes) -> str:
    """The seed a page carried. Raises DecryptionFailed for another person’s, and an older one."""
    return keys.staff_key.open(carried, _offered(row)).decode()


def _hold(session: Session, member: UUID) -> None:
    # A new key may be taking over: it seals the row as it finds it.
    query = select(AuthenticatorAppRow.member_id).where(AuthenticatorAppRow.member_id == member)
    session.execute(query.with_for_update())


def _written(app: App) -> bytes:
    return f"{app.seed}{_THEN}{app.wrong}".encode() if app.wrong else app.seed.encode()


def _read(plain: bytes) -> App:
    seed, _, wrong = plain.decode().partition(_THEN)
    return App(seed, int(wrong or 0))


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
