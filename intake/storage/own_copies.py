"""A patient's own copy of a form they sent: for a day, in the browser they sent it from, and nowhere else.

The clinic's keys alone open a submission. What a patient may read again is therefore sealed once more, at
the moment of sending, with a key that only the token of their browser unwraps.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.domain.submissions import Submission
from intake.storage.codec import submission_from_bytes, submission_to_bytes
from intake.storage.encryption import (
    PatientKeys,
    Place,
    new_record_key,
    token_digest,
    unwrap_with_token,
    wrap_for_token,
)
from intake.storage.tables import OwnCopyRow

LONGEST = timedelta(hours=24)


def add(session: Session, keys: PatientKeys, token: str, submission: Submission, now: datetime) -> None:
    """Keep what was sent for the browser with this token."""
    key, copy = new_record_key(keys), uuid4()
    session.add(
        OwnCopyRow(
            token_digest=token_digest(token),
            id=copy,
            created_at=now,
            wrapped_key=wrap_for_token(key, token, _key_place(copy)),
            sealed=key.seal(submission_to_bytes(submission), _sealed_place(copy)),
        )
    )
    session.flush()


def until(session: Session, token: str, now: datetime) -> datetime | None:
    """Until when there is a copy for this browser; None when there is none any more. Opens nothing."""
    row = _row(session, token, now)
    return None if row is None else row.created_at + LONGEST


def find(session: Session, keys: PatientKeys, token: str, now: datetime) -> Submission | None:
    """What this browser sent; None when its day is over, or it never was. Raises DecryptionFailed."""
    row = _row(session, token, now)
    if row is None:
        return None
    key = unwrap_with_token(keys, row.wrapped_key, token, _key_place(row.id))
    return submission_from_bytes(key.open(row.sealed, _sealed_place(row.id)))


def end(session: Session, token: str) -> None:
    """Nothing of it stays for this browser."""
    session.execute(delete(OwnCopyRow).where(OwnCopyRow.token_digest == token_digest(token)))


def remove_over(session: Session, now: datetime) -> None:
    """Delete the copies whose day is over."""
    over = delete(OwnCopyRow).where(OwnCopyRow.created_at < now - LONGEST)
    session.execute(over, execution_options={"synchronize_session": False})


def _row(session: Session, token: str, now: datetime) -> OwnCopyRow | None:
    row = session.scalar(select(OwnCopyRow).where(OwnCopyRow.token_digest == token_digest(token)))
    return row if row is not None and now - row.created_at <= LONGEST else None


def _key_place(copy: UUID) -> Place:
    return Place("own_copies", "wrapped_key", copy)


def _sealed_place(copy: UUID) -> Place:
    return Place("own_copies", "sealed", copy)
