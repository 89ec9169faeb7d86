"""The queue: what is not finished, what is done, and looking through all of it, sealed as it is.

Whatever a list needs is one sealed summary beside each form. How many forms are finished changes
neither what is opened nor how many statements are run to show what waits.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from intake.domain.events import (
    FlagAcknowledged,
    ReviewSignedOff,
    SafetySignalRaised,
    SubmissionOpened,
    SubmissionReceived,
    SubmissionRevised,
    SubmissionScreened,
    ViewNoted,
)
from intake.domain.queue_entry import QueueEntry
from intake.domain.rules import Priority
from intake.domain.standing import NEW
from intake.storage import submissions
from intake.storage.codec import submission_from_bytes
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import summary_from_bytes
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.submissions import OPEN, SIGNED, NoSuchSubmission
from intake.storage.tables import (
    AuditEventRow,
    AuditHeadRow,
    RecordKeyRow,
    SignOffRow,
    SubmissionRow,
    SummaryRow,
)

_SIGNED_ONCE = select(SignOffRow.number).where(SignOffRow.submission_id == SubmissionRow.id).exists()
_NEWEST_SUMMARY = (
    select(func.max(SummaryRow.number))
    .where(SummaryRow.submission_id == SubmissionRow.id)
    .correlate(SubmissionRow)
    .scalar_subquery()
)
_Later = aliased(SignOffRow)
# As questions about each signature and not as a join, so that a page walks along the order it is in.
_IS_NEWEST = ~(
    select(_Later.number)
    .where(_Later.submission_id == SignOffRow.submission_id, _Later.number > SignOffRow.number)
    .exists()
)
_IS_FINISHED = (
    select(SubmissionRow.id)
    .where(SubmissionRow.id == SignOffRow.submission_id, SubmissionRow.state == SIGNED)
    .exists()
)
# Counted from what lies in the open, without looking at any one of them.
_SAID_TO_BE_SIGNED = select(func.count()).where(SubmissionRow.state == SIGNED).scalar_subquery()
_SIGNED_ANY_TIME = select(func.count()).where(SignOffRow.number == 1).scalar_subquery()
# What brings a form into somebody's queue, and what shows that a clinician has seen its flags.
_ARRIVALS = tuple(kind.__name__ for kind in (SubmissionReceived, SubmissionRevised, SafetySignalRaised))
_SAW_FLAGS = tuple(kind.__name__ for kind in (ViewNoted, FlagAcknowledged, ReviewSignedOff))
# What makes a form another than the one somebody read.
_CHANGES = tuple(kind.__name__ for kind in (SubmissionReceived, SubmissionRevised, SubmissionScreened))
CANNOT_BE_OPENED = "Cannot be opened"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form stands among those that are done, or among all: a moment, to the minute, and its id."""

    at: datetime
    submission: UUID


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The forms that wait or come back by themselves, and how many are done."""

    entries: tuple[QueueEntry, ...]
    done: int


def unfinished(session: Session, keys: ClinicKeys) -> Unfinished:
    """Every submission that waits, or that something will bring back, in no order; and how many do not.

    None ever disappears from it: one that cannot be opened is shown as just that, and does not
    keep the others from being shown.
    """
    found = list(_entries(session, keys, SubmissionRow.state == OPEN))
    waiting = tuple(_waiting(entry, row) for entry, row in found)
    said_to_be, signed = session.execute(select(_SAID_TO_BE_SIGNED, _SIGNED_ANY_TIME)).one()
    reopened = sum(row["signed_once"] for _, row in found)
    if said_to_be == signed - reopened:
        return Unfinished(waiting, said_to_be)
    # The state is kept in the open and could be changed there: without a signature, nothing is signed.
    # Counting is quick and looking for each is not, so it is looked for once the counts differ, as they
    # also do when a signature is taken away.
    lies = and_(SubmissionRow.state == SIGNED, ~_SIGNED_ONCE)
    hidden = tuple(replace(entry, standing=NEW) for entry, _ in _entries(session, keys, lies))
    return Unfinished((*waiting, *hidden), said_to_be - len(hidden))


def done(
    session: Session, keys: ClinicKeys, size: int, after: Place | None = None, before: Place | None = None
) -> tuple[tuple[QueueEntry, Place], ...]:
    """The finished submissions, the one signed last first: so many, after or before a place.

    One that is not finished by what is sealed stands among them as not signed, until somebody looks
    (``storage/said_states.py``): it is nowhere else.
    """
    query = select(SignOffRow.submission_id, SignOffRow.created_at).where(_IS_FINISHED, _IS_NEWEST)
    at = tuple_(SignOffRow.created_at, SignOffRow.submission_id)
    newest_first = (SignOffRow.created_at.desc(), SignOffRow.submission_id.desc())
    if before is not None:
        query = query.where(at > (before.at, before.submission))
        newest_first = (SignOffRow.created_at.asc(), SignOffRow.submission_id.asc())
    elif after is not None:
        query = query.where(at < (after.at, after.submission))
    found = [Place(when, one) for one, when in session.execute(query.order_by(*newest_first).limit(size))]
    if before is not None:
        found.reverse()
    entries = of(session, keys, [one.submission for one in found])
    return tuple((entries[one.submission], one) for one in found)


def junk(session: Session, keys: ClinicKeys) -> frozenset[UUID]:
    """The submissions that stand among the junk. That is sealed, so whatever waits is opened."""
    waiting = _entries(session, keys, SubmissionRow.state == OPEN)
    return frozenset(one.submission for one, _ in waiting if one.standing.junk_since is not None)


def have_opened(session: Session, member_id: UUID, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these submissions that somebody has read as they are now.

    One that was answered, or that rules were run over, since they last read it is not among them.
    """
    line, kind = AuditEventRow.seq, AuditEventRow.event
    is_theirs = and_(kind == SubmissionOpened.__name__, AuditEventRow.actor == str(member_id))
    read = func.max(case((is_theirs, line)))
    changed = func.coalesce(func.max(case((kind.in_(_CHANGES), line))), 0)
    query = (
        select(AuditEventRow.object_id)
        .where(AuditEventRow.object_id.in_([str(one) for one in ids]))
        .group_by(AuditEventRow.object_id)
        .having(read > changed)
    )
    return frozenset(UUID(one) for one in session.scalars(query) if one is not None)


def signed_at(session: Session, ids: Collection[UUID]) -> Mapping[UUID, datetime]:
    """When each of these was signed last, to the minute; without those nobody has signed."""
    query = (
        select(SignOffRow.submission_id, func.max(SignOffRow.created_at).label("at"))
        .where(SignOffRow.submission_id.in_(ids))
        .group_by(SignOffRow.submission_id)
    )
    return {row.submission_id: row.at for row in session.execute(query)}


def of(session: Session, keys: ClinicKeys, ids: Collection[UUID]) -> Mapping[UUID, QueueEntry]:
    """The lines of these submissions, wherever they stand; signed when they are, by what is sealed."""
    if not ids:
        return {}
    return {
        row["id"]: (
            replace(entry, signed=True)
            if row["state"] == SIGNED and row["signed_once"] and entry.standing.is_finished
            else _waiting(entry, row)
        )
        for entry, row in _entries(session, keys, SubmissionRow.id.in_(ids))
    }


def count(session: Session) -> int:
    """How many submissions there are."""
    return session.scalar(select(func.count()).select_from(SubmissionRow)) or 0


def newest_first(session: Session, size: int, after: Place | None = None) -> tuple[Place, ...]:
    """Where submissions stand by when they were sent, the newest first: so many, after a place."""
    query = select(SubmissionRow.created_at, SubmissionRow.id)
    if after is not None:
        at = tuple_(SubmissionRow.created_at, SubmissionRow.id)
        query = query.where(at < (after.at, after.submission))
    query = query.order_by(SubmissionRow.created_at.desc(), SubmissionRow.id.desc()).limit(size)
    return tuple(Place(when, one) for when, one in session.execute(query))


def reference(session: Session, submission: UUID) -> str:
    """What a form is called where nothing of it is shown. Raises NoSuchSubmission."""
    found = session.scalar(select(SubmissionRow.reference).where(SubmissionRow.id == submission))
    if found is None:
        raise NoSuchSubmission(f"there is no submission {submission}")
    return found


def referred_to(session: Session, references: Sequence[str]) -> tuple[UUID, ...]:
    """The submissions with one of these references; one that begins with a dash is how it ends."""
    if not references:
        return ()
    written = SubmissionRow.reference
    is_one = or_(*(written.endswith(one) if one.startswith("-") else written == one for one in references))
    newest_first = (SubmissionRow.created_at.desc(), SubmissionRow.id.desc())
    return tuple(session.scalars(select(SubmissionRow.id).where(is_one).order_by(*newest_first)))


def born(session: Session, keys: ClinicKeys, ids: Collection[UUID]) -> Mapping[UUID, date | None]:
    """The dates of birth of these, from their answers; one that cannot be opened is left out.

    For those whose summary is from before summaries held it.
    """
    query = (
        select(SubmissionRow.id, SubmissionRow.revision, SubmissionRow.answers, RecordKeyRow.sealed)
        .join(RecordKeyRow, RecordKeyRow.submission_id == SubmissionRow.id)
        .where(SubmissionRow.id.in_(ids))
    )
    found = {}
    for one, revision, answers, sealed in session.execute(query):
        try:
            key = submissions.open_record_key(keys, one, sealed)
            sent = submission_from_bytes(key.open(answers, submissions.answers_place(one, revision)))
        except (DecryptionFailed, UnknownRecord):
            continue
        found[one] = sent.born
    return found


def has_seen_flags(session: Session, member_id: UUID, ids: Collection[UUID]) -> frozenset[UUID]:
    """Of which of these submissions somebody has seen the flags: they noted a view, or did what needs it."""
    if not ids:
        return frozenset()
    query = select(AuditEventRow.object_id).where(
        AuditEventRow.object_id.in_([str(one) for one in ids]),
        AuditEventRow.actor == str(member_id),
        AuditEventRow.event.in_(_SAW_FLAGS),
    )
    return frozenset(UUID(one) for one in session.scalars(query.distinct()))


def newest_line(session: Session) -> int:
    """The number of the newest line of the trail: what comes after it, came after now."""
    return session.scalar(select(AuditHeadRow.seq)) or 0


def arrived_since(session: Session, line: int) -> int:
    """How many submissions came in, or came back with an answer, after a line of the trail."""
    query = select(func.count(AuditEventRow.object_id.distinct())).where(
        AuditEventRow.seq > line, AuditEventRow.event.in_(_ARRIVALS)
    )
    return session.scalar(query) or 0


def _entries(
    session: Session, keys: ClinicKeys, which: ColumnElement[bool]
) -> Iterator[tuple[QueueEntry, RowMapping]]:
    is_newest = and_(SummaryRow.submission_id == SubmissionRow.id, SummaryRow.number == _NEWEST_SUMMARY)
    # Outer joins: what lost its key or its summary waits like any other.
    query = (
        select(
            SubmissionRow.id,
            SubmissionRow.reference,
            SubmissionRow.created_at,
            SubmissionRow.state,
            RecordKeyRow.sealed.label("key"),
            SummaryRow.number,
            SummaryRow.sealed.label("summary"),
            _SIGNED_ONCE.label("signed_once"),
        )
        .outerjoin(RecordKeyRow, RecordKeyRow.submission_id == SubmissionRow.id)
        .outerjoin(SummaryRow, is_newest)
        .where(which)
    )
    for row in session.execute(query).mappings():
        yield _entry(keys, row), row


def _waiting(entry: QueueEntry, row: RowMapping) -> QueueEntry:
    return replace(entry, reopened=row["signed_once"] and not entry.standing.signed)


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
        name=CANNOT_BE_OPENED,
        age=None,
        priority=Priority.URGENT,
        titles=("This submission was changed or damaged, or its key is missing",),
        flags=0,
        cannot_tell=0,
        incomplete=True,
        sent_at=row["created_at"],
    )
