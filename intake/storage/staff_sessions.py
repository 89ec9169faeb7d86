"""The clinic's staff while they are signed in: 15 minutes without a request, or 10 hours."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from intake.domain.factors import Due, Proven
from intake.domain.permissions import StaffMember
from intake.storage.accounts import NoSuchMember, staff_member
from intake.storage.database import writes
from intake.storage.encryption import token_digest
from intake.storage.tables import StaffMemberRow, StaffSessionRow

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=10)
_TOUCH = timedelta(minutes=1)


def start(
    session: Session,
    member_id: UUID,
    now: datetime,
    proven: Proven = Proven.PASSWORD,
    due: Due = Due.NOTHING,
) -> str:
    """The token of a new session; the database keeps only its digest.

    Until what is ``due`` was done, the session is found only by whoever asks for it all the same.
    """
    row = session.get(StaffMemberRow, member_id)
    if row is None:
        raise NoSuchMember(f"nobody with the id {member_id} works here")
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSessionRow(
            token_digest=token_digest(token),
            member_id=member_id,
            auth_epoch=row.auth_epoch,
            created_at=now,
            last_seen=now,
            authenticated_at=now,
            proven=proven.value,
            due=due.value,
        )
    )
    session.flush()
    return token


def find(
    session: Session,
    token: str,
    now: datetime,
    idle: timedelta = IDLE,
    longest: timedelta = LONGEST,
    *,
    also_due: bool = False,
) -> StaffMember | None:
    """Who is signed in with this token; None when unknown, expired or ended.

    In a write transaction the session counts as used; in a read transaction it does not. A session
    in which something is due is nobody's, unless it is ``also_due`` that is asked for.
    """
    query = (
        select(StaffSessionRow, StaffMemberRow)
        .join(StaffMemberRow, StaffMemberRow.id == StaffSessionRow.member_id)
        .where(StaffSessionRow.token_digest == token_digest(token))
        # A password or role that changed since ends every session begun before.
        .where(StaffSessionRow.auth_epoch == StaffMemberRow.auth_epoch)
    )
    if not also_due:
        query = query.where(StaffSessionRow.due == Due.NOTHING.value)
    found = session.execute(query).one_or_none()
    if found is None or _expired(found[0], now, idle, longest):
        return None
    _touch(session, found[0], now)
    return staff_member(found[1])


def end(session: Session, token: str) -> None:
    """Sign out."""
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.token_digest == token_digest(token)))


def remove_expired(
    session: Session, now: datetime, idle: timedelta = IDLE, longest: timedelta = LONGEST
) -> None:
    """Forget the sessions that ended by themselves."""
    over = or_(StaffSessionRow.last_seen < now - idle, StaffSessionRow.created_at < now - longest)
    session.execute(delete(StaffSessionRow).where(over))


def _expired(row: StaffSessionRow, now: datetime, idle: timedelta, longest: timedelta) -> bool:
    # A clock set back must not lengthen a session.
    effective = max(now, row.last_seen)
    return effective - row.last_seen > idle or effective - row.created_at > longest


def _touch(session: Session, row: StaffSessionRow, now: datetime) -> None:
    if not writes(session) or now - row.last_seen < _TOUCH:
        return
    # Never inserted anew: a session ended meanwhile must stay ended.
    session.execute(
        update(StaffSessionRow).where(StaffSessionRow.token_digest == row.token_digest).values(last_seen=now)
    )
