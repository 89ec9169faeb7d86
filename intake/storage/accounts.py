"""The clinic's staff: who they are, and their passwords, kept as sealed hashes.

The hash is sealed with the staff key and bound to the person and to ``auth_epoch``, which goes up
with every change (``auth_epochs.py``): whoever can write to the database cannot plant a password.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.permissions import Role, StaffMember
from intake.storage.auth_epochs import next_epoch, seal_password
from intake.storage.database import writes
from intake.storage.encryption import ClinicKeys
from intake.storage.tables import StaffMemberRow

# What is held of somebody while it is changed; nobody outside storage looks into it.
Held = StaffMemberRow

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
        second_factor=False,
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
    return staff_member(hold(session, member_id))


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
    return hold(session, member_id).password is not None


def set_password(session: Session, keys: ClinicKeys, member_id: UUID, password_hash: str) -> None:
    """Keep a hash made by ``passwords.hashed``; every session of the person ends."""
    row = hold(session, member_id)
    with next_epoch(session, keys, row):
        pass
    row.password = seal_password(keys, row, password_hash)
    session.flush()


def staff_member(row: StaffMemberRow) -> StaffMember:
    """The person in this row."""
    roles = frozenset(Role(role) for role in row.roles.split())
    return StaffMember(row.id, row.username, row.printed_name, roles)


def as_kept(username: str) -> str:
    """Usernames are the same whatever their capitals."""
    return username.strip().casefold()


def hold(session: Session, member_id: UUID) -> StaffMemberRow:
    """The row of somebody, theirs alone until a write transaction ends. Raises NoSuchMember."""
    query = select(StaffMemberRow).where(StaffMemberRow.id == member_id)
    if writes(session):
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise NoSuchMember(f"nobody with the id {member_id} works here")
    return row


def _roles_to_text(roles: Iterable[Role]) -> str:
    return " ".join(sorted(role.value for role in set(roles)))
