"""Marking forms as junk, several at once, and taking one back. Nothing is deleted, and each is recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain import review_acts
from intake.domain.events import SubmissionMarkedJunk, SubmissionTakenFromJunk
from intake.domain.permissions import StaffMember
from intake.domain.review_acts import NotWaiting, OpenFirst, ReasonNeeded
from intake.services.clinic import Clinic
from intake.services.queue import read_first
from intake.storage import audit, queue, reviews
from intake.storage.codec_record import UnknownRecord
from intake.storage.encryption import DecryptionFailed
from intake.storage.submissions import NoSuchSubmission


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of it: the forms that were marked, those that have to be read first, and those that do
    not wait any more or cannot be opened.
    """

    marked: tuple[UUID, ...]
    open_first: tuple[UUID, ...]
    left: tuple[UUID, ...]


def mark(clinic: Clinic, member: StaffMember, submissions: Sequence[UUID], reason: str) -> Marked:
    """Mark each of these that may be; each is a line of the trail. Raises ReasonNeeded.

    Whatever no list may show somebody the flags of has to be read first, urgent or not: which of the two
    it is, is not told.
    """
    if not reason.strip():
        raise ReasonNeeded
    now = clinic.now()
    marked: list[UUID] = []
    open_first: list[UUID] = []
    left: list[UUID] = []
    events = []
    with clinic.database.write() as session:
        may = _readable(session, clinic, member, submissions)
        # In one order, so that two people who mark the same forms do not wait for each other.
        for one in sorted(set(submissions)):
            try:
                review = reviews.review(session, clinic.keys, one)
                if one in may.hidden and one not in may.opened:
                    raise OpenFirst
                entry = review_acts.mark_junk(review, reason, member, now, opened=one in may.opened)
                content = reviews.add_entry(session, clinic.keys, one, entry)
            except OpenFirst:
                open_first.append(one)
            except (NotWaiting, NoSuchSubmission, DecryptionFailed, UnknownRecord):
                left.append(one)
            else:
                marked.append(one)
                events.append(SubmissionMarkedJunk(one, content))
        audit.record_all(session, clinic.keys, member.id, events, now)
    return Marked(tuple(marked), tuple(open_first), tuple(left))


def take_back(clinic: Clinic, member: StaffMember, submission: UUID) -> None:
    """Take a form back from the junk. Raises NotJunk and NoSuchSubmission."""
    now = clinic.now()
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        entry = review_acts.take_from_junk(review, member, now)
        content = reviews.add_entry(session, clinic.keys, submission, entry)
        audit.record(session, clinic.keys, member.id, SubmissionTakenFromJunk(submission, content), now)


@dataclass(frozen=True, slots=True)
class _Readable:
    opened: frozenset[UUID]
    hidden: frozenset[UUID]


def _readable(
    session: Session, clinic: Clinic, member: StaffMember, submissions: Collection[UUID]
) -> _Readable:
    entries = queue.of(session, clinic.keys, submissions)
    return _Readable(
        queue.have_opened(session, member.id, submissions),
        read_first(session, clinic, member, entries.values()),
    )
