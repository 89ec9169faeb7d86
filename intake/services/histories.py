"""The history of a submission: everything that happened to it, in words a clinician reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.domain import publications as domain
from intake.domain.changes import Changes, changes
from intake.domain.feedback import in_short as said_in_short
from intake.domain.permissions import StaffMember
from intake.domain.publications import Publication
from intake.domain.review import Review
from intake.domain.rules import Priority
from intake.domain.screening import Flag, Screening
from intake.domain.wording import long_date
from intake.services import reviewing
from intake.services.clinic import Clinic
from intake.storage import accounts, audit, publications

_PRIORITIES = {
    Priority.URGENT: "Urgent",
    Priority.HIGH: "High",
    Priority.MODERATE: "Moderate",
    Priority.INFO: "Note",
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to a submission; ``details`` say more of it, a line for each."""

    at: datetime
    who: str
    what: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is needed to put the events of one submission into words."""

    clinic: Clinic
    review: Review
    names: Mapping[str, str]
    published: tuple[Publication, ...]
    came_of: Mapping[UUID, tuple[str, ...]]
    acknowledged: Iterator[str]
    said: Iterator[str]


def history(clinic: Clinic, clinician: StaffMember, submission: UUID) -> tuple[HistoryLine, ...]:
    """Everything that happened to a submission, oldest first. Looking is recorded too.

    Raises NoSuchSubmission.
    """
    review = reviewing.open_review(clinic, clinician, submission)
    with clinic.database.read() as session:
        names = {str(member.id): member.printed_name for member in accounts.members(session)}
        events = audit.events(session, review.submission.id)
        published = publications.every(session)
        came_of = publications.editions(session)
    said = iter(said_in_short(one) for one in review.feedback)
    known = _Known(clinic, review, names, published, came_of, _acknowledged(review), said)
    return tuple(
        HistoryLine(
            one.at, names.get(one.actor, one.actor.capitalize()), *_what(one.event, one.detail, known)
        )
        for one in events
    )


def in_words(found: Changes) -> tuple[str, ...]:
    """What is different between two screenings, a line for each flag."""
    appeared = (f"Appeared: {flag.title} ({_priority(flag)})" for flag in found.appeared)
    vanished = (f"Vanished: {flag.title} ({_priority(flag)})" for flag in found.vanished)
    priorities = (
        f"Priority changed from {_priority(one.before)} to {_priority(one.after)}: {one.after.title}"
        for one in found.other_priority
    )
    outcomes = (f"Was: {one.before.title}. Is now: {one.after.title}" for one in found.other_outcome)
    answers = (f"Rests on other answers: {one.after.title}" for one in found.other_answers)
    return (*appeared, *vanished, *priorities, *outcomes, *answers)


def _priority(flag: Flag) -> str:
    return _PRIORITIES[flag.outcome.priority]


def _what(event: str, detail: Mapping[str, object], known: _Known) -> tuple[str, tuple[str, ...]]:
    match event:
        case "SubmissionReceived":
            return "Sent by the patient", ()
        case "SubmissionScreened":
            return _screened(detail, known)
        case "SubmissionOpened":
            return "Opened and read", ()
        case "FlagAcknowledged":
            return f"Acknowledged: {next(known.acknowledged, 'a flag')}", ()
        case "FeedbackGiven":
            return f"Feedback on the flags: {next(known.said, 'of an earlier version')}", ()
        case "SafetyEntryClosed":
            return "Closed an entry of the safety log", ()
        case "ReviewSignedOff":
            return "Signed off", ()
        case "ReviewReopened":
            return "Reopened: the screening raised something new", ()
        case "SubmissionReplayed":
            came_out = "came out the same" if detail["same"] else "came out otherwise"
            return f"Screenings made again with the editions of their time: they {came_out}", ()
        case other:
            return other, ()


def _screened(detail: Mapping[str, object], known: _Known) -> tuple[str, tuple[str, ...]]:
    number, edition = int(str(detail["screening"])), str(detail["rules"])
    incomplete = "" if detail["complete"] else ", incomplete"
    words = f"Screening {number}, rules edition {edition[:8]}{incomplete}"
    screenings = known.review.screenings
    if not 1 <= number <= len(screenings):
        return words, ()
    said = _published_by(screenings[number - 1], known)
    if number > 1:
        # Which flags stands in the sealed screenings alone; the trail knows only that rules ran.
        different = in_words(changes(screenings[number - 2], screenings[number - 1]))
        said += different or ("No flag is different from the screening before",)
    return words, said


def _published_by(screening: Screening, known: _Known) -> tuple[str, ...]:
    day = known.clinic.local(screening.at).date()
    for one in domain.in_force(known.published, day):
        if screening.editions.rules in known.came_of.get(one.id, ()) and one.countersigned:
            first, second = (
                known.names.get(str(who), "somebody") for who in (one.proposed_by, one.countersigned.by)
            )
            since = long_date(one.in_force_from) if one.in_force_from else ""
            return (f"In force since {since}: proposed by {first}, countersigned by {second}",)
    return ()


def _acknowledged(review: Review) -> Iterator[str]:
    # The trail says only that a flag was acknowledged; which one stands in the sealed
    # record, in the same order.
    titles = {o.key: o.title for screening in review.screenings for o in screening.outcomes}
    return iter(titles.get(one.flag, "a flag of an earlier version") for one in review.acknowledgements)
