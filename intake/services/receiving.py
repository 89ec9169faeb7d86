"""Taking in a form, from a screen or from paper: screened, sealed and recorded, all or nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import SubmissionReceived, SubmissionScreened
from intake.domain.evidence import PatientEvidence
from intake.domain.screening import screen
from intake.domain.submissions import Submission
from intake.services import staff_notices
from intake.services.site import Site
from intake.storage import audit, submissions


def receive(site: Site, session: Session, submission: Submission, by: UUID | str, now: datetime) -> None:
    """Seal a submission with its first screening, in the caller's transaction. ``by`` is who sends it.

    Raises storage.submissions.AlreadySent.
    """
    library = site.library
    evidence = PatientEvidence(
        library.questionnaire,
        library.formulary,
        submission.answers,
        submission.sent_on,
        submission.unread,
        submission.not_on_paper,
    )
    # Screening never raises: a rule that crashes becomes an urgent "cannot tell".
    screening = screen(library.rulebook, evidence, library.editions, now)
    sealed, screened = submissions.seal(session, site.keys, submission, screening)
    staff_notices.keep_news(session, site, submission.id)
    for event in (
        SubmissionReceived(submission.id, submission.revision, sealed, library.editions.questionnaire),
        SubmissionScreened(submission.id, 1, screened, library.editions.rules, not screening.incomplete),
    ):
        audit.record(session, site.keys, by, event, now)
