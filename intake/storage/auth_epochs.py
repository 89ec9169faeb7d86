"""The point in time that a person's password and factors are sealed for.

Every change of any of them begins a new one: what was sealed before does not open any more, and
whoever was signed in is signed out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.storage import authenticator_apps, passkeys, recovery_codes
from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place
from intake.storage.key_entries import KeyPurpose
from intake.storage.row_seals import MEMBERS
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import (
    AuthenticatorAppRow,
    PasskeyRow,
    RecoveryCodeRow,
    StaffMemberRow,
    StaffSessionRow,
    UnfinishedSignInRow,
)


@contextmanager
def next_epoch(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> Iterator[None]:
    """Change what is in the block, and seal everything the person has anew. Raises DecryptionFailed.

    Their sessions are over. What is put in inside the block is sealed for the new point in time.
    """
    password = open_password(keys, row)
    every = passkeys.of(session, keys, row)
    app, codes = authenticator_apps.kept(session, keys, row), recovery_codes.opened(session, keys, row)
    row.auth_epoch += 1
    passkeys.seal_again(session, keys, row, every)
    authenticator_apps.seal_again(session, keys, row, app)
    recovery_codes.seal_again(session, keys, row, codes)
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.member_id == row.id))
    session.execute(delete(UnfinishedSignInRow).where(UnfinishedSignInRow.member_id == row.id))
    yield
    row.second_factor = _has_any(session, row.id)
    if password is not None:
        row.password = seal_password(keys, row, password)
    row.seal = MEMBERS.seal(keys, row)
    session.flush()


def start_over(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> None:
    """Take away everything beside the password, also what does not open; their sessions are over.

    A password that does not open is taken away as well: the person is invited again.
    """
    try:
        password = open_password(keys, row)
    except DecryptionFailed:
        password = None
    for table in (PasskeyRow, AuthenticatorAppRow, RecoveryCodeRow, StaffSessionRow, UnfinishedSignInRow):
        session.execute(delete(table).where(table.member_id == row.id))
    row.auth_epoch += 1
    row.second_factor = False
    row.password = None if password is None else seal_password(keys, row, password)
    row.seal = MEMBERS.seal(keys, row)
    session.flush()


def seal_password(keys: ClinicKeys, row: StaffMemberRow, password_hash: str) -> bytes:
    """The hash, for this person at this point in time only."""
    return keys.staff_key.seal(password_hash.encode(), _password_place(row))


def open_password(keys: ClinicKeys, row: StaffMemberRow) -> str | None:
    """The hash kept, or None when the person has not chosen a password. Raises DecryptionFailed."""
    if row.password is None:
        return None
    return keys.staff_key.open(row.password, _password_place(row)).decode()


def factors_are_gone(session: Session, row: StaffMemberRow) -> bool:
    """Whether a second factor that there was is not there any more, though nobody took it away here."""
    return row.second_factor and not _has_any(session, row.id)


def is_as_it_was_kept(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> bool:
    """Whether there is a password that opens, and beside it a second factor if there was one."""
    if factors_are_gone(session, row):
        return False
    try:
        return open_password(keys, row) is not None
    except DecryptionFailed:
        return False


def _has_any(session: Session, member: UUID) -> bool:
    found = (
        session.scalar(select(table.member_id).where(table.member_id == member).limit(1))
        for table in (PasskeyRow, AuthenticatorAppRow)
    )
    return any(one is not None for one in found)


def _password_place(row: StaffMemberRow) -> Place:
    # A password beside which there is a second factor is sealed elsewhere than one that stands alone:
    # whoever deletes the factors from the database has not made the password enough.
    column = "password beside a second factor" if row.second_factor else "password"
    return Place("staff_members", column, row.id, row.auth_epoch)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_STAFF = SealedColumn(
    StaffMemberRow, "password", KeyPurpose.STAFF, lambda _, row: _password_place(row)
)
