"""Safety signals: sealed for the clinic as they are raised, with what was done about each. Nothing in the
open says whose they are, nor which form came of one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.events import SafetySignalRaised
from intake.domain.safety_signal import Signal, SignalDeed, Signalled, by_patient
from intake.storage import audit
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_safety_signals import (
    signal_deed_from_bytes,
    signal_deed_to_bytes,
    signal_from_bytes,
    signal_to_bytes,
)
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
from intake.storage.submissions import to_the_minute
from intake.storage.tables import SafetySignalRow, SignalDeedRow, SignalToldRow, SubmissionRow

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
    sealed = key.seal(signal_to_bytes(signal), _sealed_place(signal.id))
    session.add(
        SafetySignalRow(
            id=signal.id,
            created_at=to_the_minute(signal.at),
            wrapped_key=seal_for_clinic(keys, key, _key_place(signal.id)),
            sealed=sealed,
        )
    )
    session.flush()
    return content_digest(sealed)


def are_there(session: Session) -> bool:
    """Whether there ever was one."""
    return session.scalar(select(SafetySignalRow.id).limit(1)) is not None


def of_late(session: Session, keys: ClinicKeys, now: datetime) -> Signals:
    """Those of the last weeks, and of every older one each patient somebody still has to do something for.

    Whether that is so is sealed, so every signal is opened, however old.
    """
    found: dict[UUID, tuple[Signal, tuple[SignalDeed, ...]]] = {}
    damaged = 0
    for row in session.scalars(select(SafetySignalRow)):
        try:
            key = _key(keys, row)
            found[row.id] = _signal(key, row), tuple(_deeds(session, key, row.id))
        except (DecryptionFailed, UnknownRecord):
            damaged += 1
    raised = audit.places(session, SafetySignalRaised)
    # By the trail, and not by the clock: it may have been set back between two answers, and the last word of
    # a patient must not pass for an older one. One without a line would be new, and so nothing settles it.
    ordered = sorted(
        (signal for signal, _ in found.values()),
        key=lambda one: (one.id not in raised, raised.get(one.id, 0), one.at),
    )
    grouped = by_patient(ordered)
    patients = (
        Signalled(
            signals,
            tuple(
                sorted(
                    ((place, deed) for place, one in enumerate(signals, 1) for deed in found[one.id][1]),
                    key=lambda each: each[1].by.at,
                )
            ),
        )
        for signals in grouped
    )
    shown = [one for one in patients if one.is_open or one.newest.at >= now - SHOWN_FOR]
    return Signals(tuple(sorted(shown, key=lambda one: one.newest.at, reverse=True)), damaged)


def of_form(session: Session, keys: ClinicKeys, form: UUID) -> tuple[UUID, ...]:
    """The signals raised while a form was written. Whose one is, is sealed: every signal is opened."""
    return tuple(one for one, draft in drafts(session, keys).items() if draft == form)


def drafts(session: Session, keys: ClinicKeys) -> dict[UUID, UUID | None]:
    """Every signal with the draft it was raised in; None where it cannot be opened."""
    found: dict[UUID, UUID | None] = {}
    for row in session.scalars(select(SafetySignalRow)):
        try:
            found[row.id] = _signal(_key(keys, row), row).draft
        except (DecryptionFailed, UnknownRecord):
            found[row.id] = None
    return found


def is_untold(session: Session, since: datetime) -> bool:
    """Whether staff have yet to be told of a signal raised since then. It may be one nobody can open."""
    return session.scalar(_untold(since).limit(1)) is not None


def take_untold(session: Session, since: datetime) -> bool:
    """Mark each signal raised since then as told; whether there was one that nobody else tells of.

    They are to be told in this transaction. A mark and not a moment: when a signal was raised says
    nothing of when it could first be seen by whoever tells of it.
    """
    taken = False
    # In one order, so that two who tell at once do not wait for each other.
    for signal in session.scalars(_untold(since).order_by(SafetySignalRow.id)).all():
        try:
            with session.begin_nested():
                session.add(SignalToldRow(signal_id=signal))
        except IntegrityError:
            continue
        taken = True
    return taken


def add_deed(session: Session, keys: ClinicKeys, signal: UUID, deed: SignalDeed) -> str:
    """Keep what was done; the SHA-256 of what is stored. Raises NoSuchSignal and AnsweredMeanwhile."""
    row = session.get(SafetySignalRow, signal)
    if row is None:
        raise NoSuchSignal(f"there is no safety signal {signal}")
    query = select(func.count()).select_from(SignalDeedRow).where(SignalDeedRow.signal_id == signal)
    number = (session.scalar(query) or 0) + 1
    sealed = _key(keys, row).seal(signal_deed_to_bytes(deed), _deed_place(signal, number))
    try:
        with session.begin_nested():
            session.add(SignalDeedRow(signal_id=signal, number=number, sealed=sealed))
    except IntegrityError:
        raise AnsweredMeanwhile from None
    return content_digest(sealed)


def form_of(session: Session, signalled: Signalled) -> UUID | None:
    """The form that came of it: a submission has its draft's id. None until it is sent."""
    query = select(SubmissionRow.id).where(SubmissionRow.id == signalled.newest.draft)
    return session.scalar(query)


def _untold(since: datetime) -> Select[UUID]:
    told = select(SignalToldRow.signal_id).where(SignalToldRow.signal_id == SafetySignalRow.id).exists()
    return select(SafetySignalRow.id).where(SafetySignalRow.created_at >= to_the_minute(since), ~told)


def _key(keys: ClinicKeys, row: SafetySignalRow) -> SealingKey:
    return open_for_clinic(keys, row.wrapped_key, _key_place(row.id))


def _signal(key: SealingKey, row: SafetySignalRow) -> Signal:
    return signal_from_bytes(key.open(row.sealed, _sealed_place(row.id)))


def _deeds(session: Session, key: SealingKey, signal: UUID) -> Iterator[SignalDeed]:
    query = select(SignalDeedRow).where(SignalDeedRow.signal_id == signal).order_by(SignalDeedRow.number)
    for row in session.scalars(query):
        yield signal_deed_from_bytes(key.open(row.sealed, _deed_place(signal, row.number)))


def _key_place(signal: UUID) -> Place:
    return Place("safety_signals", "wrapped_key", signal)


def _sealed_place(signal: UUID) -> Place:
    return Place("safety_signals", "sealed", signal)


def _deed_place(signal: UUID, number: int) -> Place:
    return Place("signal_deeds", "sealed", signal, number)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_CLINIC = SealedColumn(
    SafetySignalRow, "wrapped_key", KeyPurpose.CLINIC, lambda _, row: _key_place(row.id)
)
