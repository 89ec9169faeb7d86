"""The clinic's staff while they are signed in: 15 minutes without a request, 10 hours, three at a time.

A session is found by a digest of its token, and only ever updated: one that ended stays ended, whoever
was still at work with it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from intake.domain.factors import Due, Proven
from intake.domain.permissions import StaffMember
from intake.storage.accounts import NoSuchMember, staff_member
from intake.storage.database import writes
from intake.storage.encryption import ClinicKeys, token_digest
from intake.storage.row_seals import MEMBERS, SESSIONS
from intake.storage.tables import StaffMemberRow, StaffSessionRow

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=10)
# Of one person; with another the oldest ends.
MOST = 3
_TOUCH = timedelta(minutes=1)
# A clock further behind than this was set back: how long nobody was there is not known any more.
_CLOCK_BEHIND = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Visit:
    """One session of a person, as told to them. ``name`` leads to it and opens nothing."""

    name: str
    browser: str
    began: datetime
    last_used: datetime
    is_this: bool


def start(
    session: Session,
    keys: ClinicKeys,
    member_id: UUID,
    now: datetime,
    proven: Proven = Proven.PASSWORD,
    due: Due = Due.NOTHING,
    *,
    network: bytes | None = None,
    idle: timedelta = IDLE,
) -> str:
    """The token of a new session; the database keeps only its digest. Raises NoSuchMember.

    Until what is ``due`` was done, the session is found only by whoever asks for it all the same. Whoever
    had three is signed out of the oldest. ``network`` is that of the session it takes the place of, if any.
    What is over is left to the sweeper: by a clock that is ahead, everybody's would be.
    """
    # Held until the transaction ends, so that two who sign in at once do not become four.
    query = select(StaffMemberRow).where(StaffMemberRow.id == member_id, StaffMemberRow.removed_at.is_(None))
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None or not MEMBERS.is_ours(keys, row):
        raise NoSuchMember(f"nobody with the id {member_id} works here")
    newest_first = session.scalars(_of(member_id).order_by(StaffSessionRow.created_at.desc())).all()
    for one in [one for one in newest_first if not _expired(one, now, idle, LONGEST)][MOST - 1 :]:
        session.delete(one)
    token = secrets.token_urlsafe(32)
    begun = StaffSessionRow(
        token_digest=token_digest(token),
        member_id=member_id,
        auth_epoch=row.auth_epoch,
        created_at=now,
        last_seen=now,
        authenticated_at=now,
        proven=proven.value,
        due=due.value,
        network=network,
        moved=False,
    )
    begun.seal = SESSIONS.seal(keys, begun)
    session.add(begun)
    session.flush()
    return token


def find(
    session: Session,
    keys: ClinicKeys,
    token: str,
    now: datetime,
    idle: timedelta = IDLE,
    longest: timedelta = LONGEST,
    *,
    also_due: bool = False,
) -> StaffMember | None:
    """Who is signed in with this token; None when unknown, expired or ended, or not begun by us.

    In a write transaction the session counts as used; in a read transaction it does not. A session
    in which something is due is nobody's, unless it is ``also_due`` that is asked for.
    """
    query = (
        select(StaffSessionRow, StaffMemberRow)
        .join(StaffMemberRow, StaffMemberRow.id == StaffSessionRow.member_id)
        .where(StaffSessionRow.token_digest == token_digest(token))
        # A password or role that changed since ends every session begun before.
        .where(StaffSessionRow.auth_epoch == StaffMemberRow.auth_epoch, StaffMemberRow.removed_at.is_(None))
    )
    if not also_due:
        query = query.where(StaffSessionRow.due == Due.NOTHING.value)
    if writes(session):
        # Its own until the transaction ends: the seal is of all that stands in it.
        query = query.with_for_update(of=StaffSessionRow)
    found = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        return None
    row, member = found
    if not (SESSIONS.is_ours(keys, row) and MEMBERS.is_ours(keys, member)):
        return None
    if _expired(row, now, idle, longest) or not _touched(session, keys, row, now):
        return None
    return staff_member(member)


def visits(
    session: Session, member_id: UUID, token: str, now: datetime, idle: timedelta = IDLE
) -> tuple[Visit, ...]:
    """Where somebody is signed in now, the one used last first; ``token`` is the one who asks has."""
    mine = token_digest(token)
    rows = session.execute(
        select(StaffSessionRow)
        .join(StaffMemberRow, StaffMemberRow.id == StaffSessionRow.member_id)
        .where(
            StaffSessionRow.member_id == member_id, StaffSessionRow.auth_epoch == StaffMemberRow.auth_epoch
        )
        .order_by(StaffSessionRow.last_seen.desc(), StaffSessionRow.token_digest)
    ).scalars()
    return tuple(
        Visit(row.token_digest.hex(), row.browser, row.created_at, row.last_seen, row.token_digest == mine)
        for row in rows
        if not _expired(row, now, idle, LONGEST)
    )


def end_one(session: Session, member_id: UUID, name: str) -> bool:
    """End a session of this person, and of no other; False when it ended before."""
    try:
        digest = bytes.fromhex(name)
    except ValueError:
        return False
    return _ended(session, StaffSessionRow.member_id == member_id, StaffSessionRow.token_digest == digest) > 0


def end_all(session: Session, member_id: UUID, but: str = "") -> int:
    """End every session of a person, but the one with this token; how many there were."""
    kept = StaffSessionRow.token_digest != token_digest(but)
    return _ended(session, StaffSessionRow.member_id == member_id, kept)


def end(session: Session, token: str) -> None:
    """Sign out."""
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.token_digest == token_digest(token)))


def remove_expired(
    session: Session, now: datetime, idle: timedelta = IDLE, longest: timedelta = LONGEST
) -> None:
    """Forget the sessions that ended by themselves."""
    over = or_(
        StaffSessionRow.last_seen < now - idle,
        StaffSessionRow.created_at < now - longest,
        # Or it would be one again once the clock has caught up.
        StaffSessionRow.last_seen > now + _CLOCK_BEHIND,
    )
    session.execute(delete(StaffSessionRow).where(over))


def _of(member_id: UUID) -> Select[StaffSessionRow]:
    return select(StaffSessionRow).where(StaffSessionRow.member_id == member_id)


def _ended(session: Session, *which: ColumnElement[bool]) -> int:
    return cast("CursorResult[object]", session.execute(delete(StaffSessionRow).where(*which))).rowcount


def _expired(row: StaffSessionRow, now: datetime, idle: timedelta, longest: timedelta) -> bool:
    if row.last_seen - now > _CLOCK_BEHIND:
        return True
    # A clock set back must not lengthen a session.
    effective = max(now, row.last_seen)
    return effective - row.last_seen > idle or effective - row.created_at > longest


def _touched(session: Session, keys: ClinicKeys, row: StaffSessionRow, now: datetime) -> bool:
    """Count it as used, at most once a minute; False when it ended since it was read."""
    if not writes(session) or now - row.last_seen < _TOUCH:
        return True
    # Never inserted anew: a session ended meanwhile must stay ended.
    touched = session.execute(
        update(StaffSessionRow)
        .where(StaffSessionRow.token_digest == row.token_digest)
        .values(last_seen=now, seal=SESSIONS.seal(keys, row, last_seen=now))
    )
    return cast("CursorResult[object]", touched).rowcount == 1
