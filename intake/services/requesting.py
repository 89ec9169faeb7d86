"""A patient asks the clinic to stop using a form they sent, or to delete it: a task for people."""

from uuid import UUID

from intake.domain.events import PatientRequestMade
from intake.domain.patient_requests import Asks, PatientRequest
from intake.domain.within_a_day import MOST_REQUESTS, TooMuchToday
from intake.services.answering import PATIENT
from intake.services.clinic import PatientDesk
from intake.services.replying import sent_here
from intake.storage import audit, patient_requests, replies


def ask(
    desk: PatientDesk, form_token: str, reply_token: str, once: UUID, asks: Asks, words: str = ""
) -> bool:
    """Seal what whoever sent a form or a reply in this browser asks for; False for anybody else.

    Asking again from the same page, whose number is ``once``, changes nothing. Raises TooMuchToday.
    """
    at = desk.local(desk.now())
    with desk.database.write() as session:
        submission = sent_here(session, desk, form_token, reply_token)
    if submission is None:
        return False
    with desk.database.write() as session:
        # Apart from the first, and the submission first: whoever works on it holds it first too.
        replies.hold_submission(session, submission)
        request = PatientRequest(submission, 0, asks, words.strip(), at)
        content = patient_requests.add(session, desk.keys, once, request)
        if content is not None:
            if patient_requests.came_within_a_day(session, submission, at) > MOST_REQUESTS:
                raise TooMuchToday  # and nothing is kept
            event = PatientRequestMade(submission, content)
            audit.record(session, desk.keys, PATIENT, event, at)
    return True
