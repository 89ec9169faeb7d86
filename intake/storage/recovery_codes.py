"""Recovery codes: sealed hashes, each of which works once."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from intake.storage.encryption import ClinicKeys, Place
from intake.storage.key_entries import KeyPurpose
from intake.storage.sealed_columns import SealedColumn, whose
from intake.storage.tables import RecoveryCodeRow, StaffMemberRow


def put(session: Session, keys: ClinicKeys, row: StaffMemberRow, hashes: Iterable[str]) -> None:
    """Keep new codes in the place of those before, which stop working."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.member_id == row.id))
    for number, kept in enumerate(hashes):
        sealed = keys.staff_key.seal(kept.encode(), _place(row, number))
        session.add(RecoveryCodeRow(member_id=row.id, number=number, sealed=sealed, used_at=None))
    session.flush()


def kept(session: Session, keys: ClinicKeys, row: StaffMemberRow, number: int) -> str | None:
    """The hash of a code that still works. Raises DecryptionFailed where one was planted."""
    query = select(RecoveryCodeRow.sealed).where(
        RecoveryCodeRow.member_id == row.id,
        RecoveryCodeRow.number == number,
        RecoveryCodeRow.used_at.is_(None),
    )
    found = session.scalar(query)
    return None if found is None else keys.staff_key.open(found, _place(row, number)).decode()


def burn(session: Session, member: UUID, number: int, now: datetime) -> bool:
    """Use a code up; False when somebody was faster."""
    # One statement decides who was first.
    query = (
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.member_id == member,
            RecoveryCodeRow.number == number,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return session.execute(query.returning(RecoveryCodeRow.number)).first() is not None


def used(session: Session, member: UUID) -> tuple[datetime, ...]:
    """When codes were used, oldest first."""
    query = select(RecoveryCodeRow.used_at).where(
        RecoveryCodeRow.member_id == member, RecoveryCodeRow.used_at.is_not(None)
    )
    return tuple(sorted(at for at in session.scalars(query) if at is not None))


def left(session: Session, member: UUID) -> int:
    """How many still work."""
    query = select(RecoveryCodeRow.number).where(
        RecoveryCodeRow.member_id == member, RecoveryCodeRow.used_at.is_(None)
    )
    return len(session.scalars(query).all())


def remove(session: Session, member: UUID) -> None:
    """Forget them."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.member_id == member))


def opened(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> Mapping[int, str]:
    """The hashes by number, used or not."""
    found = session.scalars(select(RecoveryCodeRow).where(RecoveryCodeRow.member_id == row.id))
    return {one.number: keys.staff_key.open(one.sealed, _place(row, one.number)).decode() for one in found}


def seal_again(session: Session, keys: ClinicKeys, row: StaffMemberRow, hashes: Mapping[int, str]) -> None:
    """Seal them for this person as they are now."""
    for number, one in sorted(hashes.items()):
        sealed = keys.staff_key.seal(one.encode(), _place(row, number))
        session.execute(
            update(RecoveryCodeRow)
            .where(RecoveryCodeRow.member_id == row.id, RecoveryCodeRow.number == number)
            .values(sealed=sealed)
        )


def _place(row: StaffMemberRow, number: int) -> Place:
    return Place("recovery_codes", "sealed", f"{row.id} {number}", row.auth_epoch)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_STAFF = SealedColumn(
    RecoveryCodeRow,
    "sealed",
    KeyPurpose.STAFF,
    lambda session, row: _place(whose(session, row.member_id), row.number),
)
