"""Notices that could not be sent: kept for a while, so that somebody can have them tried again.

After that while nobody is shown one or can have it tried, whether or not the worker has erased it yet.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from intake.domain.notice_failures import NoticeFailure
from intake.storage.encryption import DecryptionFailed
from intake.storage.outbox_keys import OutboxKeys
from intake.storage.outgoing import Addressed, opened
from intake.storage.tables import OutgoingRow


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A notice that could not be sent. ``addressed`` is None when it cannot be opened."""

    id: UUID
    created_at: datetime
    settled_at: datetime
    kept_until: datetime
    attempts: int
    failure: NoticeFailure | None
    for_staff: bool
    addressed: Addressed | None


@dataclass(frozen=True, slots=True)
class Outbox:
    """How it goes with what is to be sent: how many wait after ``tries`` or more tries, and why the last.

    ``not_sent`` is how many could not be sent.
    """

    held_up: int
    failure: NoticeFailure | None
    not_sent: int


def outbox(session: Session, tries: int, now: datetime) -> Outbox:
    """How it goes, by what lies in the open."""
    waits = (OutgoingRow.next_try_at.is_not(None), OutgoingRow.attempts >= tries)
    held_up = session.scalar(select(func.count()).where(*waits, OutgoingRow.failure.is_not(None))) or 0
    newest = select(OutgoingRow.failure).where(*waits).order_by(OutgoingRow.next_try_at.desc()).limit(1)
    not_sent = session.scalar(select(func.count()).where(OutgoingRow.kept_until > now)) or 0
    return Outbox(held_up, _failure(session.scalar(newest)) if held_up else None, not_sent)


def every(session: Session, keys: OutboxKeys, now: datetime) -> tuple[DeadLetter, ...]:
    """Every notice that could not be sent, the newest first."""
    query = select(OutgoingRow).where(OutgoingRow.kept_until > now)
    rows = session.scalars(query.order_by(OutgoingRow.settled_at.desc(), OutgoingRow.id))
    return tuple(_letter(keys, row) for row in rows)


def try_again(session: Session, notice: UUID, now: datetime) -> bool:
    """Have it tried again from now on; False when nothing of it is kept any more."""
    done = session.execute(
        update(OutgoingRow)
        .where(OutgoingRow.id == notice, OutgoingRow.kept_until > now)
        .values(
            attempts=0,
            next_try_at=now,
            tried_since=now,
            settled_at=None,
            outcome=None,
            failure=None,
            kept_until=None,
        )
    )
    return cast("CursorResult[object]", done).rowcount == 1


def _letter(keys: OutboxKeys, row: OutgoingRow) -> DeadLetter:
    try:
        addressed = opened(keys, row)
    except DecryptionFailed:
        addressed = None
    if row.settled_at is None or row.kept_until is None:
        raise ValueError(f"notice {row.id} is kept and not settled")
    times = (row.created_at, row.settled_at, row.kept_until)
    return DeadLetter(row.id, *times, row.attempts, _failure(row.failure), row.for_staff, addressed)


def _failure(kept: str | None) -> NoticeFailure | None:
    return None if kept is None else NoticeFailure(kept)
