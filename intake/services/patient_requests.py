"""The clinic's side of what patients ask for: reading it, writing it down, and what came of it.

Nothing happens by itself. Whoever handles a request does what has to be done elsewhere, and records it here.
That a form is to be erased takes two people who read forms, where there are two (docs/decisions/0063).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain import two_people
from intake.domain.events import (
    ErasureConfirmed,
    ErasureProposed,
    ErasureRefused,
    PatientRequestHandled,
    PatientRequestMade,
    PatientRequestsOpened,
    PatientTold,
)
from intake.domain.finding import whole_reference
from intake.domain.patient_requests import Asks, PatientRequest, RequestOutcome, RequestStatus, Step, Way
from intake.domain.permissions import Permission, StaffMember
from intake.domain.two_people import Deed, Said, Stage
from intake.services.clinic import Clinic
from intake.storage import accounts, audit, erasing, patient_requests, replies, same_person, submissions


class NoSuchRequest(Exception):
    """There is no such request about this submission, or it cannot be opened."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One request, the reference of the form it is about, and whether that is signed off.

    ``stage`` is how far two people are with having the form erased.
    """

    request: PatientRequest
    reference: str
    is_signed: bool
    stage: Stage

    @property
    def is_closed(self) -> bool:
        """Nothing is left to do: the patient knows, and nothing is under way that would erase the form."""
        return self.request.status is RequestStatus.CLOSED and self.stage is Stage.NONE


@dataclass(frozen=True, slots=True)
class Requests:
    """Every request: what is still to be done, the oldest first; what is closed, the newest first.

    ``alone``: nobody else here could confirm what whoever looks proposes.
    """

    waiting: tuple[Listed, ...]
    closed: tuple[Listed, ...]
    alone: bool


def every_request(clinic: Clinic, member: StaffMember, about: UUID | None = None) -> Requests:
    """What patients asked for, and where each stands. Reading is recorded with it.

    ``about`` is the submission whose request is worked on, for the record.
    """
    with clinic.database.write() as session:
        by_form = patient_requests.of_several(session, clinic.keys)
        found = [one for requests in by_form.values() for one in requests]
        references = same_person.references(session, tuple({one.submission for one in found}))
        signed = {one for one in by_form if erasing.is_signed(session, one)}
        now = clinic.now()
        listed = sorted(
            (
                Listed(one, references[one.submission], one.submission in signed, one.stage_of_erasing(now))
                for one in found
            ),
            key=lambda one: one.request.at,
        )
        alone = _nobody_else(clinic, session, member)
        event = PatientRequestsOpened(about if about in by_form else None, len(listed))
        audit.record(session, clinic.keys, member.id, event, now)
    closed = [one for one in listed if one.is_closed]
    waiting = [one for one in listed if not one.is_closed]
    return Requests(tuple(waiting), tuple(reversed(closed)), alone)


def write_down(
    clinic: Clinic, member: StaffMember, once: UUID, reference: str, asks: Asks, way: Way, words: str
) -> None:
    """Record what a patient asked for on the phone, in a letter or in person. Raises NoSuchSubmission."""
    at = clinic.local(clinic.now())
    with clinic.database.write() as session:
        whole = whole_reference(reference, clinic.settings.reference_prefix)
        submission = submissions.by_reference(session, whole)
        replies.hold_submission(session, submission)
        request = PatientRequest(submission, 0, asks, words.strip(), at, way, member.printed_name)
        content = patient_requests.add(session, clinic.keys, once, request)
        if content is not None:
            event = PatientRequestMade(submission, content)
            audit.record(session, clinic.keys, member.id, event, at)


def handle(
    clinic: Clinic,
    member: StaffMember,
    submission: UUID,
    number: int,
    outcome: RequestOutcome,
    words: str,
    seen: int,
) -> None:
    """Record what came of a request; ``seen`` is how many steps the page showed.

    Raises OutcomeInWords, StepTaken, NoSuchRequest, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        request = _held(clinic, session, submission, number)
        step = request.handle(outcome, words, member, clinic.now(), seen)
        event = PatientRequestHandled(submission, _kept(clinic, session, request, step))
        audit.record(session, clinic.keys, member.id, event, clinic.now())


def tell(clinic: Clinic, member: StaffMember, submission: UUID, number: int, way: Way, seen: int) -> None:
    """Record that the patient was told what came of it.

    Raises NothingToTell, StepTaken, NoSuchRequest, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        request = _held(clinic, session, submission, number)
        step = request.tell(way, member, clinic.now(), seen)
        event = PatientTold(submission, _kept(clinic, session, request, step))
        audit.record(session, clinic.keys, member.id, event, clinic.now())


def propose_erasing(
    clinic: Clinic, member: StaffMember, submission: UUID, number: int, words: str, seen: int
) -> Said:
    """Propose to erase the form, as its patient asked; agreed at once where nobody else reads forms.

    Raises NothingToErase, NoReason, AskedAlready, StepTaken, NoSuchRequest, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        request, now = _held(clinic, session, submission, number), clinic.now()
        alone = _nobody_else(clinic, session, member)
        said = request.propose_erasing(words, member, now, seen, alone=alone)
        event = ErasureProposed(submission, _kept(clinic, session, request, said), alone)
        audit.record(session, clinic.keys, member.id, event, now)
    return said


def confirm_erasing(clinic: Clinic, member: StaffMember, submission: UUID, number: int, seen: int) -> None:
    """Confirm what another proposed: from now on the form can be erased at the console.

    Raises NothingProposed, OnePersonTwice, StepTaken, NoSuchRequest, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        request, now = _held(clinic, session, submission, number), clinic.now()
        said = request.confirm_erasing(member, now, seen)
        first = request.erasing[-1].member
        event = ErasureConfirmed(submission, _kept(clinic, session, request, said), first)
        audit.record(session, clinic.keys, member.id, event, now)


def refuse_erasing(
    clinic: Clinic, member: StaffMember, submission: UUID, number: int, words: str, seen: int
) -> None:
    """Refuse it, or take it back, until the form is erased.

    Raises NoReason, NothingProposed, StepTaken, NoSuchRequest, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        request, now = _held(clinic, session, submission, number), clinic.now()
        said = request.refuse_erasing(words, member, now, seen)
        event = ErasureRefused(submission, _kept(clinic, session, request, said))
        audit.record(session, clinic.keys, member.id, event, now)


def agreed_to_erase(
    session: Session, clinic: Clinic, forms: Iterable[UUID] | None = None
) -> Mapping[UUID, tuple[UUID, UUID | None]]:
    """The forms that are agreed to be erased: who proposed it, and who confirmed it.

    The second is None where the first was alone.
    """
    found: dict[UUID, tuple[UUID, UUID | None]] = {}
    for submission, requests in patient_requests.of_several(session, clinic.keys, forms).items():
        for one in requests:
            first = two_people.proposed(one.erasing)
            if first is not None and one.stage_of_erasing(clinic.now()) is Stage.AGREED:
                last = one.erasing[-1]
                found[submission] = (first.member, last.member if last.deed is Deed.CONFIRMED else None)
    return found


def may_agree(session: Session, clinic: Clinic) -> tuple[StaffMember, ...]:
    """Those who could agree to have a form erased: whoever reads forms, and has been here."""
    came = accounts.members_who_came(session, clinic.keys)
    return tuple(one for one in came if one.may(Permission.REVIEW))


def _nobody_else(clinic: Clinic, session: Session, member: StaffMember) -> bool:
    return all(one.id == member.id for one in may_agree(session, clinic))


def _kept(clinic: Clinic, session: Session, request: PatientRequest, step: Step) -> str:
    return patient_requests.add_step(session, clinic.keys, request.submission, request.number, step)


def _held(clinic: Clinic, session: Session, submission: UUID, number: int) -> PatientRequest:
    replies.hold_submission(session, submission)
    for one in patient_requests.of(session, clinic.keys, submission):
        if one.number == number and one.asks is not None:
            return one
    raise NoSuchRequest
