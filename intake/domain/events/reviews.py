"""What clinicians recorded of a submission, and said of its flags."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FlagAcknowledged:
    """A clinician recorded that a flag was seen; ``content`` is the SHA-256 of what was stored.

    Which flag stands in the sealed record alone: a flag's key could be guessed back to an
    answer by whoever has a copy of the trail.
    """

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class AcknowledgementUndone:
    """A clinician took an acknowledgement back; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class ReviewSignedOff:
    """A clinician signed; ``content`` is the SHA-256 of the stored, sealed sign-off.

    ``proven`` says with what, and ``assertion`` is the SHA-256 of what a passkey signed with.
    """

    submission: UUID
    content: str
    proven: str = "password"
    assertion: str = ""


@dataclass(frozen=True, slots=True)
class ReviewReopened:
    """A new screening raised something the last sign-off does not cover."""

    submission: UUID
    screening: int


@dataclass(frozen=True, slots=True)
class ReviewTakenUpAgain:
    """A clinician reopened a signed review; ``content`` is the SHA-256 of the sealed reason."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class LookAgainSet:
    """A clinician put a submission off until a day, or brought it back.

    ``content`` is the SHA-256 of what was stored.
    """

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class ViewNoted:
    """A clinician noted a view before seeing the flags; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SubmissionClaimed:
    """A clinician took a submission in hand."""

    submission: UUID


@dataclass(frozen=True, slots=True)
class SubmissionReleased:
    """A clinician gave a submission out of hand again."""

    submission: UUID


@dataclass(frozen=True, slots=True)
class SubmissionTakenOver:
    """A clinician took a submission over from another; why, stands sealed (``content`` is its SHA-256)."""

    submission: UUID
    taken_from: UUID
    content: str


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """A clinician said something of a flag, or that one is missing; ``content`` is the SHA-256
    of what was stored.

    What was said, of which rule, stands in the sealed record alone: a rule beside a
    submission is health data.
    """

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SafetyLogOpened:
    """A clinician read the safety log; ``shown`` are the entries it showed."""

    shown: int


@dataclass(frozen=True, slots=True)
class SafetyEntryClosed:
    """A clinician said what came of an entry; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str
