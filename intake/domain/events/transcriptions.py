"""What happened to a paper while staff typed it in; ``submission`` is what it becomes then."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TranscriptionBegun:
    """Somebody began to type in a paper; ``typing`` is 1, or 2 for the second time."""

    submission: UUID
    typing: int


@dataclass(frozen=True, slots=True)
class TranscriptionOpened:
    """Somebody was shown what was typed: of their own typing, or 0 for both side by side."""

    submission: UUID
    typing: int


@dataclass(frozen=True, slots=True)
class TranscriptionTyped:
    """Somebody typed a part of a paper; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    typing: int
    content: str


@dataclass(frozen=True, slots=True)
class TranscriptionSettled:
    """Somebody settled a difference by the paper; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class TranscriptionSignedIn:
    """Somebody saw the signature on the paper, and what both typed became a submission."""

    submission: UUID


@dataclass(frozen=True, slots=True)
class TranscriptionDiscarded:
    """A paper is not typed in any further; ``why`` is one of a few reasons, and nobody's words."""

    submission: UUID
    why: str
