"""A submission after each time the patient sent something: the first as sent, the others as taken in."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.domain.submissions import Submission
from intake.storage import submissions
from intake.storage.codec import submission_from_bytes, submission_to_bytes
from intake.storage.encryption import ClinicKeys, SealingKey, content_digest
from intake.storage.tables import RevisionRow, SubmissionRow


def every(session: Session, key: SealingKey, row: SubmissionRow) -> tuple[Submission, ...]:
    """The submission at each revision, oldest first. Never empty."""
    first = submission_from_bytes(key.open(row.answers, submissions.answers_place(row.id, row.revision)))
    return (first, *map(submission_from_bytes, later_bytes(session, key, row.id)))


def later_bytes(session: Session, key: SealingKey, submission_id: UUID) -> tuple[bytes, ...]:
    """Every revision but the first, oldest first, as it was written."""
    query = select(RevisionRow).where(RevisionRow.submission_id == submission_id)
    return tuple(
        key.open(one.answers, submissions.answers_place(submission_id, one.revision))
        for one in session.scalars(query.order_by(RevisionRow.revision))
    )


def newest(session: Session, keys: ClinicKeys, submission_id: UUID) -> Submission:
    """The submission as it is now; raises :class:`NoSuchSubmission`."""
    row = session.get(SubmissionRow, submission_id)
    if row is None:
        raise submissions.NoSuchSubmission(f"there is no submission {submission_id}")
    return every(session, submissions.record_key(session, keys, submission_id), row)[-1]


def add(session: Session, key: SealingKey, submission: Submission) -> str:
    """Keep a newer revision of a submission that is held; the SHA-256 of what is stored."""
    place = submissions.answers_place(submission.id, submission.revision)
    sealed = key.seal(submission_to_bytes(submission), place)
    session.add(
        RevisionRow(
            submission_id=submission.id,
            revision=submission.revision,
            created_at=submissions.to_the_minute(submission.signature.at),
            answers=sealed,
        )
    )
    session.flush()
    return content_digest(sealed)
