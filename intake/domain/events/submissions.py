"""What happened to a submission: sent, screened, opened, found, compared, printed and exported."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SubmissionReceived:
    """A patient sent their answers; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    revision: int
    content: str
    questionnaire: str


@dataclass(frozen=True, slots=True)
class SubmissionScreened:
    """The rules ran over a submission; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    screening: int
    content: str
    rules: str
    complete: bool


@dataclass(frozen=True, slots=True)
class SubmissionOpened:
    """A clinician read a submission."""

    submission: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class SubmissionReplayed:
    """Stored screenings were made again with the editions of their time, to see that they say the same."""

    submission: UUID
    screenings: int
    same: bool


@dataclass(frozen=True, slots=True)
class SubmissionErased:
    """A submission was erased for good, with its keys and everything recorded about it.

    ``why`` says whether somebody asked for it or its time was over; ``rows`` is how many rows went. Where
    somebody asked, ``proposed_by`` and ``confirmed_by`` are the two who agreed; one where there was one.
    """

    submission: UUID
    why: str
    rows: int
    proposed_by: UUID | None = None
    confirmed_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class QueueOpened:
    """A clinician looked at the queue."""

    shown: int


@dataclass(frozen=True, slots=True)
class QueueSearched:
    """A clinician searched for submissions; ``found`` is how many were shown. What was typed is not kept."""

    found: int


@dataclass(frozen=True, slots=True)
class EarlierLookedFor:
    """A clinician had earlier submissions of the same person looked for.

    ``found`` is how many resemble it.
    """

    submission: UUID
    found: int


@dataclass(frozen=True, slots=True)
class SamePersonSaid:
    """A clinician said whether one person sent two submissions.

    ``content`` is the SHA-256 of what was stored.
    """

    submission: UUID
    other: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SubmissionsCompared:
    """A clinician read two submissions side by side."""

    submission: UUID
    other: UUID


@dataclass(frozen=True, slots=True)
class SubmissionPrinted:
    """Somebody made a paper of a submission: the chart, the patient's copy, or the list of who opened it."""

    submission: UUID
    paper: str


@dataclass(frozen=True, slots=True)
class SubmissionExported:
    """Somebody exported a submission; ``form`` is json, csv or pdf."""

    submission: UUID
    form: str


@dataclass(frozen=True, slots=True)
class SubmissionsExported:
    """Somebody exported many submissions; ``purpose`` is why, in their words."""

    exported: int
    purpose: str


@dataclass(frozen=True, slots=True)
class AccessListOpened:
    """Somebody made the list of who opened a submission."""

    submission: UUID
