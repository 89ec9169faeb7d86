"""Notices that could not be sent: shown to the administrator, tried again or set aside, each on the record.

To whom a patient's notice was to go is shown to nobody who may not see how to reach people.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import Event, NoticeSetAside, NoticesNotSentOpened, NoticeTriedAgain
from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Permission, StaffMember
from intake.services import notices
from intake.services.clinic import SYSTEM, Clinic
from intake.storage import audit, dead_letters, outgoing
from intake.storage.dead_letters import DeadLetter

# From the third try in vain on, some minutes after the first, staff are told that e-mail is held up.
_HELD_UP_AFTER = 3
_WHAT = {
    NoticeKind.MESSAGE: "A message to a patient",
    NoticeKind.UNNAMED_MESSAGE: "A message to a patient",
    NoticeKind.SAVED_FORM: "A link to a saved form",
    NoticeKind.UNNAMED_SAVED_FORM: "A link to a saved form",
    NoticeKind.TO_READ: "To staff: something to read",
    NoticeKind.ACCOUNT: "To one of staff: about their account",
}
WHY = {
    NoticeFailure.UNREACHABLE: "The mail server could not be reached. Check its name and port",
    NoticeFailure.BROKE_OFF: "The mail server stopped answering in the middle",
    NoticeFailure.NOT_UNDERSTOOD: "What answers there does not answer like a mail server. Check the port",
    NoticeFailure.UNPROTECTED: "The mail server offers no encryption here. Check the port and mail_security",
    NoticeFailure.NOT_TRUSTED: "The mail server’s certificate is not to be trusted, or is for another name",
    NoticeFailure.NOT_LET_IN: "The mail server did not accept the user name and password",
    NoticeFailure.NO_PASSWORD: "The file with the password of the mail server cannot be read",
    NoticeFailure.PUT_OFF: "The mail server put it off, again and again",
    NoticeFailure.TURNED_DOWN: "The mail server turned it down",
    NoticeFailure.NO_SUCH_ADDRESS: "The mail server says that nobody has this address",
    NoticeFailure.NO_ADDRESS: "What was typed is no e-mail address",
    NoticeFailure.CANNOT_BE_OPENED: "It cannot be opened: it was changed or damaged, or its key is missing",
    NoticeFailure.RESTORED: "It waited when the restored backup was made, and may have been sent since",
}


class State(Enum):
    """How it goes with the clinic's e-mail."""

    NOT_SET_UP = "not set up"
    FINE = "fine"
    HELD_UP = "held up"
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class MailState:
    """How it goes, and why it does not: in words, empty when there is nothing to say."""

    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """One notice that could not be sent. ``to`` is empty for whoever may not see it."""

    id: UUID
    what: str
    made_at: datetime
    ended_at: datetime
    kept_until: datetime
    tries: int
    why: str
    to: str
    can_be_tried: bool


def state_of(clinic: Clinic) -> MailState:
    """How it goes with e-mail, by what lies in the open."""
    if not notices.is_set_up(clinic.settings):
        return MailState(State.NOT_SET_UP)
    with clinic.database.read() as session:
        found = dead_letters.outbox(session, _HELD_UP_AFTER, clinic.now())
    if found.not_sent:
        return MailState(State.NOT_SENT)
    if found.held_up:
        return MailState(State.HELD_UP, _why(found.failure))
    return MailState(State.FINE)


def not_sent(clinic: Clinic, member: StaffMember | None) -> tuple[NotSent, ...]:
    """Every notice that could not be sent, the newest first; nobody is at the console. Recorded."""
    with clinic.database.write() as session:
        every = dead_letters.every(session, clinic.keys.outbox_keys, clinic.now())
        _record(clinic, session, member, NoticesNotSentOpened(len(every)))
    sees_patients = member is not None and member.may(Permission.SEE_DESK)
    return tuple(_told(one, sees_patients=sees_patients) for one in every)


def try_again(clinic: Clinic, member: StaffMember | None, notice: UUID) -> bool:
    """Have one tried again from now on; False when nothing of it is kept any more."""
    with clinic.database.write() as session:
        done = dead_letters.try_again(session, notice, clinic.now())
        if done:
            _record(clinic, session, member, NoticeTriedAgain(notice))
    return done


def set_aside(clinic: Clinic, member: StaffMember | None, notice: UUID) -> bool:
    """Keep nothing more of one; False when nothing of it is kept any more."""
    with clinic.database.write() as session:
        done = outgoing.erase(session, notice)
        if done:
            _record(clinic, session, member, NoticeSetAside(notice))
    return done


def _told(one: DeadLetter, *, sees_patients: bool) -> NotSent:
    addressed = one.addressed
    what = "A notice" if addressed is None else _WHAT[addressed.kind]
    may_see = addressed is not None and (sees_patients or not addressed.kind.is_to_a_patient)
    to = addressed.recipient if addressed is not None and may_see else ""
    return NotSent(
        one.id,
        what,
        one.created_at,
        one.settled_at,
        one.kept_until,
        one.attempts,
        _why(one.failure),
        to,
        addressed is not None,
    )


def _why(failure: NoticeFailure | None) -> str:
    # Those given up before failures were kept have none.
    return WHY[failure] if failure is not None else "Why was not kept"


def _record(clinic: Clinic, session: Session, member: StaffMember | None, event: Event) -> None:
    audit.record(session, clinic.keys, _actor(member), event, clinic.now())


def _actor(member: StaffMember | None) -> UUID | str:
    return SYSTEM if member is None else member.id
