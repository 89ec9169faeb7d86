"""What clinicians say of flags, sealed with the submission it was said of; and the safety log it makes.

A rule's id beside a person's submission is health data: in the open are ids alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.domain.feedback import Feedback
from intake.domain.safety_log import AlreadyClosed, Closing, NoSuchEntry, SafetyEntry, entries
from intake.storage import submissions
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import (
    closing_from_bytes,
    closing_to_bytes,
    feedback_from_bytes,
    feedback_to_bytes,
)
from intake.storage.database import insert_unless_kept
from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place, SealingKey, content_digest
from intake.storage.tables import FeedbackRow, RecordKeyRow, SafetyClosingRow, SubmissionRow

_Row = TypeVar("_Row", FeedbackRow, SafetyClosingRow)


@dataclass(frozen=True, slots=True)
class SaidOf:
    """Everything said of one submission, and what came of the entries it made."""

    submission: UUID
    reference: str
    given: tuple[Feedback, ...]
    closings: tuple[Closing, ...]

    @property
    def entries(self) -> tuple[SafetyEntry, ...]:
        """The entries of the safety log among it."""
        return entries(self.submission, self.reference, self.given, self.closings)


def add(session: Session, keys: ClinicKeys, submission_id: UUID, feedback: Feedback) -> str:
    """Add what was said to the rest; the SHA-256 of what is stored.

    The submission is held by whoever read its review in this transaction.
    """
    key = submissions.record_key(session, keys, submission_id)
    query = select(func.count()).select_from(FeedbackRow).where(FeedbackRow.submission_id == submission_id)
    number = (session.scalar(query) or 0) + 1
    sealed = key.seal(feedback_to_bytes(feedback), feedback_place(submission_id, number))
    session.add(FeedbackRow(submission_id=submission_id, number=number, sealed=sealed))
    session.flush()
    return content_digest(sealed)


def add_closing(session: Session, keys: ClinicKeys, submission_id: UUID, closing: Closing) -> str:
    """Add what came of an entry; the SHA-256 of what is stored.

    Raises :class:`AlreadyClosed` when somebody else was first.
    """
    key = submissions.record_key(session, keys, submission_id)
    sealed = key.seal(closing_to_bytes(closing), closing_place(submission_id, closing.entry))
    values = {"submission_id": submission_id, "number": closing.entry, "sealed": sealed}
    if not insert_unless_kept(session, SafetyClosingRow, values):
        raise AlreadyClosed
    return content_digest(sealed)


def given(session: Session, key: SealingKey, submission_id: UUID) -> tuple[Feedback, ...]:
    """Everything said of one submission, in order, also what no longer stands."""
    query = select(FeedbackRow).where(FeedbackRow.submission_id == submission_id)
    return opened(key, session.scalars(query.order_by(FeedbackRow.number)).all())


def entry(session: Session, keys: ClinicKeys, submission_id: UUID, number: int) -> SafetyEntry:
    """One entry of the safety log. Raises NoSuchEntry and NoSuchSubmission."""
    submission = session.get(SubmissionRow, submission_id)
    if submission is None:
        raise submissions.NoSuchSubmission(f"there is no submission {submission_id}")
    key = submissions.record_key(session, keys, submission_id)
    query = select(SafetyClosingRow).where(SafetyClosingRow.submission_id == submission_id)
    closings = _closings(key, session.scalars(query).all())
    said = SaidOf(submission_id, submission.reference, given(session, key, submission_id), closings)
    found = next((one for one in said.entries if one.number == number), None)
    if found is None:
        raise NoSuchEntry
    return found


def everything(session: Session, keys: ClinicKeys) -> Iterator[SaidOf | None]:
    """All that was ever said, by submission, in the order in which they were sent.

    None stands for a submission whose feedback cannot be opened: it is counted and told,
    and keeps the rest from nobody.
    """
    said = _by_submission(session.scalars(select(FeedbackRow).order_by(FeedbackRow.number)).all())
    closed = _by_submission(session.scalars(select(SafetyClosingRow)).all())
    query = (
        select(SubmissionRow.id, SubmissionRow.reference, RecordKeyRow.sealed)
        .outerjoin(RecordKeyRow, RecordKeyRow.submission_id == SubmissionRow.id)
        .where(SubmissionRow.id.in_(select(FeedbackRow.submission_id)))
        .order_by(SubmissionRow.created_at, SubmissionRow.id)
    )
    for submission_id, reference, sealed in session.execute(query):
        try:
            key = submissions.open_record_key(keys, submission_id, sealed or b"")
            feedback = opened(key, said[submission_id])
            closings = _closings(key, closed[submission_id])
        except (DecryptionFailed, UnknownRecord):
            yield None
            continue
        yield SaidOf(submission_id, reference, feedback, closings)


def of_several(session: Session, ids: Iterable[UUID]) -> Mapping[UUID, Sequence[FeedbackRow]]:
    """What was said of these submissions, still sealed; :func:`opened` opens it."""
    query = select(FeedbackRow).where(FeedbackRow.submission_id.in_(list(ids)))
    return _by_submission(session.scalars(query.order_by(FeedbackRow.number)).all())


def opened(key: SealingKey, rows: Sequence[FeedbackRow]) -> tuple[Feedback, ...]:
    """What was said; raises DecryptionFailed and UnknownRecord."""
    return tuple(
        feedback_from_bytes(key.open(row.sealed, feedback_place(row.submission_id, row.number)))
        for row in rows
    )


def feedback_place(submission_id: UUID, number: int) -> Place:
    """Where one piece of feedback is sealed."""
    return Place("feedback", "sealed", submission_id, number)


def closing_place(submission_id: UUID, number: int) -> Place:
    """Where what came of an entry is sealed."""
    return Place("safety_closings", "sealed", submission_id, number)


def _closings(key: SealingKey, rows: Sequence[SafetyClosingRow]) -> tuple[Closing, ...]:
    return tuple(
        closing_from_bytes(key.open(row.sealed, closing_place(row.submission_id, row.number))) for row in rows
    )


def _by_submission(rows: Sequence[_Row]) -> defaultdict[UUID, list[_Row]]:
    found: defaultdict[UUID, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.submission_id].append(row)
    return found
