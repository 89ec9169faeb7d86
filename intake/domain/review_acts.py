"""What a clinician does with a review beside acknowledging one flag and signing off.

Each function decides, on the review as it stands, and returns the facts to record.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from intake.domain.permissions import StaffMember
from intake.domain.review import Review, Status
from intake.domain.review_entries import By, JunkMark, JunkUndone, LookAgain, Reopening, Undoing
from intake.domain.review_records import Acknowledgement
from intake.domain.review_refusals import AlreadyAcknowledged, AlreadySignedOff, Changed, UnknownFlag
from intake.domain.rules import Priority
from intake.domain.screening import Flag

# Longer than this, and nobody who put a form off may still be there to look.
FURTHEST = timedelta(days=2 * 365)


class AlreadyUndone(Exception):
    """The acknowledgement was taken back before, or never given."""


class ReasonNeeded(Exception):
    """A form is not taken up again without saying why."""


class NotSigned(Exception):
    """Only a form that stands signed can be taken up again."""


class PastDay(Exception):
    """The day is over: a form is put off until a day that comes."""


class TooFar(Exception):
    """The day is more than two years from now."""


class UrgentFirst(Exception):
    """A form is not put off while an urgent flag stands that nobody has acknowledged."""

    def __init__(self, flags: tuple[Flag, ...]) -> None:
        super().__init__(f"{len(flags)} urgent flags are not acknowledged")
        self.flags = flags


class NotPutOff(Exception):
    """There is no day to take away."""


class NotWaiting(Exception):
    """The form is signed, or marked as junk already."""


class OpenFirst(Exception):
    """The form has to be read before it can be marked as junk."""


class NotJunk(Exception):
    """The form does not stand among the junk any more."""


def notes_waiting(review: Review) -> tuple[Flag, ...]:
    """The flags that may be acknowledged together: notes for the record that nobody has acknowledged."""
    return tuple(
        flag
        for flag in review.flags
        if flag.outcome.priority is Priority.INFO and review.acknowledgement(flag.key) is None
    )


def acknowledge_notes(
    review: Review, shown: Sequence[str], clinician: StaffMember, note: str, at: datetime
) -> tuple[Acknowledgement, ...]:
    """Acknowledge the notes that were on the page, one by one; ``shown`` are their keys.

    One that somebody else acknowledged meanwhile is left as it is, and one that was not shown is
    not acknowledged. Raises UnknownFlag for a key of anything but a note that stands, and
    AlreadyAcknowledged when none is left.
    """
    notes = {flag.key for flag in review.flags if flag.outcome.priority is Priority.INFO}
    if not shown or not notes.issuperset(shown):
        raise UnknownFlag("not a note that stands")
    waiting = [flag.key for flag in notes_waiting(review) if flag.key in set(shown)]
    if not waiting:
        raise AlreadyAcknowledged("every one of these notes")
    return tuple(review.acknowledge(key, clinician, note, at) for key in waiting)


def undo(review: Review, acknowledgement: int, clinician: StaffMember, at: datetime) -> Undoing:
    """Take back an acknowledgement, by its place from 1, whoever gave it.

    Raises AlreadySignedOff under a signature, and AlreadyUndone.
    """
    if review.status is Status.SIGNED_OFF:
        raise AlreadySignedOff
    flags = {flag.key for flag in review.flags}
    if not 1 <= acknowledgement <= len(review.acknowledgements):
        raise AlreadyUndone
    seen = review.acknowledgements[acknowledgement - 1]
    if seen.flag not in flags or review.acknowledgement_number(seen.flag) != acknowledgement:
        raise AlreadyUndone
    return Undoing(acknowledgement, seen.flag, _by(clinician, at))


def reopen(review: Review, reason: str, clinician: StaffMember, sign_offs: int, at: datetime) -> Reopening:
    """Take up a signed form again. ``sign_offs`` is how many the page showed.

    Raises ReasonNeeded, NotSigned, and Changed when it was signed anew since.
    """
    if not reason.strip():
        raise ReasonNeeded
    if review.status is not Status.SIGNED_OFF:
        raise NotSigned
    if sign_offs != len(review.sign_offs):
        raise Changed
    return Reopening(reason.strip(), _by(clinician, at))


def look_again(
    review: Review, on: date, reason: str, clinician: StaffMember, today: date, at: datetime
) -> LookAgain:
    """Put a form off until the morning of a day at the clinic. Raises PastDay, TooFar, UrgentFirst."""
    if on < today:
        raise PastDay
    if on > today + FURTHEST:
        raise TooFar
    urgent = tuple(
        blocker.flag for blocker in review.blockers() if blocker.flag.outcome.priority is Priority.URGENT
    )
    if urgent:
        raise UrgentFirst(urgent)
    flags = tuple(flag.key for flag in review.flags)
    return LookAgain(on, reason.strip(), _by(clinician, at), flags)


def bring_back(review: Review, clinician: StaffMember, at: datetime) -> LookAgain:
    """Take away the day until which a form was put off. Raises NotPutOff."""
    if review.standing.look_again_on is None:
        raise NotPutOff
    return LookAgain(None, "", _by(clinician, at))


def mark_junk(review: Review, reason: str, clinician: StaffMember, at: datetime, *, opened: bool) -> JunkMark:
    """Say that no patient meant this form. ``opened`` is whether the clinician has read it as it is now.

    Raises ReasonNeeded, NotWaiting, and OpenFirst for one with an urgent flag, or that rules could
    not be run over.
    """
    if not reason.strip():
        raise ReasonNeeded
    if review.status is Status.SIGNED_OFF or review.standing.junk_since is not None:
        raise NotWaiting
    if not opened and (review.priority is Priority.URGENT or review.screening.incomplete):
        raise OpenFirst
    return JunkMark(reason.strip(), _by(clinician, at), tuple(flag.key for flag in review.flags))


def take_from_junk(review: Review, clinician: StaffMember, at: datetime) -> JunkUndone:
    """Take it back. Raises NotJunk."""
    if review.standing.junk_since is None:
        raise NotJunk
    return JunkUndone(_by(clinician, at))


def _by(clinician: StaffMember, at: datetime) -> By:
    return By(clinician.id, clinician.printed_name, at)
