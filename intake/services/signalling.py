"""Telling the clinic at once that an answer opened the support page, before the form is sent.

Off unless the clinic set who answers it (``domain/safety_signal.py``). What is said to the patient
follows what was kept: the draft says that the clinic was told if, and only if, the same transaction
holds the signal.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from intake.domain.answers import Answers
from intake.domain.contact import Contact
from intake.domain.events import SafetySignalRaised
from intake.domain.questionnaire import Questionnaire, SafetyPage
from intake.domain.safety_signal import Signal, SignalDuty, ToldClinic
from intake.domain.submissions import Draft
from intake.log import Noted, note
from intake.services.clinic import PatientDesk
from intake.storage import audit, safety_signals

_PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a patient is told who was shown the support page and whose clinic knows.

    ``past`` says that the time has come and gone. ``no_number`` says that they have not given one.
    """

    at: datetime
    call_by: datetime
    today: bool
    there_now: bool
    past: bool
    no_number: bool


def may_signal(questionnaire: Questionnaire) -> bool:
    """Whether any safety page is one after which a clinic may be told."""
    return any(page.may_signal for page in questionnaire.safety_pages)


def duty_of(desk: PatientDesk) -> SignalDuty | None:
    """Who answers signals here; None while they are off."""
    return desk.settings.safety_signal if may_signal(desk.library.questionnaire) else None


def after_saving(
    desk: PatientDesk, session: Session, before: Draft, draft: Draft, shown: SafetyPage | None
) -> Draft:
    """The draft with what the clinic was told of it; the same when it was told nothing now.

    ``shown`` is the safety page that an answer of this page opens. Of somebody it knows of, the clinic
    is told as well when they say how to reach them, or change it. Whatever goes wrong here costs
    neither the answer nor the page.
    """
    duty = desk.settings.safety_signal
    if duty is None:
        return draft
    if shown is not None and shown.may_signal:
        at = desk.local(desk.now())
        return _with(desk, session, draft, ToldClinic(at, duty.call_by(at)), shown.title)
    if draft.told is not None and Contact.of(before.answers) != Contact.of(draft.answers):
        return _with(desk, session, draft, draft.told, "")
    return draft


def promise(desk: PatientDesk, draft: Draft, shown: SafetyPage) -> Promise | None:
    """What the support page says of it; None when the clinic knows of nothing."""
    told, duty = draft.told, desk.settings.safety_signal
    if told is None or not shown.may_signal:
        return None
    now = desk.local(desk.now())
    return Promise(
        at=told.at,
        call_by=told.call_by,
        today=told.call_by.date() == now.date(),
        there_now=duty is not None and duty.is_there(now),
        past=told.call_by <= now,
        no_number=not _number(draft.answers),
    )


def _number(answers: Answers) -> str:
    return Contact.of(answers).phone


def _with(desk: PatientDesk, session: Session, draft: Draft, told: ToldClinic, page: str) -> Draft:
    contact = Contact.of(draft.answers)
    at = desk.local(desk.now())
    signal = Signal(uuid4(), draft.id, at, told.call_by, contact, page)
    try:
        with session.begin_nested():
            content = safety_signals.add(session, desk.keys, signal)
            audit.record(session, desk.keys, _PATIENT, SafetySignalRaised(signal.id, content), at)
    except Exception as error:
        # The answer is saved and the help lines are shown, and nobody is told of a call that nobody
        # was asked to make. The class alone: an error may quote what was being kept.
        note(Noted.SIGNAL_NOT_KEPT, error=error)
        return draft
    return replace(draft, told=told)
