"""People whose password was right and whose second factor is still asked for: not signed in yet."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.storage.encryption import ClinicKeys, token_digest
from intake.storage.row_seals import MEMBERS, UNFINISHED
from intake.storage.tables import StaffMemberRow, UnfinishedSignInRow

LASTS = timedelta(minutes=10)


def begin(session: Session, keys: ClinicKeys, member: StaffMemberRow, now: datetime) -> str:
    """The token of one; the database keeps only its digest."""
    token = secrets.token_urlsafe(32)
    row = UnfinishedSignInRow(
        token_digest=token_digest(token),
        member_id=member.id,
        auth_epoch=member.auth_epoch,
        created_at=now,
    )
    row.seal = UNFINISHED.seal(keys, row)
    session.add(row)
    session.flush()
    return token


def remove_over(session: Session, now: datetime) -> None:
    """Forget those that led nowhere in time."""
    session.execute(delete(UnfinishedSignInRow).where(UnfinishedSignInRow.created_at < now - LASTS))


def find(session: Session, keys: ClinicKeys, token: str, now: datetime) -> UUID | None:
    """Who it is; None when it is over, or the person's password or factors changed since."""
    query = (
        select(UnfinishedSignInRow, StaffMemberRow)
        .join(StaffMemberRow, StaffMemberRow.id == UnfinishedSignInRow.member_id)
        .where(UnfinishedSignInRow.token_digest == token_digest(token))
        .where(UnfinishedSignInRow.auth_epoch == StaffMemberRow.auth_epoch)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, member = found
    if not (UNFINISHED.is_ours(keys, row) and MEMBERS.is_ours(keys, member)):
        return None
    return member.id if row.created_at <= now <= row.created_at + LASTS else None


def end(session: Session, token: str) -> None:
    """It led somewhere, or nowhere; either way it is over."""
    session.execute(
        delete(UnfinishedSignInRow).where(UnfinishedSignInRow.token_digest == token_digest(token))
    )
