"""Accounts that something else than intake changed, or made: nobody, until the console says who."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from intake.domain.permissions import Role, StaffMember
from intake.storage.accounts import (
    NoSuchMember,
    UsernameTaken,
    as_kept,
    end_ways_in,
    roles_to_text,
    staff_member,
)
from intake.storage.auth_epochs import start_over
from intake.storage.encryption import ClinicKeys
from intake.storage.row_seals import MEMBERS, SEAL
from intake.storage.tables import StaffMemberRow


def altered(session: Session, keys: ClinicKeys) -> tuple[StaffMember, ...]:
    """Those accounts, by username, as they stand there: nothing of it is to be believed."""
    rows = sorted(MEMBERS.planted(session, keys), key=lambda row: str(row.username))
    return tuple(StaffMember(row.id, row.username, row.printed_name, frozenset()) for row in rows)


def make_anew(
    session: Session,
    keys: ClinicKeys,
    username: str,
    printed_name: str,
    roles: Iterable[Role] | None,
    now: datetime,
) -> StaffMember:
    """The account of this username, as somebody at the console says it is; without roles, of one who left.

    Nothing that led into it is kept, since nobody knows what of it was changed: they choose a password
    anew. Raises NoSuchMember where there is none, or nothing was changed; UsernameTaken where they could
    not sign in with its username, which somebody else has.
    """
    row = _altered_row(session, keys, username)
    if roles is not None:
        row.username = _free(session, row)
    # Minutes since 1970: a point in time the account never had, whatever was written into it. What was
    # sealed for another one stays shut.
    row.auth_epoch = int(now.timestamp()) // 60
    start_over(session, keys, row)
    row.password = row.notice_address = None
    row.failures = 0
    row.printed_name = printed_name.strip()
    row.roles = roles_to_text(roles or ())
    row.removed_at = now if roles is None else None
    row.seal = MEMBERS.seal(keys, row)
    end_ways_in(session, row.id)
    session.flush()
    return staff_member(row)


def _altered_row(session: Session, keys: ClinicKeys, username: str) -> StaffMemberRow:
    """As it stands there, whatever was written into it, and only then as a username is otherwise taken."""
    for name in dict.fromkeys((username, as_kept(username))):
        query = select(StaffMemberRow).where(StaffMemberRow.username == name)
        row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
        if row is not None and MEMBERS.is_planted(session, keys, row):
            return row
    raise NoSuchMember(
        f"no account with the username {username!r} was changed by something else: type it as "
        "`intake say-who` lists it, in quotation marks"
    )


def _free(session: Session, row: StaffMemberRow) -> str:
    name = as_kept(row.username)
    query = select(StaffMemberRow.id).where(StaffMemberRow.username == name, StaffMemberRow.id != row.id)
    if session.scalar(query) is not None:
        raise UsernameTaken(
            f"somebody else has the username {name}, so nobody can sign in as {row.username!r}. Say that it "
            "is nobody's (--nobody), then give its person a new account (intake add-clinician)"
        )
    return name


def are_sealed(session: Session) -> bool:
    """Whether the tables are of a version that seals accounts."""
    columns = inspect(session.connection()).get_columns(StaffMemberRow.__tablename__)
    return any(one["name"] == SEAL for one in columns)


def seal_as_they_stand(session: Session, keys: ClinicKeys) -> int:
    """Seal the accounts of a version that sealed none; how many. Once, and never again: see key_documents."""
    query = select(StaffMemberRow).where(StaffMemberRow.seal.is_(None)).order_by(StaffMemberRow.id)
    rows = session.scalars(query.with_for_update()).all()
    for row in rows:
        row.seal = MEMBERS.seal(keys, row)
    session.flush()
    return len(rows)
