"""The clinic's staff: who they are, and their passwords, kept as sealed hashes.

The hash is sealed with the staff key and bound to the person and to ``auth_epoch``, which
goes up with every change: whoever can write to the database still cannot plant a password.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.permissions import Role, StaffMember
from intake.storage.database import writes
from intake.storage.encryption import ClinicKeys, Place
from intake.storage.key_entries import KeyPurpose
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import StaffMemberRow, StaffSessionRow

_NAMES = select(StaffMemberRow.id, StaffMemberRow.printed_name)


class NoSuchMember(Exception):
    """Nobody with this id works here."""


class UsernameTaken(Exception):
    """Somebody else has this username."""


def add_member(
    session: Session, username: str, printed_name: str, roles: Iterable[Role], now: datetime
) -> StaffMember:
    """Somebody new, who cannot sign in until a password is set."""
    row = StaffMemberRow(
        id=uuid4(),
        username=as_kept(username),
        printed_name=printed_name.strip(),
        roles=_roles_to_text(roles),
        auth_epoch=1,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise UsernameTaken(f"the username {row.username} is taken: choose another") from None
    return staff_member(row)


def member(session: Session, member_id: UUID) -> StaffMember:
    """Who this is; raises :class:`NoSuchMember`."""
    return staff_member(_row(session, member_id))


def members(session: Session) -> tuple[StaffMember, ...]:
    """Everybody, by username."""
    rows = session.scalars(select(StaffMemberRow).order_by(StaffMemberRow.username))
    return tuple(staff_member(row) for row in rows)


def printed_names(session: Session) -> dict[UUID, str]:
    """How each person signs, and nothing else of them."""
    return {row.id: row.printed_name for row in session.execute(_NAMES)}


def members_who_came(session: Session) -> tuple[StaffMember, ...]:
    """Those who have chosen a password, by username: whoever was invited and never came is not among them."""
    query = select(StaffMemberRow).where(StaffMemberRow.password.is_not(None))
    return tuple(staff_member(row) for row in session.scalars(query.order_by(StaffMemberRow.username)))


def has_password(session: Session, member_id: UUID) -> bool:
    """Whether the person has chosen a password yet."""
    return _row(session, member_id).password is not None


def set_password(session: Session, keys: ClinicKeys, member_id: UUID, password_hash: str) -> None:
    """Keep a hash made by ``passwords.hashed``; every session of the person ends."""
    row = _row(session, member_id)
    row.auth_epoch += 1
    row.password = seal_password(keys, row, password_hash)
    session.flush()
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.member_id == member_id))


def seal_password(keys: ClinicKeys, row: StaffMemberRow, password_hash: str) -> bytes:
    """The hash, for this person at this point in time only."""
    return keys.staff_key.seal(password_hash.encode(), _password_place(row))


def open_password(keys: ClinicKeys, row: StaffMemberRow) -> str | None:
    """The hash kept, or None when the person has not chosen a password."""
    if row.password is None:
        return None
    return keys.staff_key.open(row.password, _password_place(row)).decode()


def staff_member(row: StaffMemberRow) -> StaffMember:
    """The person in this row."""
    roles = frozenset(Role(role) for role in row.roles.split())
    return StaffMember(row.id, row.username, row.printed_name, roles)


def as_kept(username: str) -> str:
    """Usernames are the same whatever their capitals."""
    return username.strip().casefold()


def _row(session: Session, member_id: UUID) -> StaffMemberRow:
    query = select(StaffMemberRow).where(StaffMemberRow.id == member_id)
    if writes(session):
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise NoSuchMember(f"nobody with the id {member_id} works here")
    return row


def _roles_to_text(roles: Iterable[Role]) -> str:
    return " ".join(sorted(role.value for role in set(roles)))


def _password_place(row: StaffMemberRow) -> Place:
    return Place("staff_members", "password", row.id, row.auth_epoch)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_STAFF = SealedColumn(
    StaffMemberRow, "password", KeyPurpose.STAFF, lambda _, row: _password_place(row)
)
