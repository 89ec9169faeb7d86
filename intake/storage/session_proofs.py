"""When and with what somebody last proved that it is them who sits there, and what is still due."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.domain.factors import Due, Proven
from intake.storage.database import writes
from intake.storage.encryption import ClinicKeys, token_digest
from intake.storage.row_seals import SESSIONS
from intake.storage.tables import StaffSessionRow


@dataclass(frozen=True, slots=True)
class SessionProof:
    """What a session rests on."""

    authenticated_at: datetime
    proven: Proven
    due: Due


def of(session: Session, keys: ClinicKeys, token: str) -> SessionProof | None:
    """What the session rests on; None when there is none. Whether it goes on is asked elsewhere."""
    row = _row(session, keys, token)
    return None if row is None else SessionProof(row.authenticated_at, Proven(row.proven), Due(row.due))


def proved_again(session: Session, keys: ClinicKeys, token: str, proven: Proven, now: datetime) -> str | None:
    """The new token of a session whose owner proved again who they are; None when it is over meanwhile.

    The old token leads nowhere from then on (ASVS 7.2.4).
    """
    renewed = secrets.token_urlsafe(32)
    changed = {"token_digest": token_digest(renewed), "authenticated_at": now, "proven": proven.value}
    return renewed if _change(session, keys, token, changed) else None


def settle(session: Session, keys: ClinicKeys, token: str) -> None:
    """What was due is done."""
    _change(session, keys, token, {"due": Due.NOTHING.value})


def _change(session: Session, keys: ClinicKeys, token: str, changed: dict[str, object]) -> bool:
    row = _row(session, keys, token)
    if row is None:
        return False
    # Never inserted anew: a session ended meanwhile must stay ended.
    query = update(StaffSessionRow).where(StaffSessionRow.token_digest == row.token_digest)
    query = query.values(**changed, seal=SESSIONS.seal(keys, row, **changed))
    return session.execute(query.returning(StaffSessionRow.member_id)).first() is not None


def _row(session: Session, keys: ClinicKeys, token: str) -> StaffSessionRow | None:
    query = select(StaffSessionRow).where(StaffSessionRow.token_digest == token_digest(token))
    if writes(session):
        # Its own until the transaction ends: the seal is of all that stands in it.
        query = query.with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    return row if row is not None and SESSIONS.is_ours(keys, row) else None
