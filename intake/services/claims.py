"""Taking a form in hand, giving it back, and taking it over from a colleague.

A claim keeps nobody from reading or working: it says who is at it. Who has a form, and who read it
lately, says nothing about health, so looking it up leaves no event of its own.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.claims import Claim, ClaimedByAnother, NobodyHasIt, Opened, ReasonNeeded
from intake.domain.events import SubmissionClaimed, SubmissionReleased, SubmissionTakenOver
from intake.domain.permissions import StaffMember
from intake.domain.review_entries import By, TakenOver
from intake.services.clinic import Clinic
from intake.storage import audit, claims, reviews
from intake.storage import queue as stored

# How long ago somebody may have read a form and still be said to.
_LATELY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Hold:
    """Who has a form in hand, if anyone, whether it is whoever asks, and who else read it lately."""

    claim: Claim | None
    mine: bool
    opened: tuple[Opened, ...] = ()


def lasts(clinic: Clinic) -> timedelta:
    """How long a form stays in somebody's hands who does nothing on it."""
    return timedelta(minutes=clinic.settings.claim_minutes)


def hold(clinic: Clinic, member: StaffMember, submission: UUID) -> Hold:
    """Who has a form in hand, and who else read it in the last minutes."""
    now = clinic.now()
    with clinic.database.read() as session:
        claim = claims.of(session, [submission], now, lasts(clinic)).get(submission)
        opened = claims.opened(session, submission, now - _LATELY, but=member.id)
    return Hold(claim, claim is not None and claim.member == member.id, opened)


def claim(clinic: Clinic, member: StaffMember, submission: UUID) -> None:
    """Take a form in hand that nobody has. Taking one's own again lengthens it.

    Raises ClaimedByAnother and NoSuchSubmission.
    """
    with clinic.database.write() as session:
        held = _held(session, clinic, submission)
        if held is not None and held.member != member.id:
            raise ClaimedByAnother(held)
        if held is None:
            claims.put(session, submission, member, clinic.now(), lasts(clinic))
        # Of one's own the trail alone is longer: what is done on a form is what lengthens a claim.
        audit.record(session, clinic.keys, member.id, SubmissionClaimed(submission), clinic.now())


def release(clinic: Clinic, member: StaffMember, submission: UUID) -> None:
    """Give a form back that one has. Raises ClaimedByAnother, NobodyHasIt and NoSuchSubmission."""
    with clinic.database.write() as session:
        held = _held(session, clinic, submission)
        if held is None:
            raise NobodyHasIt
        if held.member != member.id:
            raise ClaimedByAnother(held)
        claims.remove(session, submission)
        audit.record(session, clinic.keys, member.id, SubmissionReleased(submission), clinic.now())


def take_over(
    clinic: Clinic, member: StaffMember, submission: UUID, taken_from: UUID | None, reason: str
) -> None:
    """Take a form over from the colleague who has it, and say why. From nobody, it is claiming.

    ``taken_from`` is who had it when the page was made. Raises ClaimedByAnother when somebody else
    has it by now, ReasonNeeded and NoSuchSubmission.
    """
    with clinic.database.write() as session:
        held = _held(session, clinic, submission)
        now = clinic.now()
        if held is None:
            claims.put(session, submission, member, now, lasts(clinic))
            audit.record(session, clinic.keys, member.id, SubmissionClaimed(submission), now)
            return
        if held.member == member.id:
            return
        if held.member != taken_from:
            raise ClaimedByAnother(held)
        if not reason.strip():
            raise ReasonNeeded(held)
        by = By(member.id, member.printed_name, clinic.local(now))
        entry = TakenOver(held.member, held.printed_name, reason.strip(), by)
        content = reviews.add_entry(session, clinic.keys, submission, entry)
        claims.put(session, submission, member, now, lasts(clinic))
        event = SubmissionTakenOver(submission, held.member, content)
        audit.record(session, clinic.keys, member.id, event, now)


def reference(clinic: Clinic, submission: UUID) -> str:
    """What a form is called where nothing of it is shown. Raises NoSuchSubmission."""
    with clinic.database.read() as session:
        return stored.reference(session, submission)


def _held(session: Session, clinic: Clinic, submission: UUID) -> Claim | None:
    # The form first, so that a second one sees what the first has written.
    claims.hold(session, submission)
    return claims.of(session, [submission], clinic.now(), lasts(clinic)).get(submission)
