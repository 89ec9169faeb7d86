"""A patient's answers: the draft they can still change, and the submission as it was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from intake.domain.answers import Answers, Day, Text
from intake.domain.from_paper import FromPaper
from intake.domain.screening import Editions
from intake.domain.unfinished import Marks, UnfinishedPage
from intake.domain.wording import PartLines

if TYPE_CHECKING:
    from intake.domain.safety_signal import ToldClinic


@dataclass(frozen=True, slots=True)
class Signature:
    """What was agreed to, by whom, when. ``agreed`` is the exact text that was shown.

    ``signed_as`` is the role of whoever signs for the patient; empty when the patient signs.
    """

    typed_name: str
    agreed: tuple[str, ...]
    at: datetime
    signed_as: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers not sent yet, among them those of branches no longer reached.

    ``seen`` are the ids of the pages the patient has continued from; ``questionnaire`` is
    the edition the answers were given under. ``asked_again`` are the pages that asked something else
    in an edition before. ``unfinished`` are the pages filled in and not continued from, by id.
    ``checks`` are the last few states of the answers that the check page showed: the marks of all
    answers, by the tag of the state. ``told`` is when the clinic was told of an answer in it, by the
    safety signal; None when it was not. ``language`` is the one it was last read in; empty for English.
    """

    id: UUID
    answers: Answers
    questionnaire: str
    revision: int = 0
    seen: frozenset[str] = frozenset()
    asked_again: frozenset[str] = frozenset()
    unfinished: Mapping[str, UnfinishedPage] = field(default_factory=dict)
    checks: Mapping[str, Marks] = field(default_factory=dict)
    told: "ToldClinic | None" = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a patient keeps after sending: nothing in it is about health."""

    reference: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """A patient's answers, sealed: what was asked is kept beside what was said.

    ``from_paper`` is there when staff typed in what the patient wrote on paper. ``transcript`` is in
    English. For a patient who read another ``language``, ``as_read`` is the same in the very words that
    stood on their pages; both are empty for English.
    """

    id: UUID
    reference: str
    answers: Answers
    transcript: tuple[PartLines, ...]
    signature: Signature
    editions: Editions
    sent_at: datetime
    revision: int = field(default=1)
    from_paper: FromPaper | None = None
    language: str = ""
    as_read: tuple[PartLines, ...] = ()

    @property
    def name(self) -> str:
        """First and last name as typed."""
        return name_in(self.answers)

    @property
    def read_in_english(self) -> frozenset[str]:
        """The questions that a patient who reads another language was asked in English."""
        asked = {line.question: line.asked for part in self.transcript for line in part.lines}
        read = (line for part in self.as_read for line in part.lines)
        return frozenset(line.question for line in read if asked.get(line.question) == line.asked)

    @property
    def unread(self) -> frozenset[str]:
        """The questions whose answer on paper nobody could read."""
        return frozenset() if self.from_paper is None else frozenset(self.from_paper.unread)

    @property
    def not_on_paper(self) -> frozenset[str]:
        """The questions that do not stand on the paper, which is of an earlier edition."""
        return frozenset() if self.from_paper is None else frozenset(self.from_paper.not_asked)

    @property
    def sent_on(self) -> date:
        """The calendar day at the clinic on which it was sent.

        The time keeps the zone of the clinic's clock as it was then: another time zone in the
        settings must not move a patient's birthday.
        """
        return self.sent_at.date()

    @property
    def born(self) -> date | None:
        """The date of birth; None when none was given."""
        born = self.answers.value("date_of_birth")
        return born.day if isinstance(born, Day) else None

    @property
    def age(self) -> int | None:
        """Whole years at sending; None when no date of birth was given."""
        sent, day = self.sent_on, self.born
        if day is None:
            return None
        return sent.year - day.year - ((sent.month, sent.day) < (day.month, day.day))


def name_in(answers: Answers) -> str:
    """First and last name as typed."""
    parts = (_text(answers, "first_name"), _text(answers, "last_name"))
    return " ".join(part for part in parts if part) or "No name given"


def _text(answers: Answers, question: str) -> str:
    value = answers.value(question)
    return value.words if isinstance(value, Text) else ""
