"""Every submission, read in pages: for looking over all of them at once, thousands at a time.

A page is one short transaction, so that a long look keeps nobody from writing, and no more
than a page of what patients said is in memory at any time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from intake.domain.answers import Answers
from intake.domain.review_records import SignOff
from intake.storage import reviews, submissions
from intake.storage.codec import sent_answers_from_bytes
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import sign_off_from_bytes
from intake.storage.encryption import ClinicKeys, DecryptionFailed, SealingKey
from intake.storage.tables import RecordKeyRow, RevisionRow, SignOffRow, SubmissionRow

PAGE = 200


class CannotBeOpened(Exception):
    """A submission was changed or damaged, its key is missing, or a newer version wrote it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One submission as its newest revision is stored; ``signed`` is its newest sign-off when its review
    stands signed.
    """

    id: UUID
    reference: str
    revision: int
    answers: bytes = field(repr=False)
    key: bytes | None = field(repr=False)
    signed: tuple[int, bytes] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a patient sent, and the key that opens what else was recorded about it."""

    answers: Answers
    sent_at: datetime
    key: SealingKey


@dataclass(frozen=True, slots=True)
class Sent:
    """One submission by its names alone."""

    id: UUID
    reference: str


def sent_between(
    session: Session, begin: datetime, end: datetime, *, done: bool | None = None
) -> tuple[Sent, ...]:
    """The submissions sent from one moment on and before another, in the order sent.

    ``done`` keeps those whose review is finished, or those whose is not; None keeps both.
    """
    # The state lies in the open and could be changed there: without a signature, nothing is done.
    signed_once = select(SignOffRow.number).where(SignOffRow.submission_id == SubmissionRow.id).exists()
    finished = and_(SubmissionRow.state == submissions.SIGNED, signed_once)
    sent = SubmissionRow.created_at
    query = (
        select(SubmissionRow.id, SubmissionRow.reference)
        .where(sent >= begin, sent < end)
        .order_by(sent, SubmissionRow.id)
    )
    if done is not None:
        query = query.where(finished if done else ~finished)
    return tuple(Sent(row.id, row.reference) for row in session.execute(query))


def ids(session: Session, since: datetime | None = None, *, newest_first: bool = False) -> tuple[UUID, ...]:
    """The submissions sent since then, or all, in the order sent."""
    sent = SubmissionRow.created_at
    query = select(SubmissionRow.id).order_by(sent.desc() if newest_first else sent, SubmissionRow.id)
    if since is not None:
        query = query.where(sent >= since)
    return tuple(session.scalars(query))


def page(session: Session, wanted: Sequence[UUID]) -> tuple[Sealed, ...]:
    """These submissions, in any order. One that is gone meanwhile is left out."""
    newest = (
        select(RevisionRow.submission_id, func.max(RevisionRow.revision).label("revision"))
        .where(RevisionRow.submission_id.in_(wanted))
        .group_by(RevisionRow.submission_id)
        .subquery()
    )
    query = (
        select(
            SubmissionRow.id,
            SubmissionRow.reference,
            # What the patient sent last is what counts; most never sent more than once.
            func.coalesce(RevisionRow.revision, SubmissionRow.revision).label("revision"),
            func.coalesce(RevisionRow.answers, SubmissionRow.answers).label("answers"),
            SubmissionRow.state,
            RecordKeyRow.sealed,
        )
        .outerjoin(newest, newest.c.submission_id == SubmissionRow.id)
        .outerjoin(
            RevisionRow,
            and_(RevisionRow.submission_id == SubmissionRow.id, RevisionRow.revision == newest.c.revision),
        )
        .outerjoin(RecordKeyRow, RecordKeyRow.submission_id == SubmissionRow.id)
        .where(SubmissionRow.id.in_(wanted))
    )
    rows = session.execute(query).all()
    sign_offs = _sign_offs(session, [row.id for row in rows if row.state == submissions.SIGNED])
    return tuple(
        Sealed(row.id, row.reference, row.revision, row.answers, row.sealed, sign_offs.get(row.id))
        for row in rows
    )


def opened(keys: ClinicKeys, sealed: Sealed) -> Opened:
    """What was sent. Raises CannotBeOpened."""
    if sealed.key is None:
        raise CannotBeOpened
    try:
        key = submissions.open_record_key(keys, sealed.id, sealed.key)
        content = key.open(sealed.answers, submissions.answers_place(sealed.id, sealed.revision))
        answers, sent_at = sent_answers_from_bytes(content)
    except (DecryptionFailed, UnknownRecord, KeyError, TypeError, ValueError):
        # Without the error: its words may quote an answer.
        raise CannotBeOpened from None
    return Opened(answers, sent_at, key)


def sign_off(sealed: Sealed, key: SealingKey) -> SignOff | None:
    """The newest sign-off of a submission whose review stands signed. Raises CannotBeOpened."""
    if sealed.signed is None:
        return None
    number, content = sealed.signed
    try:
        return sign_off_from_bytes(key.open(content, reviews.sign_off_place(sealed.id, number)))
    except (DecryptionFailed, UnknownRecord):
        raise CannotBeOpened from None


def _sign_offs(session: Session, wanted: Iterable[UUID]) -> dict[UUID, tuple[int, bytes]]:
    newest = (
        select(SignOffRow.submission_id, func.max(SignOffRow.number).label("number"))
        .where(SignOffRow.submission_id.in_(wanted))
        .group_by(SignOffRow.submission_id)
        .subquery()
    )
    is_newest = and_(SignOffRow.submission_id == newest.c.submission_id, SignOffRow.number == newest.c.number)
    found = select(SignOffRow.submission_id, SignOffRow.number, SignOffRow.sealed).join(newest, is_newest)
    return {row.submission_id: (row.number, row.sealed) for row in session.execute(found)}
