"""People of a clinic who agree that a form is erased, as they do under Requests."""

from uuid import uuid4

from intake.domain.patient_requests import Asks, Way
from intake.domain.permissions import StaffMember
from intake.services import patient_requests
from intake.services.clinic import Clinic
from intake.storage import patient_requests as stored
from intake.storage import submissions

REASON = "Our counsel says that we may"


def asked_to_erase(clinic: Clinic, first: StaffMember, reference: str):
    """A patient asked on the phone to have a form deleted: the submission, and the number of the request."""
    patient_requests.write_down(clinic, first, uuid4(), reference, Asks.ERASE, Way.PHONE, "")
    with clinic.database.read() as session:
        submission = submissions.by_reference(session, reference)
        return submission, stored.of(session, clinic.keys, submission)[-1].number


def agree_to_erase(
    clinic: Clinic, reference: str, first: StaffMember, second: StaffMember | None = None
) -> None:
    """Somebody proposes it and somebody else confirms it; one alone where there is one."""
    submission, number = asked_to_erase(clinic, first, reference)
    patient_requests.propose_erasing(clinic, first, submission, number, REASON, 0)
    if second is not None:
        patient_requests.confirm_erasing(clinic, second, submission, number, 1)
