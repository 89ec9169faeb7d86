"""What patients were asked after they had sent their form, and what came back."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PatientAsked:
    """A clinician asked the patient something; ``content`` is the SHA-256 of the sealed question."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class PatientLinkRenewed:
    """The patient's link to a question was made anew; the one before stopped working."""

    submission: UUID


@dataclass(frozen=True, slots=True)
class QuestionTakenBack:
    """A clinician took a question back; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class PatientReplied:
    """A patient answered a question or added something; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SubmissionRevised:
    """What a patient sent more was taken in as a new revision.

    ``content`` is the SHA-256 of the sealed answers.
    """

    submission: UUID
    revision: int
    content: str
