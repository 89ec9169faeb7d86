"""Taking in what patients sent more: a new revision of the submission, screened again.

The patient site can seal a reply and never open one. The clinic site takes in whatever waits before
it shows the queue or a form, so that nobody works on answers that are no longer the newest.
"""

import logging
from uuid import UUID

from sqlalchemy.orm import Session

from intake.content.library import Asked
from intake.domain.events import Event, ReviewReopened, SubmissionRevised, SubmissionScreened
from intake.domain.replies import Reply, revised
from intake.domain.review import Review
from intake.domain.review_entries import Revised
from intake.domain.screening import Screening
from intake.services.asked_then import asked_then
from intake.services.clinic import SYSTEM, Clinic
from intake.services.screening_again import screen_again
from intake.storage import audit, reviews, revisions, submissions
from intake.storage import replies as stored

_log = logging.getLogger("intake")
_told: set[UUID] = set()  # what this process has written to its log, once and not for every page


def take_in(clinic: Clinic) -> int:
    """Take in every reply that waits; how many were. Cheap when there is none.

    One that cannot be taken in stays as it is and keeps no other from it: the form says so to whoever
    opens it (``storage.replies.waiting_of``).
    """
    with clinic.database.read() as session:
        waiting = stored.waiting(session)
    return sum(_taken_in(clinic, submission, reply) for submission, reply in waiting)


def _taken_in(clinic: Clinic, submission: UUID, reply: UUID) -> bool:
    try:
        asked = _asked(clinic, submission)
        with clinic.database.write() as session:
            return _take_in(clinic, session, submission, reply, asked)
    except Exception as error:
        # Whatever is wrong with one reply, the queue and the other forms must open. The class alone
        # is logged: an error's text may quote an answer.
        if reply not in _told:
            _told.add(reply)
            _log.error("reply %s was not taken in (%s); it is kept", reply, type(error).__name__)
        return False


def _asked(clinic: Clinic, submission: UUID) -> Asked:
    with clinic.database.read() as session:
        then = submissions.fetch(session, clinic.keys, submission).editions
    return asked_then(clinic.database, clinic.library, then.questionnaire, then.medicines)


def _take_in(clinic: Clinic, session: Session, submission: UUID, reply_id: UUID, asked: Asked) -> bool:
    before = reviews.review(session, clinic.keys, submission)  # held from here on
    reply = stored.open_waiting(session, clinic.keys, reply_id)
    if reply is None:
        return False
    newest = revised(before.submission, reply, asked.questionnaire, asked.formulary)
    screening = screen_again(clinic.library, newest, clinic.now())
    key = submissions.record_key(session, clinic.keys, submission)
    kept = revisions.add(session, key, newest)
    screened = reviews.add_screening(session, clinic.keys, submission, screening)
    reviews.add_entry(session, clinic.keys, submission, _entry(newest.revision, reply))
    stored.taken_in(session, reply_id, newest.revision)
    number = len(before.screenings) + 1
    rules = screening.editions.rules
    events: tuple[Event, ...] = (
        SubmissionRevised(submission, newest.revision, kept),
        SubmissionScreened(submission, number, screened, rules, not screening.incomplete),
    )
    if _goes_beyond(before, screening):
        events = (*events, ReviewReopened(submission, number))
    for event in events:
        audit.record(session, clinic.keys, SYSTEM, event, clinic.now())
    return True


def _entry(revision: int, reply: Reply) -> Revised:
    return Revised(revision, reply.asked, reply.words, tuple(reply.changes), reply.signature.at)


def _goes_beyond(before: Review, screening: Screening) -> bool:
    """Whether the screening says anything that a standing sign-off does not cover."""
    if not before.standing.signed:
        return False
    return not {flag.key for flag in screening.flags} <= set(before.sign_offs[-1].flags)
