"""What patients send more: sealed for the clinic as it is sent, and taken in by the clinic later."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.domain.replies import Reply
from intake.domain.within_a_day import DAY
from intake.storage import submissions
from intake.storage.codec_exchanges import reply_from_bytes, reply_to_bytes
from intake.storage.encryption import (
    ClinicKeys,
    PatientKeys,
    Place,
    content_digest,
    new_record_key,
    open_for_clinic,
    seal_for_clinic,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.sealed_columns import SealedColumn
from intake.storage.submissions import NoSuchSubmission
from intake.storage.tables import ReplyRow, SubmissionRow


def hold_submission(session: Session, submission_id: UUID) -> None:
    """Wait for whoever records something of the submission. Raises NoSuchSubmission."""
    query = select(SubmissionRow.id).where(SubmissionRow.id == submission_id).with_for_update()
    if session.scalar(query) is None:
        raise NoSuchSubmission(f"there is no submission {submission_id}")


def add(session: Session, keys: PatientKeys, reply_id: UUID, submission_id: UUID, reply: Reply) -> str:
    """Keep a reply so that only the clinic opens it; the SHA-256 of what is stored."""
    key = new_record_key(keys)
    sealed = key.seal(reply_to_bytes(reply), _sealed_place(reply_id))
    session.add(
        ReplyRow(
            id=reply_id,
            submission_id=submission_id,
            created_at=submissions.to_the_minute(reply.signature.at),
            wrapped_key=seal_for_clinic(keys, key, _key_place(reply_id)),
            sealed=sealed,
            revision=None,
        )
    )
    session.flush()
    return content_digest(sealed)


def came_within_a_day(session: Session, submission_id: UUID, now: datetime) -> int:
    """How many replies to a submission came within a day. Hold the submission first.

    What a clock that was ahead said is of no day that counts.
    """
    of_it = (ReplyRow.submission_id == submission_id, ReplyRow.created_at.between(now - DAY, now + DAY))
    return session.scalar(select(func.count()).select_from(ReplyRow).where(*of_it)) or 0


def waiting(session: Session) -> tuple[tuple[UUID, UUID], ...]:
    """The replies not taken in yet, oldest first, each after its submission."""
    return tuple((submission, reply) for submission, reply, _ in waiting_since(session))


def waiting_since(session: Session) -> tuple[tuple[UUID, UUID, datetime], ...]:
    """The replies not taken in, oldest first: of which submission, which one, and when it came."""
    query = select(ReplyRow.submission_id, ReplyRow.id, ReplyRow.created_at).where(
        ReplyRow.revision.is_(None)
    )
    rows = session.execute(query.order_by(ReplyRow.created_at, ReplyRow.id))
    return tuple((row[0], row[1], row[2]) for row in rows)


def waiting_of(session: Session, submission_id: UUID) -> tuple[datetime, ...]:
    """When each reply to one submission came that is not taken in yet."""
    query = select(ReplyRow.created_at).where(ReplyRow.submission_id == submission_id)
    return tuple(session.scalars(query.where(ReplyRow.revision.is_(None)).order_by(ReplyRow.created_at)))


def open_waiting(session: Session, keys: ClinicKeys, reply_id: UUID) -> Reply | None:
    """A reply to take in, held; None when somebody took it in meanwhile. Raises DecryptionFailed."""
    query = select(ReplyRow).where(ReplyRow.id == reply_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None or row.revision is not None:
        return None
    key = open_for_clinic(keys, row.wrapped_key, _key_place(reply_id))
    return reply_from_bytes(key.open(row.sealed, _sealed_place(reply_id)))


def taken_in(session: Session, reply_id: UUID, revision: int) -> None:
    """The reply is in this revision of its submission now."""
    row = session.get_one(ReplyRow, reply_id)
    row.revision = revision
    session.flush()


def _key_place(reply_id: UUID) -> Place:
    return Place("replies", "wrapped_key", reply_id)


def _sealed_place(reply_id: UUID) -> Place:
    return Place("replies", "sealed", reply_id)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_CLINIC = SealedColumn(
    ReplyRow, "wrapped_key", KeyPurpose.CLINIC, lambda _, row: _key_place(row.id)
)
