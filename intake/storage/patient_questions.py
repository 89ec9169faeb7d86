"""Questions a patient can open: with the link and the reference together, and with nothing less.

The key of what they may see is derived from both. The database has neither the link's secret nor
anything it follows from; the patient's e-mail has no reference.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from intake.domain.replies import AskedOfPatient
from intake.storage.codec_exchanges import asked_of_patient_from_bytes, asked_of_patient_to_bytes
from intake.storage.encryption import (
    DecryptionFailed,
    PatientKeys,
    Place,
    new_record_key,
    nothing_wrapped,
    token_digest,
    unwrap_with_token,
    wrap_for_token,
)
from intake.storage.tables import PatientQuestionRow
from intake.storage.wrong_tries import WRONG_BEFORE_THE_END, counted, is_paused, may_be_tried


@dataclass(frozen=True, slots=True)
class OpenedQuestion:
    """What link and reference opened."""

    submission: UUID
    number: int
    asked: AskedOfPatient
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkState:
    """Where the link to a question stands. ``digest`` tells one link of a question from the next."""

    number: int
    digest: bytes = field(repr=False)
    made_at: datetime
    expires_at: datetime
    wrong: int
    paused_until: datetime | None
    closed_at: datetime | None

    def has_ended(self, now: datetime) -> bool:
        """Whether nobody can open the question until somebody makes a new link."""
        return now >= self.expires_at or self.wrong >= WRONG_BEFORE_THE_END

    def is_paused(self, now: datetime) -> bool:
        """Whether it is refused for a while, after wrong references."""
        return is_paused(self.paused_until, now)


def make(
    session: Session,
    keys: PatientKeys,
    place: tuple[UUID, int],
    reference: str,
    asked: AskedOfPatient,
    lives: tuple[datetime, datetime],
) -> str:
    """The secret of a new link to a question; the one before, if there was one, stops working.

    ``place`` are the submission and the number of the entry that asks; ``lives`` is from when until when.
    The submission is held by whoever calls.
    """
    submission_id, number = place
    secret, key = secrets.token_urlsafe(32), new_record_key(keys)
    made = {
        "token_digest": token_digest(secret),
        "wrapped_key": wrap_for_token(key, _both(secret, reference), _key_place(submission_id, number)),
        "sealed": key.seal(asked_of_patient_to_bytes(asked), _sealed_place(submission_id, number)),
        "created_at": lives[0],
        "expires_at": lives[1],
        "failures": 0,
        "paused_until": None,
    }
    found = session.get(PatientQuestionRow, place, populate_existing=True, with_for_update=True)
    if found is None:
        session.add(PatientQuestionRow(submission_id=submission_id, number=number, closed_at=None, **made))
    else:
        for name, value in made.items():
            setattr(found, name, value)
    session.flush()
    return secret


def open_with(
    session: Session, keys: PatientKeys, secret: str, reference: str, now: datetime
) -> OpenedQuestion | None:
    """What a link and a reference open together; None for any reason there may be.

    Whatever the reason, as much is worked out. A wrong reference counts against a link that works.
    """
    digest = token_digest(secret)
    query = select(PatientQuestionRow).where(PatientQuestionRow.token_digest == digest).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    works = row is not None and _works(row, now)
    wrapped = row.wrapped_key if row is not None else nothing_wrapped()
    submission_id, number = (row.submission_id, row.number) if row is not None else (UUID(int=0), 0)
    try:
        both = _both(secret, reference)
        key = unwrap_with_token(keys, wrapped, both, _key_place(submission_id, number))
    except DecryptionFailed:
        key = None
    count = counted(row, now, wrong=works and key is None)
    session.execute(
        update(PatientQuestionRow).where(PatientQuestionRow.token_digest == digest).values(**count)
    )
    if row is None or key is None or not works:
        return None
    content = key.open(row.sealed, _sealed_place(submission_id, number))
    return OpenedQuestion(submission_id, number, asked_of_patient_from_bytes(content), digest)


def is_still(session: Session, opened: OpenedQuestion) -> bool:
    """Whether the question still waits for an answer, under the link it was opened with."""
    state = states(session, opened.submission).get(opened.number)
    return state is not None and state.closed_at is None and state.digest == opened.digest


def close(session: Session, submission_id: UUID, number: int, now: datetime) -> bool:
    """The question was answered or taken back; False when that was so before."""
    # One statement decides who was first.
    closed = session.execute(
        update(PatientQuestionRow)
        .where(
            PatientQuestionRow.submission_id == submission_id,
            PatientQuestionRow.number == number,
            PatientQuestionRow.closed_at.is_(None),
        )
        .values(closed_at=now)
    )
    return cast("CursorResult[object]", closed).rowcount == 1


def states(session: Session, submission_id: UUID) -> dict[int, LinkState]:
    """Where the link of each question of a submission stands, by the question's number."""
    query = select(PatientQuestionRow).where(PatientQuestionRow.submission_id == submission_id)
    rows = session.scalars(query.execution_options(populate_existing=True))
    return {
        row.number: LinkState(
            row.number,
            row.token_digest,
            row.created_at,
            row.expires_at,
            row.failures,
            row.paused_until,
            row.closed_at,
        )
        for row in rows
    }


def as_kept(reference: str) -> str:
    """A reference as people copy it by hand: in any case, with spaces or hyphens or none."""
    return "".join(one for one in reference.upper() if one.isalnum())


def _works(row: PatientQuestionRow, now: datetime) -> bool:
    return row.closed_at is None and now < row.expires_at and may_be_tried(row, now)


def _both(secret: str, reference: str) -> str:
    # No secret has this sign in it, so that no other two give the same.
    return f"{secret}#{as_kept(reference)}"


def _key_place(submission_id: UUID, number: int) -> Place:
    return Place("patient_questions", "wrapped_key", submission_id, number)


def _sealed_place(submission_id: UUID, number: int) -> Place:
    return Place("patient_questions", "sealed", submission_id, number)
