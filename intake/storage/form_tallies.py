"""Forms for the statistics: of each the tally of its newest screening, and when it was sent.

A tally of the first versions does not say how questions were left; the form itself does, and is
opened for it, which takes several times as long.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.domain.tally import Tally, questions_by_state
from intake.storage import revisions, submissions, tallies
from intake.storage.codec import screening_from_bytes
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import tally_from_bytes
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.tables import RecordKeyRow, ScreeningRow, SubmissionRow

# How many forms are asked for at once.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as far as it lies in the open: when it was sent, to the minute, and whether it waits."""

    id: UUID
    at: datetime
    waits: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A form and the tally of its newest screening; None when it cannot be opened."""

    sent: Sent
    tally: Tally | None


def sent(session: Session) -> tuple[Sent, ...]:
    """Every form there is, in the order sent."""
    query = select(SubmissionRow.id, SubmissionRow.created_at, SubmissionRow.state).order_by(
        SubmissionRow.created_at, SubmissionRow.id
    )
    return tuple(Sent(one, at, state == submissions.OPEN) for one, at, state in session.execute(query))


def opened(session: Session, keys: ClinicKeys, forms: Sequence[Sent]) -> Iterator[Opened]:
    """Each of these forms with its tally, in their order; only what is taken is opened."""
    waiting = iter(forms)
    while some := tuple(islice(waiting, _AT_ONCE)):
        sealed = _sealed(session, [one.id for one in some])
        for one in some:
            yield Opened(one, _tally(session, keys, one.id, sealed.get(one.id)))


def with_questions(session: Session, keys: ClinicKeys, form: UUID, tally: Tally) -> Tally | None:
    """A tally of the first versions, with how each question was left; None when that cannot be opened."""
    query = (
        select(SubmissionRow, RecordKeyRow.sealed)
        .join(RecordKeyRow, RecordKeyRow.submission_id == SubmissionRow.id)
        .where(SubmissionRow.id == form)
    )
    newest = (
        select(ScreeningRow.number, ScreeningRow.sealed)
        .where(ScreeningRow.submission_id == form)
        .order_by(ScreeningRow.number.desc())
        .limit(1)
    )
    row, found = session.execute(query).one_or_none(), session.execute(newest).one_or_none()
    if row is None or found is None:
        return None
    try:
        key = submissions.open_record_key(keys, form, row.sealed)
        newest_answers = revisions.every(session, key, row.SubmissionRow)[-1]
        place = submissions.screening_place(form, found.number)
        screening = screening_from_bytes(key.open(found.sealed, place))
    except (DecryptionFailed, UnknownRecord):
        return None
    return replace(tally, questions=questions_by_state(screening, newest_answers.transcript))


@dataclass(frozen=True, slots=True)
class _Sealed:
    key: bytes | None
    number: int | None
    tally: bytes | None


def _tally(session: Session, keys: ClinicKeys, form: UUID, sealed: _Sealed | None) -> Tally | None:
    if sealed is None or sealed.key is None or sealed.number is None:
        return None
    try:
        key = submissions.open_record_key(keys, form, sealed.key)
        if sealed.tally is not None:
            place = submissions.tally_place(form, sealed.number)
            return tally_from_bytes(key.open(sealed.tally, place))
        query = select(ScreeningRow.sealed).where(
            ScreeningRow.submission_id == form, ScreeningRow.number == sealed.number
        )
        place = submissions.screening_place(form, sealed.number)
        return Tally.of(screening_from_bytes(key.open(session.scalars(query).one(), place)))
    except (DecryptionFailed, UnknownRecord):
        return None


def _sealed(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, _Sealed]:
    return {
        one: _Sealed(key, number, tally)
        for one, key, number, tally in tallies.of_newest_screenings(session, ids)
    }
