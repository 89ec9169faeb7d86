"""The queue: what waits for a clinician, opened as far as its lists show and no further."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select
from sqlalchemy.orm import Session

from intake.domain.review import QueueEntry
from intake.domain.rules import Priority
from intake.storage import submissions
from intake.storage.codec import UnknownRecord, summary_from_bytes
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.submissions import OPEN, SIGNED
from intake.storage.tables import RecordKeyRow, SignOffRow, SubmissionRow, SummaryRow

_SIGNED_ONCE = select(SignOffRow.number).where(SignOffRow.submission_id == SubmissionRow.id).exists()
# The state is kept in the open and could be changed there: without a signature, nothing is signed.
_WAITS = or_(SubmissionRow.state == OPEN, ~_SIGNED_ONCE)
_IS_SIGNED = and_(SubmissionRow.state == SIGNED, _SIGNED_ONCE)


def queue(session: Session, keys: ClinicKeys) -> tuple[QueueEntry, ...]:
    """Every submission not signed off: first to be looked at first, then longest waiting.

    None ever disappears from it: one that cannot be opened is shown as just that, at the
    top, and does not keep the others from being shown.
    """
    entries = (replace(entry, reopened=signed_once) for entry, signed_once in _entries(session, keys, _WAITS))
    return tuple(sorted(entries, key=_first_to_look_at))


def recently_signed(session: Session, keys: ClinicKeys, since: datetime) -> tuple[QueueEntry, ...]:
    """The submissions signed off since then, newest first."""
    newest = func.max(SignOffRow.created_at)
    recent = (
        select(SignOffRow.submission_id)
        .group_by(SignOffRow.submission_id)
        .having(newest >= submissions.to_the_minute(since))
    )
    order = {found: place for place, found in enumerate(session.scalars(recent.order_by(newest.desc())))}
    signed = _entries(session, keys, and_(_IS_SIGNED, SubmissionRow.id.in_(recent)))
    entries = (replace(entry, signed=True) for entry, _ in signed)
    return tuple(sorted(entries, key=lambda entry: order[entry.submission]))


def _entries(
    session: Session, keys: ClinicKeys, which: ColumnElement[bool]
) -> Iterator[tuple[QueueEntry, bool]]:
    newest = (
        select(SummaryRow.submission_id, func.max(SummaryRow.number).label("number"))
        .group_by(SummaryRow.submission_id)
        .subquery()
    )
    is_newest = and_(SummaryRow.submission_id == newest.c.submission_id, SummaryRow.number == newest.c.number)
    # Outer joins: what lost its key or its summary waits like any other.
    query = (
        select(
            SubmissionRow.id,
            SubmissionRow.reference,
            SubmissionRow.created_at,
            RecordKeyRow.sealed.label("key"),
            SummaryRow.number,
            SummaryRow.sealed.label("summary"),
            _SIGNED_ONCE.label("signed_once"),
        )
        .outerjoin(RecordKeyRow, RecordKeyRow.submission_id == SubmissionRow.id)
        .outerjoin(newest, newest.c.submission_id == SubmissionRow.id)
        .outerjoin(SummaryRow, is_newest)
        .where(which)
    )
    for row in session.execute(query).mappings():
        yield _entry(keys, row), bool(row["signed_once"])


def _entry(keys: ClinicKeys, row: RowMapping) -> QueueEntry:
    if row["key"] is None or row["summary"] is None:
        return _cannot_be_opened(row)
    try:
        key = submissions.open_record_key(keys, row["id"], row["key"])
        return summary_from_bytes(
            key.open(row["summary"], submissions.summary_place(row["id"], row["number"]))
        )
    except (DecryptionFailed, UnknownRecord):
        return _cannot_be_opened(row)


def _cannot_be_opened(row: RowMapping) -> QueueEntry:
    return QueueEntry(
        submission=row["id"],
        reference=row["reference"],
        name="Cannot be opened",
        age=None,
        priority=Priority.URGENT,
        titles=("This submission was changed or damaged, or its key is missing",),
        flags=0,
        cannot_tell=0,
        incomplete=True,
        sent_at=row["created_at"],
    )


def _first_to_look_at(entry: QueueEntry) -> tuple[int, datetime]:
    # No flag at all comes last, and still comes: it needs a clinician's eyes too.
    return (entry.priority.rank if entry.priority is not None else len(Priority), entry.sent_at)
