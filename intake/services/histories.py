"""The history of a submission: everything that happened to it, in words a clinician reads."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.domain.events import SubmissionRevised, SubmissionScreened
from intake.domain.permissions import StaffMember
from intake.services import published_rules, reviewing
from intake.services.answering import PATIENT
from intake.services.clinic import SYSTEM, Clinic
from intake.services.history_facts import Known
from intake.services.history_words import in_words
from intake.storage import accounts, publications, trail
from intake.storage.audit import Recorded

_NOBODY_SIGNED_IN = {PATIENT: "Patient", SYSTEM: "The program"}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to a submission; ``details`` say more of it, a line for each.

    ``revision`` is what the submission was by then.
    """

    at: datetime
    who: str
    what: str
    details: tuple[str, ...] = ()
    revision: int = 1


def history(clinic: Clinic, clinician: StaffMember, submission: UUID) -> tuple[HistoryLine, ...]:
    """Everything that happened to a submission, oldest first. Looking is recorded too.

    Raises ViewFirst and NoSuchSubmission.
    """
    review = reviewing.open_review(clinic, clinician, submission)
    with clinic.database.read() as session:
        names = {str(member.id): member.printed_name for member in accounts.everybody(session, clinic.keys)}
        lines = trail.about(session, review.submission.id)
        named = {str(value) for line in lines for value in line.detail.values()}
        references = trail.references(session, named)
        published = published_rules.kept(session, clinic.database, clinic.keys).every
        came_of = publications.editions(session)
    known = Known(clinic, review, names, references, published, came_of)
    return tuple(_in_order(lines, known))


def _in_order(lines: tuple[Recorded, ...], known: Known) -> list[HistoryLine]:
    told, revision = [], 1
    for one in lines:
        if one.event == SubmissionRevised.__name__:
            revision = int(str(one.detail["revision"]))
        # Sending a form has it screened: the patient's doing, and the program's work.
        actor = SYSTEM if one.event == SubmissionScreened.__name__ else one.actor
        who = _NOBODY_SIGNED_IN.get(actor) or known.names.get(actor, actor.capitalize())
        told.append(HistoryLine(one.at, who, *in_words(one.event, one.detail, known), revision))
    return told
