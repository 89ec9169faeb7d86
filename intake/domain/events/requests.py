"""What patients did after sending, apart from replying: a copy for themselves, and what they asked for."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OwnCopyOpened:
    """A patient opened the copy of their answers in the browser they sent them from; a page or a PDF."""

    submission: UUID
    paper: str


@dataclass(frozen=True, slots=True)
class PatientRequestMade:
    """A patient asked to take consent back or to have a form deleted; which, is sealed.

    ``content`` is the SHA-256 of what was stored. By a member of staff, who wrote down what was said.
    """

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class PatientRequestsOpened:
    """A clinician read what patients asked for; ``found`` is how many requests.

    ``submission`` is the one whose request they worked on when the list was shown, if any.
    """

    submission: UUID | None
    found: int


@dataclass(frozen=True, slots=True)
class PatientRequestHandled:
    """A clinician said what came of a request; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class PatientTold:
    """A clinician recorded that the patient was told what came of a request; ``content`` as above."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class ErasureProposed:
    """A clinician proposed to erase a form whose patient asked for it; the reason is sealed.

    ``alone``: nobody else could confirm it, so that it was agreed at once. ``content`` as above.
    """

    submission: UUID
    content: str
    alone: bool


@dataclass(frozen=True, slots=True)
class ErasureConfirmed:
    """A second clinician confirmed that a form is to be erased; ``proposed_by`` is the first."""

    submission: UUID
    content: str
    proposed_by: UUID


@dataclass(frozen=True, slots=True)
class ErasureRefused:
    """A clinician refused that a form is erased, or took that back; ``content`` as above."""

    submission: UUID
    content: str
