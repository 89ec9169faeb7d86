"""Erasing forms: because a patient asked and the clinic may, or because the clinic keeps them no longer.

Which forms a clinic has to keep, and for how long, is for its law and its counsel to say: intake erases none
by itself until ``keep_forms_days`` is set. A form that nobody signed off, or whose patient still waits for an
answer to a request, is never erased because of its age. Because a patient asked, one is erased once two who
read forms agreed to it, where there are two (docs/decisions/0063).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import SubmissionErased
from intake.domain.patient_requests import PatientRequest, RequestStatus
from intake.services import erasing_signals
from intake.services import patient_requests as asked_for
from intake.services.clinic import SYSTEM, Clinic
from intake.services.refusals import Refusal
from intake.storage import (
    audit,
    claims,
    erasing,
    last_trace,
    opened_signals,
    patient_requests,
    replies,
    said_states,
    submissions,
)
from intake.storage.encryption import ClinicKeys
from intake.storage.erasing import Erasure, Why
from intake.storage.submissions import NoSuchSubmission

_AT_ONCE = 500
# Who proposed that a form is erased, and who confirmed it.
_People = tuple[UUID | None, UUID | None]
_NOBODY: _People = (None, None)


class NotReadYet(Refusal):
    """Nobody has signed the form off."""


class NotAgreed(Refusal):
    """Nobody agreed to have the form erased, or not yet two people."""


class ClockAhead(Refusal):
    """The clock shows a time that is far ahead of whatever the audit trail tells."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What was erased: how many forms, and how many rows of the database."""

    forms: int
    rows: int

    def __add__(self, other: "Gone") -> "Gone":
        return Gone(self.forms + other.forms, self.rows + other.rows)


def erase(clinic: Clinic, reference: str, *, unread: bool = False) -> Gone:
    """Erase a form somebody asked to have erased, and people of the clinic agreed to.

    Where nobody reads forms (yet, or any more) nobody could agree: there it is the console's alone. Raises
    NoSuchSubmission, NotAgreed, and NotReadYet for one that nobody signed off, unless ``unread``.
    """
    opened_signals.look(clinic.database, clinic.keys)
    with clinic.database.write() as session:
        submission = submissions.by_reference(session, reference)
        replies.hold_submission(session, submission)
        agreed = asked_for.agreed_to_erase(session, clinic, [submission]).get(submission)
        if agreed is None and asked_for.may_agree(session, clinic):
            raise NotAgreed(
                f"nobody has agreed yet that {reference} is erased. Under Requests on the clinic's side, one "
                "person proposes it and another confirms it, where two read forms. Nothing was erased"
            )
        if not unread and not said_states.is_signed(session, clinic.keys, submission):
            raise NotReadYet(
                f"{reference} is not signed off: somebody may have to read it first. "
                "If it is to go all the same, say so with --unread"
            )
        rows = _erase(clinic, session, submission, Why.REQUESTED, agreed or _NOBODY)
    clinic.database.empty_log()
    return Gone(1, rows)


def agreed(clinic: Clinic) -> tuple[UUID, ...]:
    """The forms that people of the clinic agreed to have erased, and that are still here."""
    with clinic.database.read() as session:
        return tuple(asked_for.agreed_to_erase(session, clinic))


def erase_agreed(clinic: Clinic) -> Gone:
    """Erase every one of them, each in a transaction of its own. Read or not: they saw which it is."""
    rows = forms = 0
    opened_signals.look(clinic.database, clinic.keys)
    for submission in agreed(clinic):
        with suppress(NoSuchSubmission), clinic.database.write() as session:
            replies.hold_submission(session, submission)
            # Somebody may have taken it back just now, or erased it.
            people = asked_for.agreed_to_erase(session, clinic, [submission]).get(submission)
            if people is not None:
                rows += _erase(clinic, session, submission, Why.REQUESTED, people)
                forms += 1
    if forms:
        clinic.database.empty_log()
    return Gone(forms, rows)


def due(clinic: Clinic) -> tuple[UUID, ...]:
    """The forms whose time is over, the oldest first and some hundreds at most.

    None while the clinic has not said how long it keeps them.
    """
    return _due(clinic, clinic.now())


def erase_due(clinic: Clinic, *, clock_is_right: bool = False) -> Gone:
    """Erase every form whose time is over, each in a transaction of its own, and then the safety signals of
    those that were never sent.

    Raises ClockAhead where the audit trail shows a leap of the clock, unless somebody says that it is right.
    """
    # One moment for all: a clock that leaps while this runs changes nothing.
    now = clinic.now()
    if not clock_is_right:
        _refuse_a_leap(clinic, now)
    rows = []
    opened_signals.look(clinic.database, clinic.keys)
    for submission in _due(clinic, now):
        with clinic.database.write() as session:
            if _is_still_due(clinic, session, submission, now):
                rows.append(_erase(clinic, session, submission, Why.TIME_OVER))
    rows += filter(None, erasing_signals.erase_due(clinic, now))
    if rows:
        clinic.database.empty_log()
    return Gone(len(rows), sum(rows))


def count_due(clinic: Clinic) -> int:
    """How many forms ``intake erase due`` would erase now, those that were never sent among them."""
    return len({*agreed(clinic), *due(clinic), *erasing_signals.due(clinic, clinic.now())})


def erased(clinic: Clinic) -> tuple[Erasure, ...]:
    """Everything that was ever erased."""
    with clinic.database.read() as session:
        return erasing.erased(session)


def line(erasure: Erasure) -> str:
    """An erasure as a line of text, to be kept beside the backups."""
    return f"{erasure.erased_id} {erasure.at.isoformat()} {erasure.why.value}"


def written(words: str) -> Erasure:
    """The erasure in such a line. Raises ValueError."""
    erased, moment, why = words.split()
    at = datetime.fromisoformat(moment)
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone could be any hour")
    return Erasure(UUID(erased), at, Why(why))


def written_in(lines: Iterable[str]) -> tuple[Erasure, ...]:
    """The erasures in such lines. Raises Refusal."""
    try:
        return tuple(written(one) for one in lines if one.strip())
    except ValueError:
        raise Refusal("a line is not one that `intake erase list` prints") from None


def erase_again(clinic: Clinic, erasures: Iterable[Erasure]) -> Gone:
    """After an older backup was put back: erase what had been erased since it was made.

    Also where the form was still a draft then, or a paper that somebody typed in.
    """
    listed = tuple(erasures)
    gone = [one for one in _again(clinic, listed) if one]
    with clinic.database.write() as session:
        erasing.note(session, listed)
    clinic.database.empty_log()
    return Gone(len(gone), sum(gone))


def erase_once_more(session: Session, keys: ClinicKeys, listed: Erasure, now: datetime) -> int:
    """Erase what is there of something that was erased before; how many rows. It went at that time."""
    rows = erasing.erase(session, keys, listed.erased_id, listed.why, listed.at)
    if rows:
        event = SubmissionErased(listed.erased_id, listed.why.value, rows)
        audit.record(session, keys, SYSTEM, event, now)
    return rows


def _refuse_a_leap(clinic: Clinic, now: datetime) -> None:
    with clinic.database.read() as session:
        leap = last_trace.leap_in_the_trail(session, now)
    if leap is None:
        return
    raise ClockAhead(
        f"the clock of this machine shows {_shown(now)}, and the audit trail has no line from "
        f"{_shown(leap.before)} to {_shown(leap.after)}. If the clock is wrong, set it right. If it is "
        "right, for example because the clinic was closed, wait for a day of work, or say so now with "
        "--the-clock-is-right. Nothing was erased"
    )


def _shown(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _due(clinic: Clinic, now: datetime) -> tuple[UUID, ...]:
    if not clinic.settings.keep_forms_days:
        return ()
    with clinic.database.read() as session:
        old = erasing.signed_before(session, _over(clinic, now), _AT_ONCE)
        # What lies in the open may have been written by anybody: what nobody finished is not erased for it.
        unread = set(said_states.not_finished(session, clinic.keys, old))
        waiting = patient_requests.of_several(session, clinic.keys, old)
    return tuple(one for one in old if one not in unread and not _is_waited_for(waiting.get(one, ())))


def _is_still_due(clinic: Clinic, session: Session, submission: UUID, now: datetime) -> bool:
    """Whether nobody took it up again, and no patient asked, since it was found to be due."""
    try:
        # First: whoever takes it up, or asks, was before this or waits for it.
        claims.hold(session, submission)
    except NoSuchSubmission:
        return False
    if said_states.not_finished(session, clinic.keys, (submission,)):
        return False
    waiting = patient_requests.of_several(session, clinic.keys, (submission,)).get(submission, ())
    over = _over(clinic, now)
    return erasing.is_signed_before(session, submission, over) and not _is_waited_for(waiting)


def _over(clinic: Clinic, now: datetime) -> datetime:
    return now - timedelta(days=clinic.settings.keep_forms_days)


def _again(clinic: Clinic, erasures: tuple[Erasure, ...]) -> Iterator[int]:
    opened_signals.look(clinic.database, clinic.keys)
    with clinic.database.read() as session:
        there = erasing.still_there(session, clinic.keys, erasures)
    for one in there:
        with clinic.database.write() as session:
            yield erase_once_more(session, clinic.keys, one, clinic.now())
    with clinic.database.write() as session:
        yield erasing_signals.erase_again(session, clinic.keys, erasures, clinic.now())


def _erase(clinic: Clinic, session: Session, submission: UUID, why: Why, people: _People = _NOBODY) -> int:
    at = clinic.now()
    rows = erasing.erase(session, clinic.keys, submission, why, at, opened_signals.kept(clinic.database))
    event = SubmissionErased(submission, why.value, rows, *people)
    audit.record(session, clinic.keys, SYSTEM, event, at)
    return rows


def _is_waited_for(requests: Iterable[PatientRequest]) -> bool:
    return any(one.status is not RequestStatus.CLOSED for one in requests)
