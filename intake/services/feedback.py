"""What a clinician says of the flags, and the safety log that "wrong" and "missing" make."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from intake.domain.events import (
    FeedbackCounted,
    FeedbackGiven,
    SafetyEntryClosed,
    SafetyLogOpened,
)
from intake.domain.feedback import FeedbackKind, standing
from intake.domain.figures import RuleFeedback, feedback_by_rule
from intake.domain.permissions import StaffMember
from intake.domain.safety_log import SafetyEntry
from intake.services import queue
from intake.services.clinic import SYSTEM, Clinic
from intake.storage import audit, feedback, reviews
from intake.storage import queue as queue_lines
from intake.storage.feedback import SaidOf


@dataclass(frozen=True, slots=True)
class SafetyLog:
    """Every entry: those nobody has closed, longest waiting first; the closed ones, latest first.

    ``damaged`` are the submissions whose feedback cannot be opened, ``read_first`` the references of
    those whose entries are kept back, because whoever looks is asked for a view of them first.
    """

    waiting: tuple[SafetyEntry, ...]
    closed: tuple[SafetyEntry, ...]
    damaged: int
    read_first: dict[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedbackCounts:
    """Feedback in numbers: by rule, how often a flag was missing, and how the safety log stands.

    Nothing in it names a submission, a patient or a clinician, or quotes anybody's words.
    """

    rules: tuple[RuleFeedback, ...]
    missing: int
    open: int
    closed: int
    damaged: int


def give_feedback(
    clinic: Clinic, clinician: StaffMember, submission: UUID, kind: FeedbackKind, flag: str, words: str
) -> None:
    """Record what a clinician says of a flag or, with no flag, of one that is missing.

    Saying the same twice is recorded once. Raises WordsNeeded, UnknownFlag, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        said = review.give_feedback(kind, flag, words, clinician, at=clinic.now())
        if said is None:
            return
        content = feedback.add(session, clinic.keys, submission, said)
        audit.record(session, clinic.keys, clinician.id, FeedbackGiven(submission, content), clinic.now())


def safety_log(clinic: Clinic, clinician: StaffMember) -> SafetyLog:
    """Everything said to be wrong or missing. Reading is recorded first."""
    with clinic.database.write() as session:
        everything = tuple(feedback.everything(session, clinic.keys))
        logged = [entry for said in everything if said is not None for entry in said.entries]
        lines = queue_lines.of(session, clinic.keys, {one.submission for one in logged})
        kept_back = queue.read_first(session, clinic, clinician, lines.values())
        entries = [one for one in logged if one.submission not in kept_back]
        audit.record(session, clinic.keys, clinician.id, SafetyLogOpened(len(entries)), clinic.now())
    waiting = sorted((one for one in entries if one.is_open), key=lambda one: one.feedback.at)
    closed = ((one.closing.at, one) for one in entries if one.closing is not None)
    read_first = {one.submission: one.reference for one in logged if one.submission in kept_back}
    latest_first = sorted(closed, key=lambda pair: pair[0], reverse=True)
    return SafetyLog(
        tuple(waiting), tuple(one for _, one in latest_first), everything.count(None), read_first
    )


def close_entry(clinic: Clinic, clinician: StaffMember, submission: UUID, entry: int, note: str) -> None:
    """Say what came of an entry, which closes it. Saying the same twice is recorded once.

    Raises AlreadyClosed, NoteNeeded, NoSuchEntry, NoSuchSubmission.
    """
    with clinic.database.write() as session:
        found = feedback.entry(session, clinic.keys, submission, entry)
        closing = found.close(note, clinician, at=clinic.now())
        if closing is None:
            return
        content = feedback.add_closing(session, clinic.keys, submission, closing)
        event = SafetyEntryClosed(submission, content)
        audit.record(session, clinic.keys, clinician.id, event, clinic.now())


def counts(clinic: Clinic, member: StaffMember | None = None) -> FeedbackCounts:
    """Everything said, in numbers, for somebody who reads no submissions. Counting is recorded.

    ``member`` is None at the console.
    """
    with clinic.database.read() as session:
        everything = tuple(feedback.everything(session, clinic.keys))
    said = [one for one in everything if one is not None]
    event = FeedbackCounted(sum(len(one.given) for one in said))
    with clinic.database.write() as session:
        actor = SYSTEM if member is None else member.id
        audit.record(session, clinic.keys, actor, event, clinic.now())
    return _counted(said, everything.count(None))


def _counted(said: Sequence[SaidOf], damaged: int) -> FeedbackCounts:
    stands = [one for of_one in said for one in standing(of_one.given)]
    entries = [entry for of_one in said for entry in of_one.entries]
    waiting = sum(entry.is_open for entry in entries)
    missing = sum(one.says is FeedbackKind.MISSING for one in stands)
    return FeedbackCounts(feedback_by_rule(stands), missing, waiting, len(entries) - waiting, damaged)
