"""Submissions: sealed for the clinic as they are sent, and opened only with the clinic's key."""

import re
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.queue_entry import QueueEntry
from intake.domain.screening import Screening
from intake.domain.submissions import Submission
from intake.domain.tally import Tally
from intake.storage.codec import screening_to_bytes, submission_from_bytes, submission_to_bytes
from intake.storage.codec_reviews import summary_to_bytes, tally_to_bytes
from intake.storage.encryption import (
    ClinicKeys,
    DecryptionFailed,
    PatientKeys,
    Place,
    SealingKey,
    content_digest,
    new_record_key,
    open_for_clinic,
    seal_for_clinic,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import (
    RecordKeyRow,
    ScreeningRow,
    SubmissionRow,
    SummaryRow,
    TallyRow,
    TranscriptionRow,
)

# Copied by hand: nothing that looks like something else, and no vowels, so no words.
_ALPHABET = "234679CDFHJKMNPQRTVWXY"
_GROUPS = (3, 3)
_REFERENCE = re.compile(r"[A-Z]{2,4}-[0-9A-Z]{3}-[0-9A-Z]{3}")
OPEN, SIGNED = "open", "signed"


class NoSuchSubmission(Exception):
    """There is no submission under this id."""


class AlreadySent(Exception):
    """This draft was sent before; the first submission stands."""


def new_reference(session: Session, prefix: str) -> str:
    """A reference nobody has yet, like ``HL-7K4-92Q``; it does not say how many there are."""
    while True:
        groups = ("".join(secrets.choice(_ALPHABET) for _ in range(size)) for size in _GROUPS)
        reference = "-".join((prefix, *groups))
        if not _is_taken(session, reference):
            return reference


def _is_taken(session: Session, reference: str) -> bool:
    # A paper that is being typed in has the reference of the submission it will be.
    return any(
        session.scalar(select(row.id).where(row.reference == reference)) is not None
        for row in (SubmissionRow, TranscriptionRow)
    )


def seal(
    session: Session, keys: PatientKeys, submission: Submission, screening: Screening
) -> tuple[str, str]:
    """Keep a submission and its first screening; the SHA-256 of each as stored.

    The submission has its draft's id, so that sending twice makes one submission: the
    second time raises :class:`AlreadySent`.
    """
    key = new_record_key(keys)
    answers = key.seal(submission_to_bytes(submission), answers_place(submission.id, submission.revision))
    _insert(session, submission, answers)
    session.add(
        RecordKeyRow(
            submission_id=submission.id,
            sealed=seal_for_clinic(keys, key, key_place(submission.id)),
        )
    )
    # It is the first: the patient site may add what the queue shows, and reads none of it.
    _add_summary(session, key, QueueEntry.of(submission, screening), number=1)
    return content_digest(answers), keep_screening(session, key, submission, screening, number=1)


def keep_screening(
    session: Session, key: SealingKey, submission: Submission, screening: Screening, *, number: int
) -> str:
    """Add a screening and its tally; the SHA-256 of the screening."""
    sealed = key.seal(screening_to_bytes(screening), screening_place(submission.id, number))
    tally = tally_to_bytes(Tally.of(screening, submission.transcript))
    session.add_all(
        (
            ScreeningRow(submission_id=submission.id, number=number, sealed=sealed),
            TallyRow(
                submission_id=submission.id,
                number=number,
                sealed=key.seal(tally, tally_place(submission.id, number)),
            ),
        )
    )
    session.flush()
    return content_digest(sealed)


def keep_summary(session: Session, key: SealingKey, entry: QueueEntry) -> None:
    """Keep what the queue shows of a submission from now on, unless it shows that already."""
    query = select(SummaryRow).where(SummaryRow.submission_id == entry.submission)
    newest = session.scalars(query.order_by(SummaryRow.number.desc()).limit(1)).one_or_none()
    if newest is not None and _opens_to(key, newest, summary_to_bytes(entry)):
        return
    _add_summary(session, key, entry, number=1 if newest is None else newest.number + 1)


def _add_summary(session: Session, key: SealingKey, entry: QueueEntry, *, number: int) -> None:
    sealed = key.seal(summary_to_bytes(entry), summary_place(entry.submission, number))
    session.add(SummaryRow(submission_id=entry.submission, number=number, sealed=sealed))
    session.flush()


def _opens_to(key: SealingKey, row: SummaryRow, summary: bytes) -> bool:
    try:
        return key.open(row.sealed, summary_place(row.submission_id, row.number)) == summary
    except DecryptionFailed:
        return False


def fetch(session: Session, keys: ClinicKeys, submission_id: UUID) -> Submission:
    """The submission as it was sent; raises :class:`NoSuchSubmission`."""
    row = session.get(SubmissionRow, submission_id)
    if row is None:
        raise NoSuchSubmission(f"there is no submission {submission_id}")
    key = record_key(session, keys, submission_id)
    return submission_from_bytes(key.open(row.answers, answers_place(row.id, row.revision)))


def by_reference(session: Session, reference: str) -> UUID:
    """The submission with this reference; raises :class:`NoSuchSubmission`.

    Words that cannot be one, such as a name in the wrong box, are not told to the database: it may log them.
    """
    if _REFERENCE.fullmatch(reference) is None:
        raise NoSuchSubmission("what was given is no reference of a submission")
    found = session.scalar(select(SubmissionRow.id).where(SubmissionRow.reference == reference))
    if found is None:
        raise NoSuchSubmission(f"there is no submission {reference}")
    return found


def ids(session: Session) -> tuple[UUID, ...]:
    """Every submission, oldest first."""
    return tuple(session.scalars(select(SubmissionRow.id).order_by(SubmissionRow.created_at)))


def record_key(session: Session, keys: ClinicKeys, submission_id: UUID) -> SealingKey:
    """The key of one submission; raises :class:`NoSuchSubmission`."""
    row = session.get(RecordKeyRow, submission_id)
    if row is None:
        raise NoSuchSubmission(f"there is no submission {submission_id} that can be opened")
    return open_record_key(keys, submission_id, row.sealed)


def open_record_key(keys: ClinicKeys, submission_id: UUID, sealed: bytes) -> SealingKey:
    """The key of one submission, from what is stored of it."""
    return open_for_clinic(keys, sealed, key_place(submission_id))


def to_the_minute(at: datetime) -> datetime:
    """What lies in the open is coarse: seconds would tell one patient from another."""
    return at.replace(second=0, microsecond=0)


def answers_place(submission_id: UUID, revision: int) -> Place:
    """Where a submission's answers are sealed."""
    return Place("submissions", "answers", submission_id, revision)


def screening_place(submission_id: UUID, number: int) -> Place:
    """Where one screening is sealed."""
    return Place("screenings", "sealed", submission_id, number)


def summary_place(submission_id: UUID, number: int) -> Place:
    """Where what the queue shows is sealed."""
    return Place("summaries", "sealed", submission_id, number)


def tally_place(submission_id: UUID, number: int) -> Place:
    """Where the tally of one screening is sealed."""
    return Place("tallies", "sealed", submission_id, number)


def key_place(submission_id: UUID) -> Place:
    return Place("record_keys", "sealed", submission_id)


def _insert(session: Session, submission: Submission, answers: bytes) -> None:
    row = SubmissionRow(
        id=submission.id,
        reference=submission.reference,
        created_at=to_the_minute(submission.sent_at),
        revision=submission.revision,
        answers=answers,
        state=OPEN,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        if session.scalar(select(SubmissionRow.id).where(SubmissionRow.id == submission.id)) is None:
            raise
        raise AlreadySent(f"submission {submission.id} was sent before") from None


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_CLINIC = SealedColumn(
    RecordKeyRow, "sealed", KeyPurpose.CLINIC, lambda _, row: key_place(row.submission_id)
)
