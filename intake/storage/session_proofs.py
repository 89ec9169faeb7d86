"""When and with what somebody last proved that it is them who sits there, and what is still due."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.domain.factors import Due, Proven
from intake.storage.encryption import token_digest
from intake.storage.tables import StaffSessionRow


@dataclass(frozen=True, slots=True)
class SessionProof:
    """What a session rests on."""

    authenticated_at: datetime
    proven: Proven
    due: Due


def of(session: Session, token: str) -> SessionProof | None:
    """What the session rests on; None when there is none. Whether it goes on is asked elsewhere."""
    columns = (StaffSessionRow.authenticated_at, StaffSessionRow.proven, StaffSessionRow.due)
    found = session.execute(
        select(*columns).where(StaffSessionRow.token_digest == token_digest(token))
    ).one_or_none()
    if found is None:
        return None
    return SessionProof(found.authenticated_at, Proven(found.proven), Due(found.due))


def proved_again(session: Session, token: str, proven: Proven, now: datetime) -> str | None:
    """The new token of a session whose owner proved again who they are; None when it is over meanwhile.

    The old token leads nowhere from then on (ASVS 7.2.4).
    """
    renewed = secrets.token_urlsafe(32)
    query = (
        update(StaffSessionRow)
        .where(StaffSessionRow.token_digest == token_digest(token))
        .values(token_digest=token_digest(renewed), authenticated_at=now, proven=proven.value)
    )
    found = session.execute(query.returning(StaffSessionRow.member_id)).first()
    return None if found is None else renewed


def settle(session: Session, token: str) -> None:
    """What was due is done."""
    query = update(StaffSessionRow).where(StaffSessionRow.token_digest == token_digest(token))
    session.execute(query.values(due=Due.NOTHING.value))
