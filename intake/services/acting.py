"""What a clinician does with a form beside acknowledging one flag and signing: each an event of its own."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from intake.domain import review_acts
from intake.domain.events import (
    AcknowledgementUndone,
    FlagAcknowledged,
    LookAgainSet,
    ReviewTakenUpAgain,
)
from intake.domain.permissions import StaffMember
from intake.domain.review import Review
from intake.domain.review_entries import Entry
from intake.services.clinic import Clinic
from intake.storage import audit, reviews

_Event = type[AcknowledgementUndone] | type[ReviewTakenUpAgain] | type[LookAgainSet]


def acknowledge_notes(
    clinic: Clinic, clinician: StaffMember, submission: UUID, shown: Sequence[str], note: str
) -> int:
    """Acknowledge the notes for the record that were on the page; how many were left to acknowledge.

    Each is recorded by itself. Raises AlreadyAcknowledged, UnknownFlag, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        now = clinic.now()
        review = reviews.review(session, clinic.keys, submission)
        given = review_acts.acknowledge_notes(review, shown, clinician, note, now)
        for one in given:
            content = reviews.add_acknowledgement(session, clinic.keys, submission, one)
            audit.record(session, clinic.keys, clinician.id, FlagAcknowledged(submission, content), now)
    return len(given)


def undo(clinic: Clinic, clinician: StaffMember, submission: UUID, acknowledgement: int) -> None:
    """Take back an acknowledgement, by its place from 1, whoever gave it.

    Raises AlreadySignedOff, AlreadyUndone, NoSuchSubmission.
    """

    def taken_back(review: Review, at: datetime) -> Entry:
        return review_acts.undo(review, acknowledgement, clinician, at)

    _record(clinic, clinician, submission, taken_back, AcknowledgementUndone)


def reopen(clinic: Clinic, clinician: StaffMember, submission: UUID, reason: str, sign_offs: int) -> None:
    """Take up a signed form again; ``sign_offs`` is how many the page showed.

    Raises ReasonNeeded, NotSigned, Changed, NoSuchSubmission.
    """

    def taken_up(review: Review, at: datetime) -> Entry:
        return review_acts.reopen(review, reason, clinician, sign_offs, at)

    _record(clinic, clinician, submission, taken_up, ReviewTakenUpAgain)


def look_again(clinic: Clinic, clinician: StaffMember, submission: UUID, on: date, reason: str) -> None:
    """Put a form off until the morning of a day at the clinic.

    Raises PastDay, TooFar, UrgentFirst, NoSuchSubmission.
    """

    def put_off(review: Review, at: datetime) -> Entry:
        return review_acts.look_again(review, on, reason, clinician, clinic.today(), at)

    _record(clinic, clinician, submission, put_off, LookAgainSet)


def bring_back(clinic: Clinic, clinician: StaffMember, submission: UUID) -> None:
    """Take away the day until which a form was put off. Raises NotPutOff, NoSuchSubmission."""

    def brought_back(review: Review, at: datetime) -> Entry:
        return review_acts.bring_back(review, clinician, at)

    _record(clinic, clinician, submission, brought_back, LookAgainSet)


def _record(
    clinic: Clinic,
    clinician: StaffMember,
    submission: UUID,
    deed: Callable[[Review, datetime], Entry],
    event: _Event,
) -> None:
    with clinic.database.write() as session:
        now = clinic.now()
        review = reviews.review(session, clinic.keys, submission)
        content = reviews.add_entry(session, clinic.keys, submission, deed(review, now))
        audit.record(session, clinic.keys, clinician.id, event(submission, content), now)
