"""A patient's answers: the draft they can still change, and the submission as it was sent."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from intake.domain.answers import Answers, Day, Text
from intake.domain.screening import Editions
from intake.domain.wording import PartLines


@dataclass(frozen=True, slots=True)
class Signature:
    """What was agreed to, by whom, when. ``agreed`` is the exact text that was shown."""

    typed_name: str
    agreed: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers not sent yet, among them those of branches no longer reached.

    ``seen`` are the ids of the pages the patient has continued from; ``questionnaire`` is
    the edition the answers were given under.
    """

    id: UUID
    answers: Answers
    questionnaire: str
    revision: int = 0
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a patient keeps after sending: nothing in it is about health."""

    reference: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """A patient's answers, sealed: what was asked is kept beside what was said."""

    id: UUID
    reference: str
    answers: Answers
    transcript: tuple[PartLines, ...]
    signature: Signature
    editions: Editions
    sent_at: datetime
    revision: int = field(default=1)

    @property
    def name(self) -> str:
        """First and last name as typed."""
        parts = (self._text("first_name"), self._text("last_name"))
        return " ".join(part for part in parts if part) or "No name given"

    @property
    def age(self) -> int | None:
        """Whole years at sending; None when no date of birth was given."""
        born = self.answers.value("date_of_birth")
        if not isinstance(born, Day):
            return None
        sent, day = self.sent_at.date(), born.day
        return sent.year - day.year - ((sent.month, sent.day) < (day.month, day.day))

    def _text(self, question: str) -> str:
        value = self.answers.value(question)
        return value.words if isinstance(value, Text) else ""
