"""Reading a form before its flags are shown, and noting a view of one's own."""

from uuid import UUID

from intake.domain import viewing
from intake.domain.events import ViewNoted
from intake.domain.permissions import StaffMember
from intake.domain.review import Review
from intake.domain.review_entries import ViewKind
from intake.domain.rules import Priority
from intake.services.clinic import Clinic
from intake.storage import audit, reviews


def view_due(clinic: Clinic, clinician: StaffMember, review: Review) -> ViewKind | None:
    """Which view the clinician is asked for before the flags are shown; None for none."""
    return viewing.view_due(review, clinician, read_first=clinic.settings.read_first)


def is_due(clinic: Clinic, clinician: StaffMember, submission: UUID) -> bool:
    """Whether the clinician is asked for a view first. Nothing of the form is given out, so no reading
    is recorded. Raises NoSuchSubmission.
    """
    with clinic.database.read() as session:
        review = reviews.review(session, clinic.keys, submission)
    return view_due(clinic, clinician, review) is not None


def note(
    clinic: Clinic,
    clinician: StaffMember,
    submission: UUID,
    kind: ViewKind,
    priority: Priority | None,
    words: str,
) -> None:
    """Record a view; no priority: nothing stands out. Raises ViewInWords, ViewNotDue, NoSuchSubmission."""
    with clinic.database.write() as session:
        now = clinic.now()
        review = reviews.review(session, clinic.keys, submission)
        view = viewing.note_view(review, kind, priority, words, clinician, now)
        content = reviews.add_entry(session, clinic.keys, submission, view)
        audit.record(session, clinic.keys, clinician.id, ViewNoted(submission, content), now)


def skip(clinic: Clinic, clinician: StaffMember, submission: UUID, kind: ViewKind) -> None:
    """Record that the flags were shown at once, without a view. Raises ViewNotDue, NoSuchSubmission."""
    with clinic.database.write() as session:
        now = clinic.now()
        review = reviews.review(session, clinic.keys, submission)
        view = viewing.skip_view(review, kind, clinician, now)
        content = reviews.add_entry(session, clinic.keys, submission, view)
        audit.record(session, clinic.keys, clinician.id, ViewNoted(submission, content), now)
