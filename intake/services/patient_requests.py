"""The clinic's side of what patients ask for: reading it, writing it down, and what came of it.

Nothing happens by itself. Whoever handles a request does what has to be done elsewhere, and records it here.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import (
    PatientRequestHandled,
    PatientRequestMade,
    PatientRequestsOpened,
    PatientTold,
)
from intake.domain.finding import whole_reference
from intake.domain.patient_requests import Asks, PatientRequest, RequestOutcome, RequestStatus, Way
from intake.domain.permissions import StaffMember
from intake.services.clinic import Clinic
from intake.storage import audit, patient_requests, replies, same_person, submissions


class NoSuchRequest(Exception):
    """There is no such request about this submission, or it cannot be opened."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One request, and the reference of the form it is about."""

    request: PatientRequest
    reference: str


@dataclass(frozen=True, slots=True)
class Requests:
    """Every request: what is still to be done, the oldest first; what is closed, the newest first."""

    waiting: tuple[Listed, ...]
    closed: tuple[Listed, ...]


def every_request(clinic: Clinic, member: StaffMember, about: UUID | None = None) -> Requests:
    """What patients asked for, and where each stands. Reading is recorded with it.

    ``about`` is the submission whose request is worked on, for the record.
    """
    with clinic.database.write() as session:
        by_form = patient_requests.of_several(session, clinic.keys)
        found = [one for requests in by_form.values() for one in requests]
        references = same_person.references(session, tuple({one.submission for one in found}))
        listed = sorted(
            (Listed(one, references[one.submission]) for one in found), key=lambda one: one.request.at
        )
        event = PatientRequestsOpened(about if about in by_form else None, len(listed))
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    closed = [one for one in listed if one.request.status is RequestStatus.CLOSED]
    waiting = [one for one in listed if one.request.status is not RequestStatus.CLOSED]
    return Requests(tuple(waiting), tuple(reversed(closed)))


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
        content = patient_requests.add_step(session, clinic.keys, submission, number, step)
        event = PatientRequestHandled(submission, content)
        audit.record(session, clinic.keys, member.id, event, clinic.now())


def tell(clinic: Clinic, member: StaffMember, submission: UUID, number: int, way: Way, seen: int) -> None:
    """Record that the patient was told what came of it.

    Raises NothingToTell, StepTaken, NoSuchRequest, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        request = _held(clinic, session, submission, number)
        step = request.tell(way, member, clinic.now(), seen)
        content = patient_requests.add_step(session, clinic.keys, submission, number, step)
        event = PatientTold(submission, content)
        audit.record(session, clinic.keys, member.id, event, clinic.now())


def _held(clinic: Clinic, session: Session, submission: UUID, number: int) -> PatientRequest:
    replies.hold_submission(session, submission)
    for one in patient_requests.of(session, clinic.keys, submission):
        if one.number == number and one.asks is not None:
            return one
    raise NoSuchRequest
