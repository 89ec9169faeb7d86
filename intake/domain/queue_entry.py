"""The line of a submission in the queue: what clinicians choose by, without opening the form."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from intake.domain.coming_back import CameBack
from intake.domain.filling_in import interpreter
from intake.domain.rules import Priority
from intake.domain.screening import Screening
from intake.domain.standing import NEW, Standing
from intake.domain.submissions import Submission

# How many flags the queue names; the rest are counted.
_TITLES = 3


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One line of the queue: what is known of a submission without opening it.

    ``titles`` are the first flags to look at, ``flags`` how many were raised. No priority
    means that no rule was raised or undecided, which still needs a clinician's eyes.
    """

    submission: UUID
    reference: str
    name: str
    age: int | None
    priority: Priority | None
    titles: tuple[str, ...]
    flags: int
    cannot_tell: int
    incomplete: bool
    sent_at: datetime
    reopened: bool = False
    signed: bool = False
    born: date | None = None
    acknowledged: int = 0
    standing: Standing = NEW
    came_back: CameBack | None = None
    # The language; empty when no interpreter is needed.
    interpreter: str = ""

    @classmethod
    def of(
        cls,
        submission: Submission,
        screening: Screening,
        standing: Standing = NEW,
        acknowledged: int = 0,
    ) -> "QueueEntry":
        """The line for a submission as its newest screening, and what was recorded since, left it."""
        first = sorted(screening.flags, key=lambda flag: flag.outcome.priority.rank)
        return cls(
            submission=submission.id,
            reference=submission.reference,
            name=submission.name,
            age=submission.age,
            priority=screening.priority,
            titles=tuple(flag.title for flag in first[:_TITLES]),
            flags=len(screening.raised),
            cannot_tell=len(screening.cannot_tell),
            incomplete=screening.incomplete,
            sent_at=submission.sent_at,
            born=submission.born,
            acknowledged=acknowledged,
            standing=standing,
            interpreter=interpreter(submission.answers),
        )
