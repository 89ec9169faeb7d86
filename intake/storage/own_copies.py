"""A patient's own copy of a form they sent: for a day, in the browser they sent it from, and nowhere else.

The clinic's keys alone open a submission. What a patient may read again is therefore sealed once more, at
the moment of sending, with a key that only the token of their browser unwraps.
"""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, select
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
# A clock further behind than this was set back.
_CLOCK_BEHIND = timedelta(minutes=5)


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


def is_there(session: Session, token: str, now: datetime) -> bool:
    """Whether there is a copy for this browser still. Opens nothing."""
    return _row(session, token, now) is not None


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


def remove_over(session: Session, now: datetime) -> int:
    """Delete the copies whose day is over; how many."""
    over = delete(OwnCopyRow).where(OwnCopyRow.created_at < now - LONGEST)
    removed = session.execute(over, execution_options={"synchronize_session": False})
    return cast("CursorResult[object]", removed).rowcount


def _row(session: Session, token: str, now: datetime) -> OwnCopyRow | None:
    row = session.scalar(select(OwnCopyRow).where(OwnCopyRow.token_digest == token_digest(token)))
    # A clock set back makes nothing last longer.
    is_there = row is not None and -_CLOCK_BEHIND <= now - row.created_at <= LONGEST
    return row if is_there else None


def _key_place(copy: UUID) -> Place:
    return Place("own_copies", "wrapped_key", copy)


def _sealed_place(copy: UUID) -> Place:
    return Place("own_copies", "sealed", copy)
