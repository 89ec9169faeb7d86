"""A patient reads once more what they sent, in the browser they sent it from."""

from intake.domain.events import OwnCopyOpened
from intake.domain.submissions import Receipt, Submission
from intake.services import answering
from intake.services.answering import PATIENT
from intake.services.clinic import PatientDesk
from intake.storage import audit, own_copies

PAGE, PDF = "page", "pdf"


def is_there(desk: PatientDesk, token: str) -> bool:
    """Whether this browser can open a copy still."""
    with desk.database.read() as session:
        return own_copies.is_there(session, token, desk.now())


def opened(desk: PatientDesk, token: str, paper: str) -> Submission | None:
    """The form as it was sent from this browser, recorded as read; None once that is over.

    It holds answers and the signature, and nothing that rules made of them: the patient's site has
    never had more than that in its hands.
    """
    if not isinstance(answering.find(desk, token), Receipt):
        return None
    with desk.database.write() as session:
        now = desk.now()
        submission = own_copies.find(session, desk.keys, token, now)
        if submission is None:
            return None
        audit.record(session, desk.keys, PATIENT, OwnCopyOpened(submission.id, paper), now)
    return submission
