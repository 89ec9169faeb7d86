"""Safety signals: sealed for the clinic as they are raised, with what was done about each. Nothing in the
open says whose they are, nor which form came of one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.safety_signal import Signal, SignalDeed, Signalled
from intake.storage.codec_safety_signals import signal_deed_to_bytes, signal_to_bytes
from intake.storage.database import insert_each_unless_kept
from intake.storage.encryption import (
    ClinicKeys,
    PatientKeys,
    content_digest,
    new_record_key,
    seal_for_clinic,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.opened_signals import (
    NOTHING,
    Opened,
    deed_place,
    in_parts,
    key_of,
    key_place,
    read,
    sealed_place,
)
from intake.storage.sealed_columns import SealedColumn
from intake.storage.submissions import to_the_minute
from intake.storage.tables import DraftRow, SafetySignalRow, SignalDeedRow, SignalToldRow, SubmissionRow

# What is settled stays to be read for so long; whoever still waits for a call stays for good.
SHOWN_FOR = timedelta(days=30)


class NoSuchSignal(Exception):
    """There is no safety signal under this id."""


class AnsweredMeanwhile(Exception):
    """Somebody else recorded something about the same signal at the same moment."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Every patient there is a signal of, newest first, and how many signals cannot be opened."""

    patients: tuple[Signalled, ...]
    damaged: int


def add(session: Session, keys: PatientKeys, signal: Signal) -> str:
    """Keep a signal; the SHA-256 of what is stored."""
    key = new_record_key(keys)
    sealed = key.seal(signal_to_bytes(signal), sealed_place(signal.id))
    session.add(
        SafetySignalRow(
            id=signal.id,
            created_at=to_the_minute(signal.at),
            wrapped_key=seal_for_clinic(keys, key, key_place(signal.id)),
            sealed=sealed,
        )
    )
    session.flush()
    return content_digest(sealed)


def are_there(session: Session) -> bool:
    """Whether there ever was one."""
    return session.scalar(select(SafetySignalRow.id).limit(1)) is not None


def ids(session: Session) -> frozenset[UUID]:
    """Every signal there is."""
    return frozenset(session.scalars(select(SafetySignalRow.id)))


def of_late(session: Session, keys: ClinicKeys, now: datetime, before: Opened = NOTHING) -> Signals:
    """Those of the last weeks, and of every older one each patient somebody still has to do something for.

    Whether that is so is sealed, so every signal is opened, however old, but for those that were ``before``.
    """
    opened = read(session, keys, before)
    shown = [one for one in opened.patients if one.is_open or one.newest.at >= now - SHOWN_FOR]
    newest_first = sorted(shown, key=lambda one: one.newest.at, reverse=True)
    return Signals(tuple(newest_first), len(opened.damaged))


def of_form(session: Session, keys: ClinicKeys, form: UUID, before: Opened = NOTHING) -> tuple[UUID, ...]:
    """The signals raised while a form was written. Whose one is, is sealed: every signal is opened."""
    return tuple(one.id for one in read(session, keys, before).signals.values() if one.draft == form)


def left_behind(session: Session, patients: Iterable[Signalled]) -> tuple[Signalled, ...]:
    """Those of whom there is neither a form that was sent nor one that may still be."""
    patients = tuple(patients)
    drafts = tuple(one.newest.draft for one in patients)
    query = select(DraftRow.id)
    # Drafts first: one that is sent meanwhile is among the forms then.
    still_open = {
        one for some in in_parts(drafts) for one in session.scalars(query.where(DraftRow.id.in_(some)))
    }
    gone = tuple(one for one in patients if one.newest.draft not in still_open)
    sent = forms_of(session, gone)
    return tuple(one for one in gone if one.newest.draft not in sent)


def is_untold(session: Session, since: datetime) -> bool:
    """Whether staff have yet to be told of a signal raised since then. It may be one nobody can open."""
    return session.scalar(_untold(since).limit(1)) is not None


def is_news(session: Session, keys: ClinicKeys, since: datetime, before: Opened = NOTHING) -> bool:
    """Whether one that staff have yet to be told of is more than one more of the same.

    It is the same where they were told of another of that form after which nothing was settled: they know
    that somebody waits. Whatever cannot be opened is news.
    """
    untold = set(session.scalars(_untold(since)))
    if not untold:
        return False
    told = set(session.scalars(select(SignalToldRow.signal_id)))
    known = {
        one.id
        for patient in read(session, keys, before).patients
        if not told.isdisjoint(one.id for one in patient.since_settled)
        for one in patient.since_settled
    }
    return not untold <= known


def take_untold(session: Session, since: datetime) -> bool:
    """Mark each signal raised since then as told; whether there was one that nobody else tells of.

    They are to be told in this transaction. A mark and not a moment: when a signal was raised says
    nothing of when it could first be seen by whoever tells of it.
    """
    # In one order, so that two who tell at once do not wait for each other.
    return insert_each_unless_kept(session, SignalToldRow, _untold(since).order_by(SafetySignalRow.id)) > 0


def add_deed(session: Session, keys: ClinicKeys, signal: UUID, deed: SignalDeed) -> str:
    """Keep what was done; the SHA-256 of what is stored. Raises NoSuchSignal and AnsweredMeanwhile."""
    row = session.get(SafetySignalRow, signal)
    if row is None:
        raise NoSuchSignal(f"there is no safety signal {signal}")
    query = select(func.count()).select_from(SignalDeedRow).where(SignalDeedRow.signal_id == signal)
    number = (session.scalar(query) or 0) + 1
    sealed = key_of(keys, row.id, row.wrapped_key).seal(
        signal_deed_to_bytes(deed), deed_place(signal, number)
    )
    try:
        with session.begin_nested():
            session.add(SignalDeedRow(signal_id=signal, number=number, sealed=sealed))
    except IntegrityError:
        raise AnsweredMeanwhile from None
    return content_digest(sealed)


def forms_of(session: Session, patients: Iterable[Signalled]) -> frozenset[UUID]:
    """The forms that came of them: a submission has its draft's id. None of one that was not sent."""
    drafts = tuple(one.newest.draft for one in patients)
    query = select(SubmissionRow.id)
    return frozenset(
        one for some in in_parts(drafts) for one in session.scalars(query.where(SubmissionRow.id.in_(some)))
    )


def _untold(since: datetime) -> Select[UUID]:
    told = select(SignalToldRow.signal_id).where(SignalToldRow.signal_id == SafetySignalRow.id).exists()
    return select(SafetySignalRow.id).where(SafetySignalRow.created_at >= to_the_minute(since), ~told)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_CLINIC = SealedColumn(
    SafetySignalRow, "wrapped_key", KeyPurpose.CLINIC, lambda _, row: key_place(row.id)
)
