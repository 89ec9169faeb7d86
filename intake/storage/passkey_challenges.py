"""What passkeys are asked to sign: made on the server, answered once, within five minutes."""

import secrets
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from intake.storage.encryption import ClinicKeys, token_digest
from intake.storage.row_seals import CHALLENGES
from intake.storage.tables import PasskeyChallengeRow

LASTS = timedelta(minutes=5)
_BYTES = 64


class Asked(Enum):
    """What a passkey was asked for."""

    SIGN_IN = "sign in"
    AGAIN = "again"
    ADD = "add"
    SIGN_OFF = "sign off"


def make(
    session: Session, keys: ClinicKeys, asked: Asked, member: UUID | None, now: datetime
) -> tuple[str, bytes]:
    """The token that leads back to a new challenge, and the challenge. The page carries the token."""
    token, challenge = secrets.token_urlsafe(32), secrets.token_bytes(_BYTES)
    row = PasskeyChallengeRow(
        token_digest=token_digest(token),
        purpose=asked.value,
        member_id=member,
        challenge=challenge,
        created_at=now,
    )
    row.seal = CHALLENGES.seal(keys, row)
    session.add(row)
    session.flush()
    return token, challenge


def remove_over(session: Session, now: datetime) -> None:
    """Forget those that nobody answered in time."""
    session.execute(delete(PasskeyChallengeRow).where(PasskeyChallengeRow.created_at < now - LASTS))


def take(
    session: Session, keys: ClinicKeys, token: str, asked: Asked, member: UUID | None, now: datetime
) -> bytes | None:
    """The challenge, used up; None for one that was answered, is too old, or was for something else."""
    query = delete(PasskeyChallengeRow).where(PasskeyChallengeRow.token_digest == token_digest(token))
    # One statement decides who was first; whatever it was for, it is gone.
    found = session.scalar(query.returning(PasskeyChallengeRow))
    if found is None or (found.purpose, found.member_id) != (asked.value, member):
        return None
    if not CHALLENGES.is_ours(keys, found):
        return None
    in_time = found.created_at <= now <= found.created_at + LASTS
    return found.challenge if in_time else None
