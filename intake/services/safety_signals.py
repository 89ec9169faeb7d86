"""Safety signals for the people of the clinic: whom to call, and what was done. Reading one is recorded."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain import safety_signal as domain
from intake.domain.events import SafetySignalAnswered, SafetySignalOpened
from intake.domain.permissions import StaffMember
from intake.domain.review_entries import By
from intake.domain.safety_signal import Answering, Signalled
from intake.services.clinic import Clinic
from intake.storage import audit, opened_signals, safety_signals
from intake.storage.opened_signals import Opened
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


def opened(clinic: Clinic) -> Opened:
    """Every signal as it is now. To be asked before a transaction that shows them: opening thousands takes
    time, and until such a transaction ends nobody else can record anything.
    """
    return opened_signals.look(clinic.database, clinic.keys)


def alert(clinic: Clinic, session: Session, before: Opened) -> Alert | None:
    """What to say above the queue; None when nobody waits. Whoever calls records the look.

    ``before`` is what was ``opened`` beforehand; what was raised since is opened now.
    """
    if not safety_signals.are_there(session):
        return None
    now = clinic.now()
    found = safety_signals.of_late(session, clinic.keys, now, before)
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
    before, now = opened(clinic), clinic.now()
    with clinic.database.write() as session:
        found = safety_signals.of_late(session, clinic.keys, now, before)
        told = _told(session, found.patients, now)
        events = [SafetySignalOpened(one.newest.id) for one in found.patients]
        audit.record_all(session, clinic.keys, member.id, events, now)
    waiting = sorted((one for one in told if one.signalled.is_open), key=lambda one: one.signalled.call_by)
    settled = (one for one in told if not one.signalled.is_open)
    return SignalsPage(tuple(waiting), tuple(settled), found.damaged)


def open_one(clinic: Clinic, member: StaffMember, signal: UUID) -> Told:
    """One patient, by any of their signals; that it was read is recorded. Raises NoSuchSignal."""
    before, now = opened(clinic), clinic.now()
    with clinic.database.write() as session:
        late = safety_signals.of_late(session, clinic.keys, now, before)
        found = _find(late.patients, signal)
        (told,) = _told(session, (found,), now)
        audit.record(session, clinic.keys, member.id, SafetySignalOpened(found.newest.id), now)
    return told


def answer(clinic: Clinic, member: StaffMember, signal: UUID, what: Answering, words: str) -> None:
    """Record what was done. Raises WordsNeeded, NoSuchSignal and AnsweredMeanwhile."""
    now = clinic.now()
    deed = domain.deed(what, words, By(member.id, member.printed_name, clinic.local(now)))
    with clinic.database.write() as session:
        content = safety_signals.add_deed(session, clinic.keys, signal, deed)
        audit.record(session, clinic.keys, member.id, SafetySignalAnswered(signal, content), now)


def _told(session: Session, patients: Collection[Signalled], now: datetime) -> list[Told]:
    sent = safety_signals.forms_of(session, patients)
    drafts = ((one, one.newest.draft) for one in patients)
    return [Told(one, draft if draft in sent else None, one.call_by <= now) for one, draft in drafts]


def _find(patients: Iterable[Signalled], signal: UUID) -> Signalled:
    for one in patients:
        if any(each.id == signal for each in one.signals):
            return one
    raise NoSuchSignal(f"there is no safety signal {signal} of late")
