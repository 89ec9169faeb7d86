"""Earlier forms of the same person: looked for on demand, confirmed by staff, read side by side."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from uuid import UUID

from intake.domain.events import EarlierLookedFor, SamePersonSaid, SubmissionsCompared
from intake.domain.permissions import StaffMember
from intake.domain.review import Review
from intake.domain.review_entries import By
from intake.domain.same_person import (
    ComparedPart,
    Known,
    Resemblance,
    SaidOfTwo,
    compared,
    pair,
    resemblance,
)
from intake.services import replies, viewing
from intake.services.clinic import Clinic
from intake.storage import audit, every_submission, reviews, revisions, same_person

# As long as a person waits for a page.
SECONDS_TO_LOOK = 4.0
_ORDER = list(Resemblance)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A submission that resembles another, and what was said of the two before."""

    submission: UUID
    reference: str
    name: str
    born: date | None
    resemblance: Resemblance
    said: SaidOfTwo | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked for and found; of ``all`` other submissions, ``looked_at`` were looked at, the newest
    first, and ``damaged`` of those could not be opened.
    """

    submission: UUID
    reference: str
    known: Known
    lookalikes: tuple[Lookalike, ...]
    looked_at: int
    all: int
    damaged: int


@dataclass(slots=True)
class _Looked:
    """One look as it goes on: which submissions resemble, and how many were looked at."""

    all: int
    alike: list[UUID] = field(default_factory=list)
    looked_at: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two submissions in the order they were sent, question by question, and what was said of the two."""

    earlier: Review
    later: Review
    parts: tuple[ComparedPart, ...]
    said: SaidOfTwo | None

    @property
    def differ(self) -> bool:
        """Whether anything was said otherwise."""
        return any(line.differs for part in self.parts for line in part.lines)


def look_for(
    clinic: Clinic, clinician: StaffMember, submission: UUID, seconds: float = SECONDS_TO_LOOK
) -> Found:
    """The submissions that may be of the same person. Looking is recorded with what it shows.

    Raises NoSuchSubmission.
    """
    looked = _look(clinic, submission, seconds)
    # Looking takes a while, and nobody can write during a write transaction: what is shown is read
    # again in the one that records it.
    with clinic.database.write() as session:
        asked_about = revisions.newest(session, clinic.keys, submission)
        own = Known(asked_about.name, asked_about.born)
        alike = _alike(own, same_person.known(session, clinic.keys, looked.alike))
        said = same_person.said_of(session, clinic.keys, submission)
        references = same_person.references(session, tuple(alike))
        event = EarlierLookedFor(submission, len(references))
        audit.record(session, clinic.keys, clinician.id, event, clinic.now())
    lookalikes = [
        Lookalike(one, reference, alike[one][0].name, alike[one][0].born, alike[one][1], said.get(one))
        for one, reference in references.items()
    ]
    lookalikes.sort(key=lambda one: _ORDER.index(one.resemblance))
    counts = (looked.looked_at, looked.all, looked.damaged)
    return Found(submission, asked_about.reference, own, tuple(lookalikes), *counts)


def _look(clinic: Clinic, submission: UUID, seconds: float) -> _Looked:
    end = monotonic() + seconds
    with clinic.database.read() as session:
        asked_about = revisions.newest(session, clinic.keys, submission)
        own = Known(asked_about.name, asked_about.born)
        others = [one for one in every_submission.ids(session, newest_first=True) if one != submission]
        looked = _Looked(all=len(others))
        for one, known in same_person.known(session, clinic.keys, others):
            looked.looked_at += 1
            looked.damaged += known is None
            looked.alike += _alike(own, [(one, known)])
            if monotonic() >= end:
                break
    return looked


def _alike(own: Known, others: Iterable[tuple[UUID, Known | None]]) -> dict[UUID, tuple[Known, Resemblance]]:
    found = {}
    for one, known in others:
        common = None if known is None else resemblance(own, known)
        if known is not None and common is not None:
            found[one] = (known, common)
    return found


def say(clinic: Clinic, clinician: StaffMember, one: UUID, other: UUID, *, same: bool) -> None:
    """Record whether one person sent both. Saying the same again is recorded once.

    Raises NoSuchSubmission, and ValueError for a submission with itself.
    """
    first, second = pair(one, other)
    with clinic.database.write() as session:
        # Held, so that two clinicians who say so at once come one after the other.
        reviews.review(session, clinic.keys, first)
        before = same_person.said_of(session, clinic.keys, first).get(second)
        if before is not None and before.same is same:
            return
        now = clinic.now()
        said = SaidOfTwo(same, By(clinician.id, clinician.printed_name, now))
        content = same_person.say(session, clinic.keys, first, second, said)
        audit.record(session, clinic.keys, clinician.id, SamePersonSaid(one, other, content), now)


def side_by_side(clinic: Clinic, clinician: StaffMember, one: UUID, other: UUID) -> SideBySide:
    """Two submissions, read together; it is recorded of each.

    Raises ViewFirst, NoSuchSubmission and ValueError.
    """
    pair(one, other)
    replies.take_in(clinic, one, other)
    with clinic.database.write() as session:
        both = [reviews.review(session, clinic.keys, each) for each in (one, other)]
        for review in both:
            viewing.refuse_before_view(clinic, clinician, review)
        said = same_person.said_of(session, clinic.keys, one).get(other)
        for each, beside in ((one, other), (other, one)):
            event = SubmissionsCompared(each, beside)
            audit.record(session, clinic.keys, clinician.id, event, clinic.now())
    earlier, later = sorted(both, key=lambda review: review.submission.sent_at)
    return SideBySide(earlier, later, compared(earlier.submission, later.submission), said)
