"""Many submissions counted without opening their screenings: the tally of each, and what was recorded.

A tally is written with its screening. A screening from before there were tallies is opened
itself, which takes a hundred times as long, and given one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from intake.domain.figures import Counted
from intake.domain.review_entries import Undoing
from intake.domain.tally import Tally, flag_mark
from intake.storage import feedback, submissions
from intake.storage.codec import screening_from_bytes
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import (
    acknowledgement_from_bytes,
    entry_from_bytes,
    sign_off_from_bytes,
    tally_from_bytes,
    tally_to_bytes,
)
from intake.storage.database import insert_unless_kept
from intake.storage.encryption import ClinicKeys, DecryptionFailed, SealingKey
from intake.storage.reviews import acknowledgement_place, entry_place, sign_off_place
from intake.storage.tables import (
    AcknowledgementRow,
    FeedbackRow,
    RecordKeyRow,
    ReviewEntryRow,
    ScreeningRow,
    SignOffRow,
    SubmissionRow,
    TallyRow,
)

# How many submissions are asked for at once.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Made:
    """A tally made of a screening that had none, ready to be kept."""

    submission: UUID
    number: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """One submission, counted; ``counted`` is None when it cannot be opened."""

    counted: Counted | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class _Sealed:
    """What is stored of one submission and counts; ``number`` is that of its newest screening."""

    submission: UUID
    key: bytes | None
    number: int | None
    tally: bytes | None
    signed: tuple[int, bytes] | None
    feedback: Sequence[FeedbackRow]


def sent_since(session: Session, since: datetime) -> tuple[UUID, ...]:
    """The submissions sent since then, newest first."""
    query = (
        select(SubmissionRow.id)
        .where(SubmissionRow.created_at >= submissions.to_the_minute(since))
        .order_by(SubmissionRow.created_at.desc(), SubmissionRow.id)
    )
    return tuple(session.scalars(query))


def opened(session: Session, keys: ClinicKeys, ids: Sequence[UUID]) -> Iterator[Opened]:
    """Each of these submissions, counted, in their order; only what is taken is opened."""
    waiting = iter(ids)
    while some := tuple(islice(waiting, _AT_ONCE)):
        for sealed in _sealed(session, some):
            yield _opened(session, keys, sealed)


def keep(session: Session, made: Sequence[Made]) -> None:
    """Keep tallies that were made; one that somebody else has kept by now stays as it is."""
    for one in made:
        values = {"submission_id": one.submission, "number": one.number, "sealed": one.sealed}
        insert_unless_kept(session, TallyRow, values)


def _opened(session: Session, keys: ClinicKeys, sealed: _Sealed) -> Opened:
    if sealed.key is None or sealed.number is None:
        return Opened(None)
    try:
        key = submissions.open_record_key(keys, sealed.submission, sealed.key)
        tally, made = _tally(session, key, sealed, sealed.number)
        acknowledged = _acknowledged(session, key, sealed, frozenset(tally.flags.values()))
        said = feedback.opened(key, sealed.feedback)
    except (DecryptionFailed, UnknownRecord):
        return Opened(None)
    return Opened(Counted(tally, acknowledged, said), made)


def _tally(session: Session, key: SealingKey, sealed: _Sealed, number: int) -> tuple[Tally, Made | None]:
    submission = sealed.submission
    if sealed.tally is not None:
        return tally_from_bytes(key.open(sealed.tally, submissions.tally_place(submission, number))), None
    query = select(ScreeningRow.sealed).where(
        ScreeningRow.submission_id == submission, ScreeningRow.number == number
    )
    content = session.scalars(query).one()
    place = submissions.screening_place(submission, number)
    tally = Tally.of(screening_from_bytes(key.open(content, place)))
    made = key.seal(tally_to_bytes(tally), submissions.tally_place(submission, number))
    return tally, Made(submission, number, made)


def _acknowledged(
    session: Session, key: SealingKey, sealed: _Sealed, flags: frozenset[str]
) -> frozenset[str]:
    if sealed.signed is not None:
        number, content = sealed.signed
        signed = sign_off_from_bytes(key.open(content, sign_off_place(sealed.submission, number)))
        # Nobody can sign before every flag is acknowledged: one record to open, not dozens.
        if flags <= (covered := frozenset(flag_mark(flag) for flag in signed.flags)):
            return covered
    query = select(AcknowledgementRow.number, AcknowledgementRow.sealed).where(
        AcknowledgementRow.submission_id == sealed.submission
    )
    taken_back = _taken_back(session, key, sealed.submission)
    return frozenset(
        flag_mark(
            acknowledgement_from_bytes(
                key.open(content, acknowledgement_place(sealed.submission, number))
            ).flag
        )
        for number, content in session.execute(query)
        if number not in taken_back
    )


def _taken_back(session: Session, key: SealingKey, submission: UUID) -> frozenset[int]:
    query = select(ReviewEntryRow.number, ReviewEntryRow.sealed).where(
        ReviewEntryRow.submission_id == submission
    )
    entries = (
        entry_from_bytes(key.open(content, entry_place(submission, number)))
        for number, content in session.execute(query)
    )
    return frozenset(one.acknowledgement for one in entries if isinstance(one, Undoing))


def of_newest_screenings(
    session: Session, ids: Sequence[UUID]
) -> Iterator[tuple[UUID, bytes | None, int | None, bytes | None]]:
    """Of each of these submissions its id, its sealed key, the number of its newest screening, and the
    sealed tally of that; what it has none of is None.
    """
    newest = (
        select(ScreeningRow.submission_id, func.max(ScreeningRow.number).label("number"))
        .where(ScreeningRow.submission_id.in_(ids))
        .group_by(ScreeningRow.submission_id)
        .subquery()
    )
    # The tally of the newest screening and of no other: what was raised before counts no more.
    of_newest = and_(TallyRow.submission_id == newest.c.submission_id, TallyRow.number == newest.c.number)
    query = (
        select(
            SubmissionRow.id,
            RecordKeyRow.sealed.label("key"),
            newest.c.number,
            TallyRow.sealed.label("tally"),
        )
        .outerjoin(RecordKeyRow, RecordKeyRow.submission_id == SubmissionRow.id)
        .outerjoin(newest, newest.c.submission_id == SubmissionRow.id)
        .outerjoin(TallyRow, of_newest)
        .where(SubmissionRow.id.in_(ids))
    )
    for row in session.execute(query):
        yield row.id, row.key, row.number, row.tally


def _sealed(session: Session, ids: Sequence[UUID]) -> Iterator[_Sealed]:
    signed = _newest_sign_offs(session, ids)
    said = feedback.of_several(session, ids)
    found = {
        one: _Sealed(one, key, number, tally, signed.get(one), said.get(one, ()))
        for one, key, number, tally in of_newest_screenings(session, ids)
    }
    return (found[one] for one in ids if one in found)


def _newest_sign_offs(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, tuple[int, bytes]]:
    query = (
        select(SignOffRow.submission_id, SignOffRow.number, SignOffRow.sealed)
        .where(SignOffRow.submission_id.in_(ids))
        .order_by(SignOffRow.number)
    )
    return {submission: (number, sealed) for submission, number, sealed in session.execute(query)}
