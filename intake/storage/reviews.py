"""What clinicians recorded about each submission.

Facts are inserted and never changed. Whether a submission waits is worked out from them
each time something is added, and kept beside it so that the queue (``queue.py``) opens little.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.review import Review
from intake.domain.review_entries import Entry, Undoing
from intake.domain.review_records import Acknowledgement, SignOff
from intake.domain.review_refusals import AlreadyAcknowledged, Changed
from intake.domain.screening import Screening
from intake.storage import feedback, patient_requests, revisions, submissions
from intake.storage.codec import screening_from_bytes
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import (
    acknowledgement_from_bytes,
    acknowledgement_to_bytes,
    entry_from_bytes,
    entry_to_bytes,
    sign_off_from_bytes,
    sign_off_to_bytes,
)
from intake.storage.database import writes
from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place, SealingKey, content_digest
from intake.storage.submissions import OPEN, SIGNED, NoSuchSubmission
from intake.storage.tables import (
    AcknowledgementRow,
    ReviewEntryRow,
    ScreeningRow,
    SignOffRow,
    SubmissionRow,
)

_Numbered = TypeVar("_Numbered", ScreeningRow, AcknowledgementRow, SignOffRow, ReviewEntryRow)
_Inserted = AcknowledgementRow | SignOffRow | ReviewEntryRow


def review(session: Session, keys: ClinicKeys, submission_id: UUID) -> Review:
    """Everything recorded about a submission; raises :class:`NoSuchSubmission`.

    In a write transaction the submission is held: nobody else can add to it until then.
    """
    row = _hold(session, submission_id)
    found = _review(session, submissions.record_key(session, keys, submission_id), row)
    return replace(found, requests=patient_requests.of(session, keys, submission_id))


def add_screening(session: Session, keys: ClinicKeys, submission_id: UUID, screening: Screening) -> str:
    """Add a newer screening, the one that counts from now on; the SHA-256 of what is stored."""
    row = _hold(session, submission_id)
    key = submissions.record_key(session, keys, submission_id)
    submission = revisions.every(session, key, row)[-1]
    number = _count(session, ScreeningRow, submission_id) + 1
    digest = submissions.keep_screening(session, key, submission, screening, number=number)
    _settle(session, key, row)
    return digest


def add_acknowledgement(
    session: Session, keys: ClinicKeys, submission_id: UUID, acknowledgement: Acknowledgement
) -> str:
    """Add an acknowledgement; the SHA-256 of what is stored.

    Raises :class:`AlreadyAcknowledged` when somebody else was first.
    """
    held = _hold(session, submission_id)
    key = submissions.record_key(session, keys, submission_id)
    number = _count(session, AcknowledgementRow, submission_id) + 1
    content = acknowledgement_to_bytes(acknowledgement)
    sealed = key.seal(content, acknowledgement_place(submission_id, number))
    entries = _entries_of(session, key, submission_id)
    row = AcknowledgementRow(
        submission_id=submission_id,
        number=number,
        flag_tag=key.tag(_once(acknowledgement.flag, entries), _tag_place(submission_id)),
        sealed=sealed,
    )
    _insert(session, row, refusal=AlreadyAcknowledged(acknowledgement.flag))
    _settle(session, key, held)
    return content_digest(sealed)


def add_entry(session: Session, keys: ClinicKeys, submission_id: UUID, entry: Entry) -> str:
    """Add one of the further facts of a review; the SHA-256 of what is stored.

    What may be added is decided by whoever calls, on the review as it stands in the same
    transaction: the submission is held until it ends.
    """
    held = _hold(session, submission_id)
    key = submissions.record_key(session, keys, submission_id)
    number = _count(session, ReviewEntryRow, submission_id) + 1
    sealed = key.seal(entry_to_bytes(entry), entry_place(submission_id, number))
    row = ReviewEntryRow(submission_id=submission_id, number=number, sealed=sealed)
    _insert(session, row, refusal=Changed())
    _settle(session, key, held)
    return content_digest(sealed)


def add_sign_off(session: Session, keys: ClinicKeys, submission_id: UUID, sign_off: SignOff) -> str:
    """Add a sign-off; the SHA-256 of what is stored.

    Raises :class:`Changed` when it covers anything but what is recorded by now.
    """
    held = _hold(session, submission_id)
    key = submissions.record_key(session, keys, submission_id)
    if _review(session, key, held).fingerprint() != sign_off.covers:
        raise Changed
    number = _count(session, SignOffRow, submission_id) + 1
    sealed = key.seal(sign_off_to_bytes(sign_off), sign_off_place(submission_id, number))
    row = SignOffRow(
        submission_id=submission_id,
        number=number,
        created_at=submissions.to_the_minute(sign_off.at),
        sealed=sealed,
    )
    _insert(session, row, refusal=Changed())
    _settle(session, key, held)
    return content_digest(sealed)


def settle_again(session: Session, keys: ClinicKeys, submission_id: UUID) -> bool:
    """Let a form stand where its sealed records say it does; whether it is finished.

    One whose records do not all open waits, to be looked at. Raises :class:`NoSuchSubmission`.
    """
    row = _hold(session, submission_id)
    try:
        return _settle(session, submissions.record_key(session, keys, submission_id), row)
    except (DecryptionFailed, UnknownRecord, NoSuchSubmission):
        session.execute(update(SubmissionRow).where(SubmissionRow.id == row.id).values(state=OPEN))
        return False


def sign_off_place(submission_id: UUID, number: int) -> Place:
    """Where one sign-off is sealed."""
    return Place("sign_offs", "sealed", submission_id, number)


def entry_place(submission_id: UUID, number: int) -> Place:
    """Where one further fact of a review is sealed."""
    return Place("review_entries", "sealed", submission_id, number)


def _hold(session: Session, submission_id: UUID) -> SubmissionRow:
    query = select(SubmissionRow).where(SubmissionRow.id == submission_id)
    if writes(session):
        # Only one clinician at a time: the second reads what the first has written.
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise NoSuchSubmission(f"there is no submission {submission_id}")
    return row


def _review(session: Session, key: SealingKey, row: SubmissionRow) -> Review:
    screenings = tuple(
        screening_from_bytes(key.open(found.sealed, submissions.screening_place(row.id, found.number)))
        for found in _rows(session, ScreeningRow, row.id)
    )
    acknowledgements = tuple(
        acknowledgement_from_bytes(key.open(found.sealed, acknowledgement_place(row.id, found.number)))
        for found in _rows(session, AcknowledgementRow, row.id)
    )
    sign_offs = tuple(
        sign_off_from_bytes(key.open(found.sealed, sign_off_place(row.id, found.number)))
        for found in _rows(session, SignOffRow, row.id)
    )
    said = feedback.given(session, key, row.id)
    entries = _entries_of(session, key, row.id)
    *earlier, newest = revisions.every(session, key, row)
    return Review(newest, screenings, acknowledgements, sign_offs, said, entries, tuple(earlier))


def _entries_of(session: Session, key: SealingKey, submission_id: UUID) -> tuple[Entry, ...]:
    return tuple(
        entry_from_bytes(key.open(found.sealed, entry_place(submission_id, found.number)))
        for found in _rows(session, ReviewEntryRow, submission_id)
    )


def _once(flag: str, entries: Sequence[Entry]) -> str:
    """What may be acknowledged once: the flag or, after it was taken back, the flag anew."""
    undone = sum(isinstance(one, Undoing) and one.flag == flag for one in entries)
    return f"{flag} {undone}" if undone else flag


def _settle(session: Session, key: SealingKey, row: SubmissionRow) -> bool:
    review = _review(session, key, row)
    finished = review.standing.is_finished
    # Open is whatever comes back by itself: put off, with the patient, or to be read twice.
    state = SIGNED if finished else OPEN
    session.execute(update(SubmissionRow).where(SubmissionRow.id == row.id).values(state=state))
    submissions.keep_summary(session, key, review.queue_entry)
    return finished


def _rows(session: Session, table: type[_Numbered], submission_id: UUID) -> Sequence[_Numbered]:
    query = select(table).where(table.submission_id == submission_id).order_by(table.number)
    return session.scalars(query).all()


def _count(session: Session, table: type[_Numbered], submission_id: UUID) -> int:
    query = select(func.count()).select_from(table).where(table.submission_id == submission_id)
    return session.scalar(query) or 0


def _insert(session: Session, row: _Inserted, refusal: Exception) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise refusal from None


def acknowledgement_place(submission_id: UUID, number: int) -> Place:
    """Where one acknowledgement is sealed."""
    return Place("acknowledgements", "sealed", submission_id, number)


def _tag_place(submission_id: UUID) -> Place:
    return Place("acknowledgements", "flag_tag", submission_id)
