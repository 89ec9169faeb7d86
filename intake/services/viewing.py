"""Reading a form before its flags are shown, and noting a view of one's own.

Whoever gives out what the rules made of a form asks :func:`refuse_before_view` in the transaction that
records the reading; only the answers alone, their copy and who opened them go without.
"""

from uuid import UUID

from intake.domain import viewing
from intake.domain.events import SubmissionOpened, ViewNoted
from intake.domain.permissions import StaffMember
from intake.domain.review import Review
from intake.domain.review_entries import ViewKind
from intake.domain.rules import Priority
from intake.services import replies
from intake.services.clinic import Clinic
from intake.storage import audit, reviews


class ViewFirst(Exception):
    """The clinician is asked for a view of their own before anything the rules said is shown."""

    def __init__(self, submission: UUID, kind: ViewKind) -> None:
        super().__init__(f"a view of {submission} is due first")
        self.submission, self.kind = submission, kind


def view_due(clinic: Clinic, clinician: StaffMember, review: Review) -> ViewKind | None:
    """Which view the clinician is asked for before the flags are shown; None for none."""
    return viewing.view_due(review, clinician, read_first=clinic.settings.read_first)


def refuse_before_view(clinic: Clinic, clinician: StaffMember, review: Review) -> None:
    """Give nothing out to somebody who is asked for a view first. Raises ViewFirst."""
    kind = view_due(clinic, clinician, review)
    if kind is not None:
        raise ViewFirst(review.submission.id, kind)


def open_answers(clinic: Clinic, clinician: StaffMember, submission: UUID) -> Review:
    """A form whose answers alone are shown, whether or not a view is due. Reading is recorded with it.

    Raises NoSuchSubmission.
    """
    replies.take_in(clinic, submission)
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        event = SubmissionOpened(submission, review.submission.revision)
        audit.record(session, clinic.keys, clinician.id, event, clinic.now())
    return review


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
