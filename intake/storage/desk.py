"""What the front desk's list is made of: a name and a standing for each form, and its sealed answers for few.

Summaries are opened to find and count forms, which is little work; the answers only of
those that one page shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from intake.domain.clock_leaps import WANDERS
from intake.domain.events import SubmissionOpened
from intake.domain.standing import NEW, Standing
from intake.domain.submissions import Submission
from intake.storage import revisions, submissions
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import summary_from_bytes
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.submissions import OPEN, SIGNED, NoSuchSubmission
from intake.storage.tables import (
    AuditEventRow,
    ClaimRow,
    RecordKeyRow,
    SignOffRow,
    SubmissionRow,
    SummaryRow,
)


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One form as it is found: whose, and where it stands. ``name`` is None when it cannot be opened."""

    submission: UUID
    reference: str
    name: str | None
    standing: Standing
    sent_at: datetime


def lines(session: Session, keys: ClinicKeys, signed_since: datetime) -> tuple[DeskLine, ...]:
    """Every form that is not finished, or was signed off since then; the newest first."""
    newest = (
        select(SummaryRow.submission_id, func.max(SummaryRow.number).label("number"))
        .group_by(SummaryRow.submission_id)
        .subquery()
    )
    is_newest = and_(SummaryRow.submission_id == newest.c.submission_id, SummaryRow.number == newest.c.number)
    signed = select(SignOffRow.submission_id).distinct()
    lately = (
        select(SignOffRow.submission_id)
        .group_by(SignOffRow.submission_id)
        .having(func.max(SignOffRow.created_at) >= submissions.to_the_minute(signed_since))
    )
    # The state is kept in the open and could be changed there: without a signature, nothing is finished.
    wanted = or_(SubmissionRow.state == OPEN, SubmissionRow.id.not_in(signed), SubmissionRow.id.in_(lately))
    query = (
        select(
            SubmissionRow.id,
            SubmissionRow.reference,
            SubmissionRow.created_at,
            and_(SubmissionRow.state == SIGNED, SubmissionRow.id.in_(signed)).label("finished"),
            RecordKeyRow.sealed,
            SummaryRow.number,
            SummaryRow.sealed,
        )
        .outerjoin(RecordKeyRow, RecordKeyRow.submission_id == SubmissionRow.id)
        .outerjoin(newest, newest.c.submission_id == SubmissionRow.id)
        .outerjoin(SummaryRow, is_newest)
        .where(wanted)
    )
    found = (_line(keys, *row) for row in session.execute(query))
    return tuple(sorted(found, key=lambda line: (line.sent_at, line.reference), reverse=True))


def opened(session: Session, wanted: Iterable[UUID], now: datetime) -> frozenset[UUID]:
    """Those among these that a clinician has read, or has in hand."""
    ids = tuple(wanted)
    read = select(AuditEventRow.object_id).where(
        AuditEventRow.event == SubmissionOpened.__name__,
        AuditEventRow.object_id.in_([str(one) for one in ids]),
    )
    claimed = select(ClaimRow.submission_id).where(
        ClaimRow.submission_id.in_(ids), ClaimRow.until > now, ClaimRow.since <= now + WANDERS
    )
    return frozenset({UUID(one) for one in session.scalars(read) if one} | set(session.scalars(claimed)))


def submission(session: Session, keys: ClinicKeys, submission_id: UUID) -> Submission | None:
    """The form as it is now, with what the patient added; None when it cannot be opened."""
    row = session.get(SubmissionRow, submission_id)
    if row is None:
        return None
    try:
        return revisions.every(session, submissions.record_key(session, keys, submission_id), row)[-1]
    except (DecryptionFailed, NoSuchSubmission, UnknownRecord):
        return None


def _line(
    keys: ClinicKeys,
    submission_id: UUID,
    reference: str,
    created_at: datetime,
    finished: bool,  # noqa: FBT001 - a column of the row
    sealed_key: bytes | None,
    number: int | None,
    summary: bytes | None,
) -> DeskLine:
    if sealed_key is not None and number is not None and summary is not None:
        try:
            key = submissions.open_record_key(keys, submission_id, sealed_key)
            entry = summary_from_bytes(key.open(summary, submissions.summary_place(submission_id, number)))
        except (DecryptionFailed, UnknownRecord):
            pass
        else:
            # Of what was signed by an earlier version, the summary does not say that it was.
            standing = replace(entry.standing, signed=entry.standing.signed or finished)
            return DeskLine(submission_id, reference, entry.name, standing, entry.sent_at)
    return DeskLine(submission_id, reference, None, NEW, created_at)
