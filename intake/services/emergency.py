"""Emergency access: an administrator opens one form, with a reason, when no clinician can.

Clinicians need none of this: whoever reviews opens every form, and a form somebody has in hand is taken
over with a reason. Administrators read no answers; a patient may still be in danger while every clinician
is out of reach. What opens is the answers of one form, for an hour: no flags, no acting. It is loud on
purpose: the reason stands in the trail, auditors and administrators see it above their pages.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import EmergencyAccessTaken, SubmissionOpened
from intake.domain.permissions import Permission, StaffMember
from intake.domain.review import Review
from intake.services import coming_in, replies
from intake.services.clinic import Clinic
from intake.storage import accounts, audit, reviews, submissions, trail

LASTS = timedelta(hours=1)
SHOWN_FOR = timedelta(days=30)
SHORTEST_REASON, LONGEST_REASON = 20, 500


class ReasonTooShort(Exception):
    """Nobody could judge later, from what was typed, whether this was an emergency."""


class NotOpenedBefore(Exception):
    """Whoever asks has not said why they have to read this form, or said it more than an hour ago."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody took emergency access: when, who, to which form, and why, as they typed it."""

    at: datetime
    who: str
    reference: str
    reason: str


def take(clinic: Clinic, member: StaffMember, reference: str, reason: str) -> UUID:
    """Let somebody read one form for an hour; its id. Everybody who should know is told.

    Raises NoSuchSubmission and ReasonTooShort.
    """
    why = " ".join(reason.split())
    if not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        raise ReasonTooShort
    with clinic.database.write() as session:
        submission = submissions.by_reference(session, reference.strip().upper())
        for one in accounts.members(session, clinic.keys):
            if one.may(Permission.MANAGE_STAFF) or one.may(Permission.READ_TRAIL):
                coming_in.tell(clinic, session, one.id)
        event = EmergencyAccessTaken(submission, why)
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return submission


def read(clinic: Clinic, member: StaffMember, submission: UUID) -> tuple[Review, datetime]:
    """The form, for whoever took access to it within the hour, and until when. Reading is recorded.

    Raises NotOpenedBefore.
    """
    with clinic.database.read() as session:
        _until(session, clinic, member, submission)
    replies.take_in(clinic, submission)
    with clinic.database.write() as session:
        until = _until(session, clinic, member, submission)
        review = reviews.review(session, clinic.keys, submission)
        event = SubmissionOpened(submission, review.submission.revision)
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return review, until


def lately(clinic: Clinic) -> tuple[Taken, ...]:
    """Every emergency access of the last 30 days, the newest first."""
    with clinic.database.read() as session:
        lines = audit.since(session, EmergencyAccessTaken, clinic.now() - SHOWN_FOR)
        names = {str(one.id): one.printed_name for one in accounts.everybody(session, clinic.keys)}
        called = trail.references(session, [one.object for one in lines])
    return tuple(
        Taken(
            one.at,
            names.get(one.actor, "Somebody"),
            called.get(one.object or "", "a form that is gone"),
            str(one.detail["reason"]),
        )
        for one in reversed(lines)
    )


def _until(session: Session, clinic: Clinic, member: StaffMember, submission: UUID) -> datetime:
    now = clinic.now()
    lines = audit.latest_about(session, submission, [EmergencyAccessTaken], 20)
    mine = [one.at for one in lines if one.actor == str(member.id)]
    # A clock set back lengthens nothing: what was taken later than now holds for nobody.
    if not mine or not timedelta(0) <= now - mine[0] < LASTS:
        raise NotOpenedBefore
    return mine[0] + LASTS
