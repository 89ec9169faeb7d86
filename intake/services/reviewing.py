"""What a clinician does with a submission: read, acknowledge, sign off; and screening again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.changes import says_the_same
from intake.domain.events import (
    FlagAcknowledged,
    ReviewReopened,
    ReviewSignedOff,
    SubmissionOpened,
    SubmissionScreened,
)
from intake.domain.permissions import StaffMember
from intake.domain.review import Review, Status
from intake.domain.review_entries import Done
from intake.domain.staff_signatures import SignedWith
from intake.services import replies, second_reads, viewing
from intake.services.clinic import SYSTEM, Clinic
from intake.services.screening_again import screen_again
from intake.storage import audit, reviews, same_person, submissions
from intake.storage.encryption import content_digest

STATEMENT = (
    "I have read these answers and the flags above. Signing records that I read this form. "
    "It is not a treatment decision."
)


@dataclass(frozen=True, slots=True)
class Rescreened:
    """What came of screening a submission again; without ``added``, it would have said the same."""

    added: bool
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A review, and the references of the submissions that somebody said are of the same person."""

    review: Review
    same_person: dict[UUID, str]


def open_review(clinic: Clinic, clinician: StaffMember, submission: UUID) -> Review:
    """A submission with its screenings and what was recorded. Reading is recorded first.

    Raises ViewFirst and NoSuchSubmission.
    """
    return open_with_others(clinic, clinician, submission).review


def open_with_others(clinic: Clinic, clinician: StaffMember, submission: UUID) -> Opened:
    """The same, with the other submissions of the same person.

    Raises ViewFirst and NoSuchSubmission.
    """
    replies.take_in(clinic, submission)
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        viewing.refuse_before_view(clinic, clinician, review)
        audit.record(
            session,
            clinic.keys,
            clinician.id,
            SubmissionOpened(submission, review.submission.revision),
            clinic.now(),
        )
        others = same_person.linked_to(session, clinic.keys, submission)
    return Opened(review, others)


def acknowledge(
    clinic: Clinic,
    clinician: StaffMember,
    submission: UUID,
    flag: str,
    note: str,
    done: Done | None = None,
) -> None:
    """Record that a flag was seen and, of an urgent one, what was done about it.

    Raises AlreadyAcknowledged, UnknownFlag, DoneNeeded, DoneInWords, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        acknowledgement = review.acknowledge(flag, clinician, note, at=clinic.now(), done=done)
        content = reviews.add_acknowledgement(session, clinic.keys, submission, acknowledgement)
        event = FlagAcknowledged(submission, content)
        audit.record(session, clinic.keys, clinician.id, event, clinic.now())


@contextmanager
def to_be_signed_off(clinic: Clinic, submission: UUID) -> Iterator[tuple[Session, Review]]:
    """The form as it would be signed for, nobody else's until the block ends.

    Raises ReplyWaits and NoSuchSubmission.
    """
    # Nobody signs for answers that the patient has changed meanwhile.
    replies.take_in(clinic, submission)
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        replies.refuse_while_unread(session, submission)
        yield session, review


def sign_off(
    clinic: Clinic,
    clinician: StaffMember,
    submission: UUID,
    note: str,
    shown: str,
    next_step: str = "",
    *,
    prove: Callable[[Session, Review], SignedWith | None] = lambda _session, _review: None,
) -> None:
    """Sign for what was shown; ``prove`` says with what, on the form as it stands in the same transaction.

    Raises NotReady, Changed, AlreadySignedOff, ReplyWaits, NoSuchSubmission, and what ``prove`` raises.
    """
    with to_be_signed_off(clinic, submission) as (session, review):
        again = second_reads.is_chosen(session, clinic, review, clinician)
        at = clinic.local(clinic.now())
        signed = review.sign_off(clinician, STATEMENT, note, shown, at, next_step, second_read=again)
        signed = replace(signed, signed_with=prove(session, review))
        content = reviews.add_sign_off(session, clinic.keys, submission, signed)
        event = _signed(submission, content, signed.signed_with)
        audit.record(session, clinic.keys, clinician.id, event, clinic.now())


def _signed(submission: UUID, content: str, signed: SignedWith | None) -> ReviewSignedOff:
    if signed is None:
        return ReviewSignedOff(submission, content)
    passkey = signed.passkey
    assertion = "" if passkey is None else content_digest(passkey.signature)
    return ReviewSignedOff(submission, content, signed.proven.value, assertion)


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
