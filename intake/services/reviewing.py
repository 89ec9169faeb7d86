"""What a clinician does: work the queue, read, acknowledge, sign off; and screening again."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from intake.domain.changes import says_the_same
from intake.domain.events import (
    FlagAcknowledged,
    QueueOpened,
    ReviewReopened,
    ReviewSignedOff,
    SubmissionOpened,
    SubmissionScreened,
)
from intake.domain.permissions import StaffMember
from intake.domain.review import QueueEntry, Review, Status
from intake.domain.rules import Priority
from intake.services import replies
from intake.services.clinic import SYSTEM, Clinic
from intake.services.screening_again import screen_again
from intake.storage import audit, reviews, submissions

STATEMENT = (
    "I have read these answers and the flags above. Signing records that I read this form. "
    "It is not a treatment decision."
)
SIGNED_LATELY = timedelta(days=14)
_TITLES = {
    Priority.URGENT: ("Urgent", "Review today"),
    Priority.HIGH: ("High", "Next to review"),
    Priority.MODERATE: ("Moderate", "Before the first visit"),
    Priority.INFO: ("Note", "For the record"),
    None: ("No rule was raised", "Still needs a clinician’s eyes"),
}


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """Submissions of one priority, oldest first."""

    title: str
    subtitle: str
    priority: Priority | None
    entries: tuple[QueueEntry, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a clinician, most urgent first, and what was signed lately."""

    groups: tuple[QueueGroup, ...]
    signed: tuple[QueueEntry, ...]

    @property
    def waiting(self) -> int:
        """How many submissions wait."""
        return sum(len(group.entries) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Rescreened:
    """What came of screening a submission again; without ``added``, it would have said the same."""

    added: bool
    reopened: bool = False


def queue(clinic: Clinic, clinician: StaffMember) -> Queue:
    """What waits, by priority and then by age. Looking is recorded."""
    replies.take_in(clinic)
    with clinic.database.write() as session:
        now = clinic.now()
        waiting = reviews.queue(session, clinic.keys)
        signed = reviews.recently_signed(session, clinic.keys, now - SIGNED_LATELY)
        audit.record(session, clinic.keys, clinician.id, QueueOpened(len(waiting)), now)
    groups = (
        QueueGroup(
            title,
            subtitle,
            priority,
            tuple(entry for entry in waiting if entry.priority is priority),
        )
        for priority, (title, subtitle) in _TITLES.items()
    )
    return Queue(tuple(group for group in groups if group.entries), signed)


def open_review(clinic: Clinic, clinician: StaffMember, submission: UUID) -> Review:
    """A submission with its screenings and what was recorded. Reading is recorded first.

    Raises NoSuchSubmission.
    """
    replies.take_in(clinic)
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        audit.record(
            session,
            clinic.keys,
            clinician.id,
            SubmissionOpened(submission, review.submission.revision),
            clinic.now(),
        )
    return review


def acknowledge(clinic: Clinic, clinician: StaffMember, submission: UUID, flag: str, note: str) -> None:
    """Record that a flag was seen. Raises AlreadyAcknowledged, UnknownFlag, NoSuchSubmission."""
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        acknowledgement = review.acknowledge(flag, clinician, note, at=clinic.now())
        content = reviews.add_acknowledgement(session, clinic.keys, submission, acknowledgement)
        event = FlagAcknowledged(submission, content)
        audit.record(session, clinic.keys, clinician.id, event, clinic.now())


def sign_off(clinic: Clinic, clinician: StaffMember, submission: UUID, note: str, shown: str) -> None:
    """Sign for what was shown. Raises NotReady, Changed, AlreadySignedOff, NoSuchSubmission."""
    # Nobody signs for answers that the patient has changed meanwhile.
    replies.take_in(clinic)
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        signed = review.sign_off(clinician, STATEMENT, note, shown, at=clinic.local(clinic.now()))
        content = reviews.add_sign_off(session, clinic.keys, submission, signed)
        event = ReviewSignedOff(submission, content)
        audit.record(session, clinic.keys, clinician.id, event, clinic.now())


def to_rescreen(clinic: Clinic, only: UUID | None = None) -> tuple[UUID, ...]:
    """The submissions to screen again: one, or all."""
    if only is not None:
        return (only,)
    with clinic.database.read() as session:
        return submissions.ids(session)


def rescreen(clinic: Clinic, submission: UUID, *, force: bool = False) -> Rescreened:
    """Screen a submission again under the rules in force.

    A new screening is added and the old ones are kept; one that says the same as the newest,
    under the same editions, is added only by ``force``. A review that was signed off is
    reopened only when something stands that the sign-off does not cover. Raises
    NoSuchSubmission.
    """
    with clinic.database.write() as session:
        before = reviews.review(session, clinic.keys, submission)
        screening = screen_again(clinic.library, before.submission, clinic.now())
        if says_the_same(before.screening, screening) and not force:
            return Rescreened(added=False)
        number = len(before.screenings) + 1
        content = reviews.add_screening(session, clinic.keys, submission, screening)
        after = reviews.review(session, clinic.keys, submission)
        reopened = before.status is Status.SIGNED_OFF and after.status is Status.NEEDS_REVIEW
        event = SubmissionScreened(
            submission, number, content, clinic.library.editions.rules, not screening.incomplete
        )
        audit.record(session, clinic.keys, SYSTEM, event, clinic.now())
        if reopened:
            audit.record(session, clinic.keys, SYSTEM, ReviewReopened(submission, number), clinic.now())
    return Rescreened(added=True, reopened=reopened)
