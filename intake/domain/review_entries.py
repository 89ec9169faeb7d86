"""What else is recorded of a review, beside acknowledgements and sign-offs: facts, in one order.

Each is inserted and never changed. What follows from them (whether the form waits on the patient,
comes back on a day, needs a second reading) is worked out in ``domain/standing.py``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from intake.domain.rules import Priority


class Done(Enum):
    """What a clinician did about an urgent flag; the note says more."""

    CALLED_PATIENT = "called_patient"
    ASKED_COLLEAGUE = "asked_colleague"
    OTHER = "other"


class ViewKind(Enum):
    """A first reading notes a view before the flags are shown; a second one is by somebody else, after."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class By:
    """Who recorded something, under the name they sign with, and when."""

    clinician: UUID
    printed_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Undoing:
    """An acknowledgement was taken back; ``acknowledgement`` is its place among them, from 1."""

    acknowledgement: int
    flag: str
    by: By


@dataclass(frozen=True, slots=True)
class Reopening:
    """A clinician took up a signed form again, and says why."""

    reason: str
    by: By


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The form is put off until the morning of a day, on which it comes back by itself.

    ``on`` is None when somebody brought it back themselves. ``flags`` are the keys of those that
    stood then: with a new one it comes back at once. None where they were not kept.
    """

    on: date | None
    reason: str
    by: By
    flags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Something asked of the patient: about a flag (its key), a question of the form (its id), or neither.

    ``title`` is what the flag or the question was called when it was asked; ``again`` is the question
    of the form that the patient is asked to answer once more, if there is one. ``flags`` are the keys
    of those that stood then: with a new one the form waits no longer. None where they were not kept.
    """

    words: str
    by: By
    flag: str = ""
    question: str = ""
    title: str = ""
    again: str = ""
    flags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class QuestionWithdrawn:
    """A question was taken back before the patient answered; ``asked`` is the place of the question
    among the entries, from 1.
    """

    asked: int
    by: By


@dataclass(frozen=True, slots=True)
class Revised:
    """Something more from the patient came in, and made a new revision of the submission.

    ``asked`` is the place among the entries, from 1, of the question it answers; None for an addendum.
    ``words`` are what the patient wrote, ``changed`` the questions answered anew.
    """

    revision: int
    asked: int | None
    words: str
    changed: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class View:
    """A clinician's own reading, noted before seeing the flags: how soon to look, and why.

    ``priority`` is None when nothing stands out to them. It measures the rules and never a person.
    ``screening`` is the number of the one that stood then, from 1; 0 where it was not kept. A view
    that was ``skipped`` says only that the clinician had the flags shown at once.
    """

    kind: ViewKind
    priority: Priority | None
    words: str
    by: By
    screening: int = 0
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A clinician took a form over from another who had it, and says why."""

    taken_from: UUID
    taken_from_name: str
    reason: str
    by: By


@dataclass(frozen=True, slots=True)
class JunkMark:
    """A clinician says that no patient meant this form, and why: it leaves the queue and every count.

    ``flags`` are the keys of those that stood then: with a new one it comes back, as it does when the
    patient sends something more or somebody signs it.
    """

    reason: str
    by: By
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JunkUndone:
    """A clinician took a form back from the junk."""

    by: By


Entry = (
    Undoing
    | Reopening
    | LookAgain
    | Question
    | QuestionWithdrawn
    | Revised
    | View
    | TakenOver
    | JunkMark
    | JunkUndone
)


def meaning(entry: Entry) -> list[object]:
    """What an entry says, for a fingerprint: under names that stay when the code's change."""
    match entry:
        case Undoing():
            return ["undoing", entry.acknowledgement, entry.flag, *_by(entry.by)]
        case Reopening():
            return ["reopening", entry.reason, *_by(entry.by)]
        case LookAgain():
            flags = [] if entry.flags is None else [list(entry.flags)]
            return ["look_again", entry.on, entry.reason, *_by(entry.by), *flags]
        case Question():
            again = [entry.again] if entry.again else []
            stood: list[object] = [] if entry.flags is None else [list(entry.flags)]
            return ["question", entry.words, entry.flag, entry.question, *_by(entry.by), *again, *stood]
        case QuestionWithdrawn():
            return ["question_withdrawn", entry.asked, *_by(entry.by)]
        case Revised():
            return ["revised", entry.revision, entry.asked, entry.words, list(entry.changed), entry.at]
        case View():
            skipped = ["skipped"] if entry.skipped else []
            return ["view", entry.kind, entry.priority, entry.words, *_by(entry.by), *skipped]
        case TakenOver():
            return ["taken_over", entry.taken_from, entry.reason, *_by(entry.by)]
        case JunkMark():
            return ["junk_mark", entry.reason, *_by(entry.by), list(entry.flags)]
        case JunkUndone():
            return ["junk_undone", *_by(entry.by)]


def _by(by: By) -> list[object]:
    return [by.clinician, by.printed_name, by.at]
