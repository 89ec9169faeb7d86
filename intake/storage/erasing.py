"""Erasing a form for good: its keys, everything sealed with them, and what in the open leads to it.

Rows of a form cannot be deleted by anybody (triggers refuse it) until its id stands in ``erasures``, a table
that only grows. With the rows go the keys: whatever a disk still holds of the rest is unreadable without
them. What the audit trail says of the form stays; there is nothing of the patient in it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from intake.storage import drafts, outgoing, patient_questions, safety_signals, withdrawn_letters
from intake.storage.encryption import ClinicKeys
from intake.storage.opened_signals import NOTHING, Opened, in_parts, read
from intake.storage.submissions import SIGNED, to_the_minute
from intake.storage.tables import (
    Base,
    DraftRow,
    ErasureRow,
    HeldPageRow,
    PatientSessionRow,
    SafetySignalRow,
    SignalDeedRow,
    SignalToldRow,
    SignOffRow,
    SubmissionRow,
    TranscriptionRow,
    WayBackRow,
)

_FORM = SubmissionRow.__table__.c.id
# What a form was before it was one, under the id it has: with the columns that say whose a row is.
_BEFORE_IT_WAS_A_FORM = (
    (DraftRow, DraftRow.id),
    (HeldPageRow, HeldPageRow.draft_id),
    (TranscriptionRow, TranscriptionRow.id),
)


class Why(Enum):
    """Why a form was erased."""

    REQUESTED = "requested"
    TIME_OVER = "time_over"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is no more, and since when (to the minute)."""

    erased_id: UUID
    at: datetime
    why: Why


def erase(
    session: Session,
    keys: ClinicKeys,
    submission: UUID,
    why: Why,
    now: datetime,
    signals_before: Opened = NOTHING,
) -> int:
    """Erase a form with everything about it; how many rows went, 0 when it was gone already.

    Also what there was before it was a form, as an older backup brings it back: a draft or a paper that
    somebody typed in has the id that its form was given. ``signals_before`` are safety signals as they were
    opened before this transaction.
    """
    reference = _held(session, submission)
    signals = safety_signals.of_form(session, keys, submission, signals_before)
    _note(session, (submission, *signals), why, now)
    # Which they are, while what leads to them is there.
    letters, links = _letters(session, submission, reference)
    gone = sum(_delete(session, table, condition) for table, condition in _rows_of(submission, signals))
    for row in (PatientSessionRow, WayBackRow):
        gone += _delete(session, cast(Table, row.__table__), _leads_to_it(row, submission, reference))
    for table, column in _BEFORE_IT_WAS_A_FORM:
        gone += _delete(session, cast(Table, table.__table__), column == submission)
    return gone + withdrawn_letters.remove(session, keys.outbox_keys, submission, letters, links)


def erase_signals(session: Session, signals: Collection[Erasure]) -> int:
    """Erase safety signals by their own ids, with what was done about them; how many rows went.

    Those of a form that was sent go with it.
    """
    ids = tuple(sorted(one.erased_id for one in signals))
    for some in in_parts(ids):
        held = select(SafetySignalRow.id).where(SafetySignalRow.id.in_(some)).order_by(SafetySignalRow.id)
        session.scalars(held.with_for_update()).all()
    note(session, signals)
    return sum(_delete(session, table, condition) for table, condition in _rows_of_signals(ids))


def still_there(session: Session, keys: ClinicKeys, erasures: Iterable[Erasure]) -> tuple[Erasure, ...]:
    """Those of which a form, a draft, a paper or a signal raised meanwhile is here.

    Signals that stand on the list by their own ids are none of them: :func:`erase_signals`.
    """
    forms = {one.draft for one in read(session, keys).signals.values()}
    for column in (SubmissionRow.id, *(column for _, column in _BEFORE_IT_WAS_A_FORM)):
        forms |= set(session.scalars(select(column)))
    return tuple(one for one in erasures if one.erased_id in forms)


def note(session: Session, erasures: Iterable[Erasure]) -> None:
    """Know of these erasures from now on, also of those that left nothing here."""
    known = set(session.scalars(select(ErasureRow.erased_id)))
    new = {
        one.erased_id: {"erased_id": one.erased_id, "erased_at": to_the_minute(one.at), "why": one.why.value}
        for one in erasures
        if one.erased_id not in known
    }
    if new:
        session.execute(insert(ErasureRow), list(new.values()))
        session.flush()


def _held(session: Session, form: UUID) -> str | None:
    """Hold a form, and what there was before it; its reference, or None for what was never sent."""
    reference = _reference(session, form)
    if reference is not None:
        return reference
    # Whoever sends a draft, or signs a paper in, at this moment comes before this, and leaves a form.
    session.scalar(select(TranscriptionRow.id).where(TranscriptionRow.id == form).with_for_update())
    drafts.hold_browsers(session, form)
    return _reference(session, form)


def _reference(session: Session, form: UUID) -> str | None:
    # The form is held first (decision 0065): what comes meanwhile waits, and finds nothing.
    of_it = select(SubmissionRow.reference).where(SubmissionRow.id == form)
    return session.scalar(of_it.with_for_update())


def _letters(session: Session, submission: UUID, reference: str | None) -> tuple[list[UUID], set[bytes]]:
    """The ids of the letters about its questions, and the digests of the links that lead back to it."""
    asked = patient_questions.states(session, submission).values()
    ways = select(WayBackRow.link_digest).where(_leads_to_it(WayBackRow, submission, reference))
    ids = [outgoing.id_of(submission, one.number, one.digest) for one in asked]
    return ids, set(map(bytes, session.scalars(ways)))


def erased(session: Session) -> tuple[Erasure, ...]:
    """Everything that was ever erased, in the order of its time."""
    rows = session.scalars(select(ErasureRow).order_by(ErasureRow.erased_at, ErasureRow.erased_id))
    return tuple(Erasure(row.erased_id, row.erased_at, Why(row.why)) for row in rows)


def signed_before(session: Session, moment: datetime, most: int) -> tuple[UUID, ...]:
    """The forms that are signed off, and were last signed before then; the oldest first."""
    query, at = _signed_before(moment)
    return tuple(session.scalars(query.order_by(at).limit(most)))


def is_signed_before(session: Session, submission: UUID, moment: datetime) -> bool:
    """Whether the form is signed off, and was last signed before then."""
    query, _ = _signed_before(moment)
    return session.scalar(query.where(SubmissionRow.id == submission)) is not None


def _signed_before(moment: datetime) -> tuple[Select[UUID], ColumnElement[datetime]]:
    newest = (
        select(SignOffRow.submission_id, func.max(SignOffRow.created_at).label("at"))
        .group_by(SignOffRow.submission_id)
        .subquery()
    )
    query = (
        select(SubmissionRow.id)
        .join(newest, newest.c.submission_id == SubmissionRow.id)
        .where(SubmissionRow.state == SIGNED, newest.c.at < moment)
    )
    return query, newest.c.at


def tables_of_a_form() -> tuple[str, ...]:
    """Every table that has rows of a form, those that others lean on last."""
    return tuple(table.name for table in reversed(Base.metadata.sorted_tables) if tuple(_columns(table)))


def _note(session: Session, ids: Iterable[UUID], why: Why, now: datetime) -> None:
    note(session, (Erasure(one, now, why) for one in ids))


def _leads_to_it(
    row: type[PatientSessionRow] | type[WayBackRow], form: UUID, reference: str | None
) -> ColumnElement[bool]:
    # Without a reference nothing may be looked for by it: every draft of anybody's has none.
    by_draft = row.draft_id == form
    return by_draft if reference is None else or_(by_draft, row.reference == reference)


def _rows_of(submission: UUID, signals: Sequence[UUID]) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield from _rows_of_signals(signals)
    for table in reversed(Base.metadata.sorted_tables):
        if columns := tuple(_columns(table)):
            yield table, or_(*(column == submission for column in columns))


def _rows_of_signals(signals: Sequence[UUID]) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """One form may have more of them than a database takes in one question."""
    for column in (SignalDeedRow.signal_id, SignalToldRow.signal_id, SafetySignalRow.id):
        for some in in_parts(signals):
            yield cast(Table, column.class_.__table__), column.in_(some)


def _columns(table: Table) -> Iterator[ColumnElement[UUID]]:
    """The columns that say whose form a row is of: those that lead to a submission, over others or not."""
    if table is SubmissionRow.__table__:
        yield _FORM
    for column in table.columns:
        if any(_leads_to_a_form(key.column) for key in column.foreign_keys):
            yield column


def _leads_to_a_form(column: ColumnElement[UUID]) -> bool:
    if column is _FORM:
        return True
    keys = getattr(column, "foreign_keys", ())
    return any(_leads_to_a_form(key.column) for key in keys)


def _delete(session: Session, table: Table, condition: ColumnElement[bool]) -> int:
    return int(session.execute(delete(table).where(condition)).rowcount)  # type: ignore[attr-defined]
