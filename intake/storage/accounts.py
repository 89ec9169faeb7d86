"""The clinic's staff: who they are, who left, and their passwords, kept as sealed hashes.

The hash is sealed with the staff key and bound to the person and to ``auth_epoch``, which goes up
with every change (``auth_epochs.py``): whoever can write to the database cannot plant a password.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.permissions import Role, StaffMember
from intake.storage.auth_epochs import next_epoch, seal_password, start_over
from intake.storage.database import writes
from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place
from intake.storage.key_entries import KeyPurpose
from intake.storage.row_seals import MEMBERS
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import (
    KnownBrowserRow,
    OneTimeLinkRow,
    PasskeyChallengeRow,
    ProviderIdentityRow,
    ProviderSignInRow,
    StaffMemberRow,
)

# What is held of somebody while it is changed; nobody outside storage looks into it.
Held = StaffMemberRow

# What stands in the place of a name that something else than intake changed, and of one of which that cannot
# be told, for want of the key it is sealed with.
ALTERED = "Somebody whose account was changed in the database"
UNTOLD = "Somebody whose account cannot be read here now: a key is missing"
_NAMES = select(StaffMemberRow.id, StaffMemberRow.printed_name)


class NoSuchMember(Exception):
    """Nobody with this id works here."""


class UsernameTaken(Exception):
    """Somebody else has this username."""


class LastAdministrator(Exception):
    """Nobody else who can sign in looks after people, rules and settings."""


def add_member(
    session: Session,
    keys: ClinicKeys,
    username: str,
    printed_name: str,
    roles: Iterable[Role],
    now: datetime,
) -> StaffMember:
    """Somebody new, who cannot sign in until a password is set."""
    row = StaffMemberRow(
        id=uuid4(),
        username=as_kept(username),
        printed_name=printed_name.strip(),
        roles=roles_to_text(roles),
        auth_epoch=1,
        second_factor=False,
        created_at=now,
    )
    row.seal = MEMBERS.seal(keys, row)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise UsernameTaken(f"the username {row.username} is taken: choose another") from None
    return staff_member(row)


def member(session: Session, keys: ClinicKeys, member_id: UUID) -> StaffMember:
    """Who this is; raises :class:`NoSuchMember`."""
    return staff_member(hold(session, keys, member_id))


def members(session: Session, keys: ClinicKeys) -> tuple[StaffMember, ...]:
    """Everybody who works here, by username."""
    query = select(StaffMemberRow).where(StaffMemberRow.removed_at.is_(None))
    rows = session.scalars(query.order_by(StaffMemberRow.username))
    return tuple(staff_member(row) for row in rows if MEMBERS.is_ours(keys, row))


def everybody(session: Session, keys: ClinicKeys) -> tuple[StaffMember, ...]:
    """Everybody there ever was, by username: what they did has their name under it.

    Where the name was changed by something else than intake, or may have been, it says so in its place.
    """
    rows = session.scalars(select(StaffMemberRow).order_by(StaffMemberRow.username))
    return tuple(
        staff_member(row) if MEMBERS.is_ours(keys, row) else _nameless(session, keys, row) for row in rows
    )


def _nameless(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> StaffMember:
    words = ALTERED if MEMBERS.is_planted(session, keys, row) else UNTOLD
    return StaffMember(row.id, "", words, frozenset())


def left(session: Session, keys: ClinicKeys) -> tuple[tuple[StaffMember, datetime], ...]:
    """Those who do not work here any more, and since when, the last to leave first."""
    query = select(StaffMemberRow).where(StaffMemberRow.removed_at.is_not(None))
    rows = session.scalars(query.order_by(StaffMemberRow.removed_at.desc(), StaffMemberRow.username))
    return tuple(
        (staff_member(row), row.removed_at)
        for row in rows
        if row.removed_at is not None and MEMBERS.is_ours(keys, row)
    )


def printed_names(session: Session) -> dict[UUID, str]:
    """How each person signs, and nothing else of them."""
    return {row.id: row.printed_name for row in session.execute(_NAMES)}


def members_who_came(session: Session, keys: ClinicKeys) -> tuple[StaffMember, ...]:
    """Those who have chosen a password, by username: whoever was invited and never came is not among them."""
    query = select(StaffMemberRow).where(
        StaffMemberRow.password.is_not(None), StaffMemberRow.removed_at.is_(None)
    )
    rows = session.scalars(query.order_by(StaffMemberRow.username))
    return tuple(staff_member(row) for row in rows if MEMBERS.is_ours(keys, row))


def has_password(session: Session, keys: ClinicKeys, member_id: UUID) -> bool:
    """Whether the person has chosen a password yet."""
    return hold(session, keys, member_id).password is not None


def set_password(session: Session, keys: ClinicKeys, member_id: UUID, password_hash: str) -> None:
    """Keep a hash made by ``passwords.hashed``; every session of the person ends. Factors stay."""
    row = hold(session, keys, member_id)
    with next_epoch(session, keys, row):
        row.failures = 0
    row.password = seal_password(keys, row, password_hash)
    session.flush()


def set_roles(session: Session, keys: ClinicKeys, member_id: UUID, roles: Iterable[Role]) -> None:
    """Let somebody do other things from now on; they sign in anew. Raises LastAdministrator.

    What does not open any more is taken away: they set up anew how they sign in.
    """
    wanted = frozenset(roles)
    if Role.ADMINISTRATOR not in wanted:
        _refuse_last_administrator(session, keys, member_id)
    row = hold(session, keys, member_id)
    try:
        with next_epoch(session, keys, row):
            pass
    except DecryptionFailed:
        start_over(session, keys, row)
    row.roles = roles_to_text(wanted)
    row.seal = MEMBERS.seal(keys, row)
    session.flush()


def remove(session: Session, keys: ClinicKeys, member_id: UUID, now: datetime) -> None:
    """Let somebody do nothing here from now on. Their name stays under what they did.

    Raises LastAdministrator.
    """
    _refuse_last_administrator(session, keys, member_id)
    row = hold(session, keys, member_id)
    start_over(session, keys, row)
    row.password = row.notice_address = None
    # What they did here stays known: lists of who opened a form say so without a name.
    row.removed_at, row.failures = now, 0
    row.seal = MEMBERS.seal(keys, row)
    end_ways_in(session, member_id)
    session.flush()


def set_notice_address(session: Session, keys: ClinicKeys, member_id: UUID, address: str) -> None:
    """Where somebody is told of what happens with their account; empty for nowhere."""
    row = hold(session, keys, member_id)
    place = _address_place(row)
    row.notice_address = keys.staff_key.seal(address.encode(), place) if address else None
    session.flush()


def notice_address(session: Session, keys: ClinicKeys, member_id: UUID) -> str:
    """Where somebody is told; empty for nowhere. Raises DecryptionFailed."""
    row = hold(session, keys, member_id)
    if row.notice_address is None:
        return ""
    return keys.staff_key.open(row.notice_address, _address_place(row)).decode()


def staff_member(row: StaffMemberRow) -> StaffMember:
    """The person in this row."""
    roles = frozenset(Role(role) for role in row.roles.split())
    return StaffMember(row.id, row.username, row.printed_name, roles)


def as_kept(username: str) -> str:
    """Usernames are the same whatever their capitals."""
    return username.strip().casefold()


def hold(session: Session, keys: ClinicKeys, member_id: UUID) -> StaffMemberRow:
    """The row of somebody, theirs alone until a write transaction ends. Raises NoSuchMember.

    Whoever left is nobody, and so is an account that was changed by something else than intake.
    """
    query = select(StaffMemberRow).where(StaffMemberRow.id == member_id, StaffMemberRow.removed_at.is_(None))
    if writes(session):
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None or not MEMBERS.is_ours(keys, row):
        raise NoSuchMember(f"nobody with the id {member_id} works here")
    return row


def roles_to_text(roles: Iterable[Role]) -> str:
    """Roles as a row has them."""
    return " ".join(sorted(role.value for role in set(roles)))


def _refuse_last_administrator(session: Session, keys: ClinicKeys, member_id: UUID) -> None:
    """Stop before nobody is left who can let anybody in.

    Everybody is held before anybody is changed, in one order: two administrators who remove each other
    wait for each other.
    """
    query = (
        select(StaffMemberRow)
        .where(StaffMemberRow.removed_at.is_(None), StaffMemberRow.password.is_not(None))
        .order_by(StaffMemberRow.id)
    )
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    ours = (one for one in rows if MEMBERS.is_ours(keys, one))
    administrators = {one.id for one in ours if Role.ADMINISTRATOR.value in one.roles.split()}
    if administrators == {member_id}:
        raise LastAdministrator("nobody else is an administrator who can sign in")


def end_ways_in(session: Session, member_id: UUID) -> None:
    """Take away links, known browsers and sign-ins under way, here and at the provider."""
    ways_in = (OneTimeLinkRow, KnownBrowserRow, PasskeyChallengeRow, ProviderIdentityRow, ProviderSignInRow)
    for table in ways_in:
        session.execute(delete(table).where(table.member_id == member_id))


def _address_place(row: StaffMemberRow) -> Place:
    return Place("staff_members", "notice_address", row.id)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_STAFF = SealedColumn(
    StaffMemberRow, "notice_address", KeyPurpose.STAFF, lambda _, row: _address_place(row)
)
