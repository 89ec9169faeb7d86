"""What the front desk sees of a form: whose it is, where it stands, how to reach them; and nothing else.

Nothing here tells what somebody answered, how soon a clinician should look, or whether
anything was pointed out: no field of it is made of a screening.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from intake.domain.contact import EMAIL, Contact, typed
from intake.domain.filling_in import interpreter
from intake.domain.standing import Standing
from intake.domain.submissions import Submission
from intake.domain.truth import Truth


class DeskStatus(Enum):
    """How far a form has come, in words that tell nothing of what is in it."""

    SENT = "sent"
    BEING_READ = "being read"
    ASKED = "asked"
    READ = "read"
    JUNK = "junk"


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """One line of the front desk's list.

    ``phone`` and ``email`` are as typed, empty when none was given. ``may_leave_message`` is
    whether a message may name the clinic: not known when the patient did not say. ``interpreter`` is the
    language one is needed for, because whoever calls has to have one; empty when none is needed.
    """

    reference: str
    name: str
    status: DeskStatus
    sent_at: datetime
    phone: str
    email: str
    may_leave_message: Truth
    interpreter: str = ""

    @classmethod
    def of(cls, submission: Submission, status: DeskStatus) -> "DeskEntry":
        """The line of a submission; all that is taken from its answers."""
        contact = Contact.of(submission.answers)
        return cls(
            reference=submission.reference,
            name=submission.name,
            status=status,
            sent_at=submission.sent_at,
            phone=contact.phone,
            email=typed(submission.answers, EMAIL),
            may_leave_message=contact.may_leave_message,
            interpreter=interpreter(submission.answers),
        )


def status_of(standing: Standing, *, opened: bool) -> DeskStatus:
    """How far a form has come. ``opened`` is whether any clinician had it open or in hand.

    Of whoever is asked something it is said first: the desk may be called about it.
    """
    if standing.junk_since is not None:
        return DeskStatus.JUNK
    if standing.asked_at is not None:
        return DeskStatus.ASKED
    if standing.signed:
        return DeskStatus.READ
    return DeskStatus.BEING_READ if opened else DeskStatus.SENT
