"""Taking in what patients sent more: a new revision of the submission, screened again.

The patient site can seal a reply and never open one. The clinic site takes in whatever waits before
it shows the queue or a form, so that nobody works on answers that are no longer the newest.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import Event, ReviewReopened, SubmissionRevised, SubmissionScreened
from intake.domain.replies import Reply, revised, signed_anew
from intake.domain.review import Review
from intake.domain.review_entries import Revised
from intake.domain.screening import Screening
from intake.domain.submissions import Submission
from intake.log import Noted, note
from intake.services.asked_then import asked_then
from intake.services.clinic import SYSTEM, Clinic
from intake.services.languages import as_read
from intake.services.screening_again import screen_again
from intake.storage import audit, reviews, revisions, submissions
from intake.storage import replies as stored

# Each costs its whole form, and somebody waits for the page: what is over waits for the next look.
MOST_AT_ONCE = 20
_failed: set[UUID] = set()  # what this process could not take in, and said so in its log once
_left: set[UUID] = set()  # what this process saw and left to the next look


class ReplyWaits(Exception):
    """The patient sent something that is not in the form: nobody signs before it was read."""


def take_in(clinic: Clinic, *first: UUID) -> int:
    """Take in what waits, ``MOST_AT_ONCE`` replies at most; how many were. Cheap when there is none.

    Those to the forms that are ``first`` come before others; then one of each form in turn, so that no
    patient who writes much is in another's way. One that cannot be taken in stays as it is and keeps no
    other from it, as one that is left over: the form stands in the queue (``unread``), says so to whoever
    opens it (``storage.replies.waiting_of``), and is not signed.
    """
    with clinic.database.read() as session:
        waiting = _in_turn(stored.waiting(session), first)
    _left.update(reply for _, reply in waiting[MOST_AT_ONCE:])
    return sum(_taken_in(clinic, submission, reply) for submission, reply in waiting[:MOST_AT_ONCE])


def take_in_all(clinic: Clinic) -> None:
    """The same until nothing is left that can be taken in: for what tells of all forms, with no page."""
    while take_in(clinic):
        pass


def _in_turn(waiting: Iterable[tuple[UUID, UUID]], first: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    earlier = Counter[UUID]()
    turns: list[tuple[bool, bool, int]] = []
    every = list(waiting)
    for submission, reply in every:
        # What failed before is tried again, and never in the place of what was not tried yet.
        turns.append((reply in _failed, submission not in first, earlier[submission]))
        earlier[submission] += submission not in first
    order = sorted(range(len(every)), key=lambda at: (turns[at], at))
    return [every[at] for at in order]


def _taken_in(clinic: Clinic, submission: UUID, reply: UUID) -> bool:
    try:
        with clinic.database.write() as session:
            return _take_in(clinic, session, submission, reply)
    except Exception as error:
        # Whatever is wrong with one reply, the queue and the other forms must open. The class alone
        # is logged: an error's text may quote an answer.
        if reply not in _failed:
            _failed.add(reply)
            note(Noted.REPLY_NOT_TAKEN_IN, id=reply, error=error)
        return False


def unread(session: Session) -> dict[UUID, datetime]:
    """The forms with a reply that could not be taken in, or is left over, and when the oldest of these came.

    To be asked after ``take_in``: what came since is none of them.
    """
    found: dict[UUID, datetime] = {}
    for submission, reply, at in stored.waiting_since(session):
        if reply in _failed or reply in _left:
            found.setdefault(submission, at)
    return found


def refuse_while_unread(session: Session, submission: UUID) -> None:
    """Raises ReplyWaits while a reply to the form, which is held, is not in it."""
    if stored.waiting_of(session, submission):
        raise ReplyWaits


def _newest(clinic: Clinic, before: Submission, reply: Reply) -> Submission:
    # Words are read whatever became of the questions: nothing of an old edition is needed for them.
    if not reply.changes:
        return signed_anew(before, reply)
    then = before.editions
    asked = asked_then(clinic.database, clinic.library, then.questionnaire, then.medicines)
    newest = revised(before, reply, asked.questionnaire, asked.formulary)
    if not newest.language:
        return newest
    return replace(newest, as_read=as_read(newest, asked))


def _take_in(clinic: Clinic, session: Session, submission: UUID, reply_id: UUID) -> bool:
    before = reviews.review(session, clinic.keys, submission)  # held from here on
    reply = stored.open_waiting(session, clinic.keys, reply_id)
    if reply is None:
        return False
    newest = _newest(clinic, before.submission, reply)
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
