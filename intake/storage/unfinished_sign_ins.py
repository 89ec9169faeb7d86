"""People whose password was right and whose second factor is still asked for: not signed in yet."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.storage.encryption import token_digest
from intake.storage.tables import StaffMemberRow, UnfinishedSignInRow

LASTS = timedelta(minutes=10)


def begin(session: Session, member: StaffMemberRow, now: datetime) -> str:
    """The token of one; the database keeps only its digest."""
    remove_over(session, now)
    token = secrets.token_urlsafe(32)
    session.add(
        UnfinishedSignInRow(
            token_digest=token_digest(token),
            member_id=member.id,
            auth_epoch=member.auth_epoch,
            created_at=now,
        )
    )
    session.flush()
    return token


def remove_over(session: Session, now: datetime) -> None:
    """Forget those that led nowhere in time."""
    session.execute(delete(UnfinishedSignInRow).where(UnfinishedSignInRow.created_at < now - LASTS))


def find(session: Session, token: str, now: datetime) -> UUID | None:
    """Who it is; None when it is over, or the person's password or factors changed since."""
    query = (
        select(UnfinishedSignInRow.member_id, UnfinishedSignInRow.created_at)
        .join(StaffMemberRow, StaffMemberRow.id == UnfinishedSignInRow.member_id)
        .where(UnfinishedSignInRow.token_digest == token_digest(token))
        .where(UnfinishedSignInRow.auth_epoch == StaffMemberRow.auth_epoch)
    )
    found = session.execute(query).one_or_none()
    if found is None or not found.created_at <= now <= found.created_at + LASTS:
        return None
    member: UUID = found.member_id
    return member


def end(session: Session, token: str) -> None:
    """It led somewhere, or nowhere; either way it is over."""
    session.execute(
        delete(UnfinishedSignInRow).where(UnfinishedSignInRow.token_digest == token_digest(token))
    )
