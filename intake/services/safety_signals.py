"""Safety signals for the people of the clinic: whom to call, and what was done. Reading one is recorded."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain import safety_signal as domain
from intake.domain.events import SafetySignalAnswered, SafetySignalOpened
from intake.domain.permissions import StaffMember
from intake.domain.review_entries import By
from intake.domain.safety_signal import Answering, SignalDeed, Signalled
from intake.services.clinic import Clinic
from intake.storage import audit, safety_signals
from intake.storage.safety_signals import NoSuchSignal


@dataclass(frozen=True, slots=True)
class Alert:
    """What stands above the queue: how many patients wait for a call, and since and until when.

    ``damaged`` signals cannot be opened; each of them may be of somebody else. No name is in it.
    """

    waiting: int
    damaged: int
    since: datetime | None
    call_by: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One patient, and the form that came of it once it was sent."""

    signalled: Signalled
    form: UUID | None
    late: bool


@dataclass(frozen=True, slots=True)
class SignalsPage:
    """Those somebody still has to do something about, and those that are settled, newest first."""

    waiting: tuple[Told, ...]
    settled: tuple[Told, ...]
    damaged: int


def alert(clinic: Clinic, session: Session) -> Alert | None:
    """What to say above the queue; None when nobody waits. Whoever calls records the look."""
    if not safety_signals.are_there(session):
        return None
    now = clinic.now()
    found = safety_signals.of_late(session, clinic.keys, now)
    waiting = [one for one in found.patients if one.is_open]
    if not waiting and not found.damaged:
        return None
    return Alert(
        len(waiting),
        found.damaged,
        min((one.signals[0].at for one in waiting), default=None),
        min((one.call_by for one in waiting), default=None),
        any(one.call_by <= now for one in waiting),
    )


def open_all(clinic: Clinic, member: StaffMember) -> SignalsPage:
    """Every signal of late. That each was read is recorded."""
    now = clinic.now()
    with clinic.database.write() as session:
        found = safety_signals.of_late(session, clinic.keys, now)
        told = [Told(one, safety_signals.form_of(session, one), one.call_by <= now) for one in found.patients]
        events = [SafetySignalOpened(one.newest.id) for one in found.patients]
        audit.record_all(session, clinic.keys, member.id, events, now)
    waiting = sorted((one for one in told if one.signalled.is_open), key=lambda one: one.signalled.call_by)
    settled = (one for one in told if not one.signalled.is_open)
    return SignalsPage(tuple(waiting), tuple(settled), found.damaged)


def open_one(clinic: Clinic, member: StaffMember, signal: UUID) -> Told:
    """One patient, by any of their signals; that it was read is recorded. Raises NoSuchSignal."""
    now = clinic.now()
    with clinic.database.write() as session:
        found = _find(clinic, session, signal)
        told = Told(found, safety_signals.form_of(session, found), found.call_by <= now)
        audit.record(session, clinic.keys, member.id, SafetySignalOpened(found.newest.id), now)
    return told


def answer(
    clinic: Clinic, member: StaffMember, signal: UUID, what: Answering, words: str, seen: int | None = None
) -> None:
    """Record what was done. Raises WordsNeeded, NoSuchSignal and AnsweredMeanwhile.

    ``seen`` is how many deeds stood on the page that was sent. What the same person recorded since then in
    the same words is the same press, made again because nobody heard what became of it: it counts once.
    """
    now = clinic.now()
    deed = domain.deed(what, words, By(member.id, member.printed_name, clinic.local(now)))
    with clinic.database.write() as session:
        if seen is not None and domain.was_recorded(_deeds(clinic, session, signal)[seen:], deed):
            return
        content = safety_signals.add_deed(session, clinic.keys, signal, deed)
        audit.record(session, clinic.keys, member.id, SafetySignalAnswered(signal, content), now)


def _deeds(clinic: Clinic, session: Session, signal: UUID) -> tuple[SignalDeed, ...]:
    return tuple(deed for _, deed in _find(clinic, session, signal).deeds)


def _find(clinic: Clinic, session: Session, signal: UUID) -> Signalled:
    for one in safety_signals.of_late(session, clinic.keys, clinic.now()).patients:
        if any(each.id == signal for each in one.signals):
            return one
    raise NoSuchSignal(f"there is no safety signal {signal} of late")
