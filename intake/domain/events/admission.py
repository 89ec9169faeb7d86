"""What happens before a form is sent, and to forms that were none: codes, safety signals, junk."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StartCodesMade:
    """Somebody made codes that begin a form: how many, each for how many uses, and until when."""

    sheet: UUID
    codes: int
    uses: int
    expires: str


@dataclass(frozen=True, slots=True)
class StartCodesRevoked:
    """Somebody made the codes of a sheet end."""

    sheet: UUID


@dataclass(frozen=True, slots=True)
class SafetySignalRaised:
    """The clinic was told of a patient who has not sent a form; whose it is stands sealed.

    ``content`` is the SHA-256 of what was stored.
    """

    signal: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SafetySignalOpened:
    """A clinician read whom to call."""

    signal: UUID


@dataclass(frozen=True, slots=True)
class SafetySignalAnswered:
    """A clinician recorded what they did; ``content`` is the SHA-256 of what was stored."""

    signal: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SafetySignalsErased:
    """So many signals of a form that was never sent were erased for good, with what was done about them.

    ``why`` says whether their time was over or, after a backup was put back, what it was the first time;
    ``rows`` is how many rows went.
    """

    signals: int
    why: str
    rows: int


@dataclass(frozen=True, slots=True)
class SubmissionMarkedJunk:
    """A clinician marked a submission as junk; why, stands sealed (``content`` is its SHA-256)."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SubmissionTakenFromJunk:
    """A clinician took a submission back from the junk; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str
