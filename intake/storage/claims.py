"""Who has which form in hand. The row says who took it and when; how long it lasts is worked out
from the audit trail, where everything its holder does on the form is a line.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from intake.domain.claims import Claim, Deed, Opened, until
from intake.domain.clock_leaps import WANDERS
from intake.domain.events import LookAgainSet, PatientAsked, ReviewSignedOff, SubmissionOpened
from intake.domain.permissions import StaffMember
from intake.storage.submissions import OPEN, NoSuchSubmission
from intake.storage.tables import AuditEventRow, ClaimRow, StaffMemberRow, SubmissionRow

# What takes a form out of the queue.
_ENDS = frozenset(kind.__name__ for kind in (ReviewSignedOff, PatientAsked, LookAgainSet))


def hold(session: Session, submission: UUID) -> None:
    """Keep a form from being claimed by anybody else until the transaction ends.

    Raises NoSuchSubmission.
    """
    query = select(SubmissionRow.id).where(SubmissionRow.id == submission).with_for_update()
    if session.scalar(query) is None:
        raise NoSuchSubmission(f"there is no submission {submission}")


def of_unfinished(session: Session, now: datetime, lasts: timedelta) -> Mapping[UUID, Claim]:
    """The claims on forms that are not finished, by submission: those that hold now."""
    unfinished = select(SubmissionRow.id).where(SubmissionRow.state == OPEN)
    return _holding(session, ClaimRow.submission_id.in_(unfinished), now, lasts)


def of(
    session: Session, submissions: Collection[UUID], now: datetime, lasts: timedelta
) -> Mapping[UUID, Claim]:
    """The claims on these forms, by submission: those that hold now."""
    if not submissions:
        return {}
    return _holding(session, ClaimRow.submission_id.in_(submissions), now, lasts)


def held_by(session: Session, member: UUID, now: datetime, lasts: timedelta) -> tuple[UUID, ...]:
    """The forms somebody has in hand now."""
    return tuple(sorted(_holding(session, ClaimRow.member_id == member, now, lasts)))


def put(session: Session, submission: UUID, member: StaffMember, now: datetime, lasts: timedelta) -> None:
    """Put a form in somebody's hands, whoever had it. Hold the submission before (``hold``)."""
    session.merge(ClaimRow(submission_id=submission, member_id=member.id, since=now, until=now + lasts))
    session.flush()


def remove(session: Session, submission: UUID) -> None:
    """Take a form out of whoever's hands it is in."""
    session.execute(delete(ClaimRow).where(ClaimRow.submission_id == submission))


def opened(session: Session, submission: UUID, since: datetime, but: UUID) -> tuple[Opened, ...]:
    """Who read a form since then, newest first, each person once and one person not at all."""
    read = _trail(session, [submission], since, SubmissionOpened.__name__)
    last = {actor: at for _, actor, _, at in read if actor != str(but)}
    names = select(StaffMemberRow.id, StaffMemberRow.printed_name)
    known = {str(member): name for member, name in session.execute(names)} if last else {}
    found = (Opened(known[actor], at) for actor, at in last.items() if actor in known)
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _holding(
    session: Session, which: ColumnElement[bool], now: datetime, lasts: timedelta
) -> Mapping[UUID, Claim]:
    query = (
        select(ClaimRow, StaffMemberRow.printed_name)
        .join(StaffMemberRow, StaffMemberRow.id == ClaimRow.member_id)
        # One of the future was taken while the clock was ahead, and would hold until it has caught up.
        .where(which, ClaimRow.since <= now + WANDERS)
    )
    kept = {row.submission_id: (row, name) for row, name in session.execute(query)}
    # Most rows are of claims that ran out long ago: only one whose holder did something lately can hold.
    lately = _deeds(session, list(kept), now - lasts)
    may_hold = [
        row
        for row, _ in kept.values()
        if row.until > now or any(deed.actor == str(row.member_id) for deed in lately[row.submission_id])
    ]
    deeds = _deeds(
        session, [row.submission_id for row in may_hold], min((r.since for r in may_hold), default=now)
    )
    claims = {}
    for row in may_hold:
        end = until(row.member_id, row.since, row.until, lasts, deeds[row.submission_id])
        if end > now:
            name = kept[row.submission_id][1]
            claims[row.submission_id] = Claim(row.submission_id, row.member_id, name, row.since, end)
    return claims


def _deeds(session: Session, submissions: Sequence[UUID], since: datetime) -> Mapping[UUID, list[Deed]]:
    found: defaultdict[UUID, list[Deed]] = defaultdict(list)
    for submission, actor, event, at in _trail(session, submissions, since):
        found[submission].append(Deed(actor, at, ends=event in _ENDS))
    return found


def _trail(
    session: Session, submissions: Sequence[UUID], since: datetime, only: str = ""
) -> Iterator[tuple[UUID, str, str, datetime]]:
    """What was done on forms since then, oldest first: on which, by whom, what, when."""
    if not submissions:
        return
    query = (
        select(AuditEventRow.object_id, AuditEventRow.actor, AuditEventRow.event, AuditEventRow.at)
        .where(AuditEventRow.object_id.in_([str(one) for one in submissions]))
        # The trail keeps its times as text of one form, in which earlier is smaller.
        .where(AuditEventRow.at >= since.astimezone(UTC).isoformat(timespec="microseconds"))
        .order_by(AuditEventRow.seq)
    )
    if only:
        query = query.where(AuditEventRow.event == only)
    for submission, actor, event, at in session.execute(query):
        yield UUID(submission), actor, event, datetime.fromisoformat(at)
