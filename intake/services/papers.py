"""Papers of a submission: the form for the chart, the patient's copy, and who opened the record.

Making one is reading the submission, so it leaves its event in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from intake.domain.events import AccessListOpened, SubmissionPrinted
from intake.domain.permissions import Role, StaffMember
from intake.domain.review import Review
from intake.services import replies, viewing
from intake.services.clinic import Clinic
from intake.storage import accounts, audit, reviews
from intake.storage.audit import Recorded


class Paper(Enum):
    """What can be made of a submission on paper; the value is what the trail says of it."""

    CHART = "chart"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class AccessLine:
    """That somebody did something with a record on a day, in words its patient reads."""

    day: date
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """Who opened a submission, oldest first; by role, and by name where the clinic says so."""

    name: str
    reference: str
    as_of: datetime
    named: bool
    lines: tuple[AccessLine, ...]


# The first of somebody's roles that explains why they were there. Words for patients.
_ROLES = {
    Role.CLINICIAN: "A clinician",
    Role.FRONT_DESK: "Front desk",
    Role.ADMINISTRATOR: "An administrator",
    Role.AUDITOR: "An auditor",
    Role.TRANSCRIBER: "Somebody who types in papers",
}
_DEEDS = {
    "SubmissionOpened": "Opened and read your form",
    "SubmissionsCompared": "Read it beside another form of yours",
    "PatientAsked": "Asked you a question",
    "ReviewSignedOff": "Signed that they read it",
    "SubmissionExported": "Copied it into a file",
    "EmergencyAccessTaken": "Opened it in an emergency, for an hour",
    "PatientRequestMade": "Wrote down what you asked us to do with your form",
    "PatientRequestHandled": "Wrote down what came of what you asked",
    "PatientTold": "Wrote down that they told you",
    "AccessListOpened": "Made this list",
    "TranscriptionBegun": "Began to type in your paper form",
    "TranscriptionOpened": "Typed in your paper form",
    "TranscriptionTyped": "Typed in your paper form",
    "TranscriptionSettled": "Looked at your paper form again",
    "TranscriptionSignedIn": "Typed in your paper form",
    "SubmissionReceived": "Typed in your paper form",
}
_PRINTED = {
    Paper.CHART.value: "Printed it for your chart",
    Paper.COPY.value: "Made a copy for you",
}
# Everything else somebody did: never left out, and never saying what was pointed out to them.
_WORKED = "Worked on your form"


def printed(clinic: Clinic, member: StaffMember, submission: UUID, paper: Paper) -> Review:
    """The submission, for a paper of this kind. Recorded in the same transaction.

    Raises ViewFirst for a paper that tells of flags, and NoSuchSubmission.
    """
    replies.take_in(clinic, submission)
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        if paper is not Paper.COPY:
            viewing.refuse_before_view(clinic, member, review)
        event = SubmissionPrinted(submission, paper.value)
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return review


def who_opened(clinic: Clinic, member: StaffMember, submission: UUID) -> AccessRecord:
    """Who opened a submission, up to and with this. Raises NoSuchSubmission."""
    now = clinic.now()
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        audit.record(session, clinic.keys, member.id, AccessListOpened(submission), now)
        events = audit.events(session, submission)
        people = {str(one.id): one for one in accounts.everybody(session, clinic.keys)}
    named = clinic.settings.names_in_access_list
    lines = _lines(clinic, events, people, named=named)
    return AccessRecord(review.submission.name, review.submission.reference, now, named, lines)


def _lines(
    clinic: Clinic, events: Iterable[Recorded], people: dict[str, StaffMember], *, named: bool
) -> tuple[AccessLine, ...]:
    lines = (
        AccessLine(clinic.local(one.at).date(), _who(people[one.actor], named=named), _what(one))
        for one in events
        if one.actor in people  # neither the patient nor the program by itself
    )
    # How often in a day would tell how much there was to look at.
    return tuple(dict.fromkeys(lines))


def _who(member: StaffMember, *, named: bool) -> str:
    role = next((words for role, words in _ROLES.items() if role in member.roles), "Somebody of the clinic")
    return f"{member.printed_name} ({role.lower()})" if named else role


def _what(one: Recorded) -> str:
    if one.event == "SubmissionPrinted":
        return _PRINTED.get(str(one.detail["paper"]), _WORKED)
    return _DEEDS.get(one.event, _WORKED)
