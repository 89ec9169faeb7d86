"""A patient's browser at a reply: for an hour without a page, or as long as the clinic sets.

What they may see and have written so far is sealed with the browser's token, which the database does
not have. It stays for a day, for whoever opens the same question in the same browser once more.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from intake.domain.replies import ReplyDraft
from intake.storage.codec_exchanges import reply_draft_from_bytes, reply_draft_to_bytes
from intake.storage.database import writes
from intake.storage.encryption import (
    PatientKeys,
    Place,
    new_record_key,
    token_digest,
    unwrap_with_token,
    wrap_for_token,
)
from intake.storage.tables import ReplySessionRow

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=24)
_TOUCH = timedelta(minutes=1)
# A clock further behind than this was set back.
_CLOCK_BEHIND = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ReplyVisit:
    """A patient at a reply. ``number`` is that of the question; None when they add something unasked.

    ``id`` is the one the reply will have; ``sent_at`` is there once it was sent.
    """

    id: UUID
    submission: UUID
    number: int | None
    draft: ReplyDraft
    sent_at: datetime | None


def start(
    session: Session,
    keys: PatientKeys,
    submission_id: UUID,
    number: int | None,
    draft: ReplyDraft,
    now: datetime,
) -> str:
    """The token of the one browser that may write this reply."""
    token, key, visit = secrets.token_urlsafe(32), new_record_key(keys), uuid4()
    session.add(
        ReplySessionRow(
            token_digest=token_digest(token),
            id=visit,
            submission_id=submission_id,
            number=number,
            created_at=now,
            last_seen=now,
            revision=1,
            wrapped_key=wrap_for_token(key, token, _key_place(visit)),
            sealed=key.seal(reply_draft_to_bytes(draft), _sealed_place(visit, 1)),
            sent_at=None,
        )
    )
    session.flush()
    return token


def find(
    session: Session,
    keys: PatientKeys,
    token: str,
    now: datetime,
    idle: timedelta = IDLE,
    *,
    attended: bool = True,
) -> ReplyVisit | None:
    """The visit behind a token; None when unknown, over or ended.

    Writing, it counts as used, unless a page asks by itself and nobody is there (``attended``).
    """
    row = _row(session, token)
    # A clock set back: how long nobody was there is not known any more. What was written waits for left_here.
    if row is None or row.last_seen - now > _CLOCK_BEHIND or _is_over(row, now, idle):
        return None
    if attended:
        _touch(session, row, now)
    return _visit(keys, row, token)


def left_here(session: Session, keys: PatientKeys, token: str, now: datetime) -> ReplyVisit | None:
    """The visit behind a token, also after it was over by idling: what was written in it waits a day.

    For whoever opens the same question again and for nobody else.
    """
    row = _row(session, token)
    return None if row is None or _is_over(row, now, LONGEST) else _visit(keys, row, token)


def save(session: Session, keys: PatientKeys, token: str, draft: ReplyDraft) -> None:
    """Keep what was written; find the visit in the same transaction first."""
    row = _row(session, token)
    if row is None:
        raise LookupError("there is no such visit")
    key = unwrap_with_token(keys, row.wrapped_key, token, _key_place(row.id))
    row.revision += 1
    row.sealed = key.seal(reply_draft_to_bytes(draft), _sealed_place(row.id, row.revision))
    session.flush()


def close(session: Session, keys: PatientKeys, token: str, now: datetime) -> None:
    """The reply was sent: nothing of it is kept here but when."""
    save(session, keys, token, ReplyDraft())
    digest = token_digest(token)
    session.execute(update(ReplySessionRow).where(ReplySessionRow.token_digest == digest).values(sent_at=now))


def end(session: Session, token: str) -> None:
    """Forget the browser, and what was written in it."""
    session.execute(delete(ReplySessionRow).where(ReplySessionRow.token_digest == token_digest(token)))


def end_of(session: Session, submission_id: UUID, number: int) -> None:
    """End every visit to a question that nobody sent a reply from."""
    session.execute(
        delete(ReplySessionRow).where(
            ReplySessionRow.submission_id == submission_id,
            ReplySessionRow.number == number,
            ReplySessionRow.sent_at.is_(None),
        )
    )


def remove_over(session: Session, now: datetime) -> None:
    """Forget the visits whose day is over, and all that was written in them."""
    over = ReplySessionRow.created_at < now - LONGEST
    session.execute(delete(ReplySessionRow).where(over), execution_options={"synchronize_session": False})


def _visit(keys: PatientKeys, row: ReplySessionRow, token: str) -> ReplyVisit:
    key = unwrap_with_token(keys, row.wrapped_key, token, _key_place(row.id))
    draft = reply_draft_from_bytes(key.open(row.sealed, _sealed_place(row.id, row.revision)))
    return ReplyVisit(row.id, row.submission_id, row.number, draft, row.sent_at)


def _row(session: Session, token: str) -> ReplySessionRow | None:
    query = select(ReplySessionRow).where(ReplySessionRow.token_digest == token_digest(token))
    if writes(session):
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def _is_over(row: ReplySessionRow, now: datetime, idle: timedelta) -> bool:
    # A clock set back must not lengthen a visit.
    effective = max(now, row.last_seen)
    return effective - row.last_seen > idle or effective - row.created_at > LONGEST


def _touch(session: Session, row: ReplySessionRow, now: datetime) -> None:
    if writes(session) and now - row.last_seen >= _TOUCH:
        row.last_seen = now
        session.flush()


def _key_place(visit: UUID) -> Place:
    return Place("reply_sessions", "wrapped_key", visit)


def _sealed_place(visit: UUID, revision: int) -> Place:
    return Place("reply_sessions", "sealed", visit, revision)
