"""When anybody was last here before a leap of the clock, as far as the rows say it that a process may read.

Each process that erases asks where it begins, for it knows no earlier time (docs/decisions/0059). What was
written a while ago by the same clock makes it no better: only a day's traces do.
"""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.domain.clock_leaps import BELIEVED_AFTER, WANDERS, Leap, leap
from intake.storage.tables import (
    AuditEventRow,
    HeldPageRow,
    KnownBrowserRow,
    OwnCopyRow,
    PageCountRow,
    PatientSessionRow,
    ReplySessionRow,
    StaffSessionRow,
    WayBackRow,
)

# Everything the worker erases is among it: what it must not erase says itself when somebody was here.
_TRACES = (
    PatientSessionRow.last_seen,
    WayBackRow.last_visit,
    HeldPageRow.created_at,
    ReplySessionRow.created_at,
    OwnCopyRow.created_at,
    StaffSessionRow.last_seen,
    KnownBrowserRow.last_seen,
)


def leap_of_anybody(session: Session, now: datetime) -> Leap | None:
    """The leap between the traces of patients and staff, for the worker; None where there is none."""
    lately = now - BELIEVED_AFTER
    befores = [session.scalar(select(func.max(at)).where(at <= lately)) for at in _TRACES]
    afters = [session.scalar(select(func.min(at)).where(at > lately, at <= now + WANDERS)) for at in _TRACES]
    # A count says the day alone, and no visit writes over it.
    day = session.scalar(
        select(func.max(PageCountRow.day)).where(PageCountRow.day <= lately.date() - timedelta(days=1))
    )
    if day is not None:
        befores.append(datetime.combine(day, time.max, UTC))
    return leap(
        max((at for at in befores if at is not None), default=None),
        min((at for at in afters if at is not None), default=now),
    )


def leap_in_the_trail(session: Session, now: datetime) -> Leap | None:
    """The leap between neighbors of the audit trail, for whoever may read it; None where there is none.

    Lines stand in the order in which they were written: what an earlier leap wrote does not hide this one.
    """
    query = (
        select(AuditEventRow.seq, AuditEventRow.at)
        .where(AuditEventRow.at <= _as_kept(now - BELIEVED_AFTER))
        .order_by(AuditEventRow.seq.desc())
        .limit(1)
    )
    before = session.execute(query).one_or_none()
    if before is None:
        return None
    after = session.scalar(
        select(func.min(AuditEventRow.at)).where(
            AuditEventRow.seq > before.seq, AuditEventRow.at <= _as_kept(now + WANDERS)
        )
    )
    return leap(datetime.fromisoformat(before.at), now if after is None else datetime.fromisoformat(after))


def _as_kept(at: datetime) -> str:
    """As a line has it: text of one form, in which earlier is smaller."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
