"""What clinicians say of two submissions, sealed with the first: whether one person sent both."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from intake.domain.same_person import Known, SaidOfTwo, linked, pair
from intake.storage import revisions, submissions
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import said_of_two_from_bytes, said_of_two_to_bytes, summary_from_bytes
from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place, SealingKey, content_digest
from intake.storage.submissions import NoSuchSubmission
from intake.storage.tables import SamePersonRow, SubmissionRow, SummaryRow


def say(session: Session, keys: ClinicKeys, one: UUID, other: UUID, said: SaidOfTwo) -> str:
    """Add what was said of two submissions; the SHA-256 of what is stored. Raises NoSuchSubmission."""
    first, second = pair(one, other)
    key = submissions.record_key(session, keys, first)
    submissions.record_key(session, keys, second)
    query = select(func.count()).select_from(SamePersonRow)
    of_both = (SamePersonRow.first_id == first, SamePersonRow.second_id == second)
    number = (session.scalar(query.where(*of_both)) or 0) + 1
    sealed = key.seal(said_of_two_to_bytes(said), _place(first, second, number))
    session.add(SamePersonRow(first_id=first, second_id=second, number=number, sealed=sealed))
    session.flush()
    return content_digest(sealed)


def said_of(session: Session, keys: ClinicKeys, submission: UUID) -> dict[UUID, SaidOfTwo]:
    """What stands as said of a submission and each other one: the newest of it."""
    query = (
        select(SamePersonRow)
        .where(or_(SamePersonRow.first_id == submission, SamePersonRow.second_id == submission))
        .order_by(SamePersonRow.number)
    )
    found: dict[UUID, SaidOfTwo] = {}
    for row in session.scalars(query):
        key = submissions.record_key(session, keys, row.first_id)
        content = key.open(row.sealed, _place(row.first_id, row.second_id, row.number))
        other = row.second_id if row.first_id == submission else row.first_id
        found[other] = said_of_two_from_bytes(content)
    return found


def linked_to(session: Session, keys: ClinicKeys, submission: UUID) -> dict[UUID, str]:
    """The references of the submissions that somebody said are of the same person, newest first."""
    return references(session, linked(said_of(session, keys, submission)))


def references(session: Session, wanted: tuple[UUID, ...]) -> dict[UUID, str]:
    """The references of these submissions, newest first."""
    query = select(SubmissionRow.id, SubmissionRow.reference).where(SubmissionRow.id.in_(wanted))
    rows = session.execute(query.order_by(SubmissionRow.created_at.desc(), SubmissionRow.id))
    return {row.id: row.reference for row in rows}


def _place(first: UUID, second: UUID, number: int) -> Place:
    return Place("same_person", "sealed", f"{first} {second}", number)


def known(session: Session, keys: ClinicKeys, ids: Sequence[UUID]) -> Iterator[tuple[UUID, Known | None]]:
    """By what each of these submissions is recognized; None for one that cannot be opened.

    Only what is taken is opened.
    """
    for one in ids:
        try:
            key = submissions.record_key(session, keys, one)
            yield one, _known(session, keys, key, one)
        except (DecryptionFailed, NoSuchSubmission, UnknownRecord):
            yield one, None


def _known(session: Session, keys: ClinicKeys, key: SealingKey, submission: UUID) -> Known:
    query = select(SummaryRow).where(SummaryRow.submission_id == submission)
    row = session.scalars(query.order_by(SummaryRow.number.desc()).limit(1)).one_or_none()
    if row is not None:
        summary = summary_from_bytes(key.open(row.sealed, submissions.summary_place(submission, row.number)))
        if summary.born is not None:
            return Known(summary.name, summary.born)
    # No birthday, or a line of the first versions, which did not say it.
    sent = revisions.newest(session, keys, submission)
    return Known(sent.name, sent.born)
