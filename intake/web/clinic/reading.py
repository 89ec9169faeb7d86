"""What a clinician reads about a submission, put in the order in which it is read."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from intake.domain.answer_changes import AnswerChange, changes_over_time
from intake.domain.answers import Day, Number, State
from intake.domain.desk import DeskEntry, status_of
from intake.domain.feedback import Feedback, FeedbackKind
from intake.domain.filling_in import Helper, helper, interpreter
from intake.domain.instruments import Instrument
from intake.domain.measures import in_the_other_system
from intake.domain.review import Review, Status
from intake.domain.review_records import SignOff
from intake.domain.rules import Checked, Lowered, Outcome, Priority, RuleBook, SourceKind
from intake.domain.screening import RuleOutcome, Screening
from intake.domain.stood_before import StoodBefore, stood_before
from intake.domain.submissions import Submission
from intake.domain.truth import Truth
from intake.domain.wording import Line, PartLines, long_date
from intake.services.basis import Bases, bases
from intake.web.clinic.cards import Card, by_question, cards
from intake.web.clinic.listed_medicines import ListedMedicine, listed_medicines
from intake.web.clinic.sessions import this_clinic

__all__ = ["Card", "Reading", "read"]

PRIORITIES = {
    Priority.URGENT: "Urgent",
    Priority.HIGH: "High",
    Priority.MODERATE: "Moderate",
    Priority.INFO: "Note",
}
CHECKED = {
    Checked.READ: "read",
    Checked.SECONDARY: "read in a secondary source",
    Checked.NOT_CHECKED: "not checked by the project: verify before relying on it",
}
# None: the program stopped with an error before it knew.
TRUTHS = {
    Truth.YES: "So",
    Truth.NO: "Not so",
    Truth.NOT_KNOWN: "Not known",
    None: "Stopped with an error",
}
OUTCOMES = {
    Outcome.RAISED: "raised",
    Outcome.CANNOT_TELL: "cannot tell",
    Outcome.NOT_RAISED: "not raised",
    None: "stopped with an error",
}
SAID = {
    FeedbackKind.NOT_USEFUL: "Not useful",
    FeedbackKind.WRONG: "Wrong",
    FeedbackKind.MISSING: "A flag is missing",
}
# What a label section is called in a heading of its own: "Boxed warning: ...".
KINDS = {kind: kind.value.capitalize() for kind in SourceKind}


@dataclass(frozen=True, slots=True)
class Reading:
    """A review as the page shows it."""

    review: Review
    raised: tuple[Card, ...]
    cannot_tell: tuple[Card, ...]
    not_raised: tuple[RuleOutcome, ...]
    not_covered: tuple[str, ...]
    other_edition: bool
    asked: frozenset[str]
    other_medicines: bool
    today: date
    bases: Bases
    changes: tuple[AnswerChange, ...]
    same_person: dict[UUID, str]
    _flagged: dict[str, tuple[Card, ...]]
    _listed: dict[str, tuple[ListedMedicine, ...]]
    _places: dict[str, int]
    _as_read: dict[str, Line]

    @property
    def language(self) -> str:
        """The code of the language the patient read; empty for English."""
        return self.review.submission.language

    def as_read(self, question: str) -> Line | None:
        """A question and its answer as the patient read them, where that was not in these words."""
        return self._as_read.get(question)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Every flag that stands, in the order of the page."""
        return self.cannot_tell + self.raised if self.undecided_first else self.raised + self.cannot_tell

    @property
    def undecided_first(self) -> bool:
        """Whether a flag that cannot tell is graver than all that were raised: then they come first."""
        return _undecided_first(self.review.screening)

    @property
    def acknowledged(self) -> int:
        """How many of the flags somebody has acknowledged."""
        return sum(card.acknowledged is not None for card in self.cards)

    @property
    def waiting(self) -> tuple[Card, ...]:
        """The flags nobody has acknowledged: what stands in the way of a sign-off."""
        return tuple(card for card in self.cards if card.acknowledged is None)

    @property
    def next(self) -> Card | None:
        """The gravest of the flags nobody has acknowledged, the first of them on the page."""
        return min(self.waiting, key=lambda card: card.outcome.priority.rank, default=None)

    @property
    def stood_before(self) -> tuple[StoodBefore, ...]:
        """The flags that an answer since the last sign-off made vanish, or come out otherwise."""
        return stood_before(self.review)

    @property
    def missing(self) -> tuple[Feedback, ...]:
        """What clinicians say should have been pointed out and was not."""
        return tuple(one for one in self.review.feedback if one.says is FeedbackKind.MISSING)

    @property
    def signed(self) -> SignOff | None:
        """The sign-off that covers everything that stands, if there is one."""
        return self.review.sign_offs[-1] if self.review.status is Status.SIGNED_OFF else None

    @property
    def born(self) -> str:
        """The date of birth in words; empty when none was given."""
        value = self.review.submission.answers.value("date_of_birth")
        return long_date(value.day) if isinstance(value, Day) else ""

    @property
    def reached(self) -> DeskEntry:
        """How to reach the patient, as the front desk sees it."""
        return DeskEntry.of(self.review.submission, status_of(self.review.standing, opened=True))

    @property
    def filled_in_by(self) -> Line | None:
        """Who filled in the form, as they said; None when that was never asked."""
        lines = (line for part in self.parts for line in part.lines)
        return next((line for line in lines if line.question == "filled_in_by"), None)

    @property
    def labels(self) -> dict[str, str]:
        """What each question is called in a list."""
        return labels_of(self.review.submission)

    @property
    def helper(self) -> Helper | None:
        """Who filled in the form for the patient; None when they did it alone, or nobody said."""
        return helper(self.review.submission.answers)

    @property
    def interpreter(self) -> str:
        """The language an interpreter is needed for; empty when none is."""
        return interpreter(self.review.submission.answers)

    @property
    def parts(self) -> tuple[PartLines, ...]:
        """All answers, as they were asked."""
        return self.review.submission.transcript

    def under_stems(self, part: PartLines) -> tuple[tuple[str, tuple[Line, ...]], ...]:
        """The lines of a part, together while they go on from the same words; those words are first."""
        groups = groupby(part.lines, key=lambda line: self.bases.stems.get(line.question, ""))
        return tuple((stem, tuple(lines)) for stem, lines in groups)

    def stem_of(self, instrument: Instrument) -> str:
        """The words that all items of an instrument go on from; empty when there are none."""
        stems = {self.bases.stems.get(item.line.question, "") for item in instrument.items}
        return stems.pop() if len(stems) == 1 else ""

    @property
    def silenced(self) -> tuple[Lowered, ...]:
        """The rules that were not run over this form."""
        return self.review.screening.silenced

    @property
    def lowered(self) -> tuple[Lowered, ...]:
        """The rules that were run over it at a lower priority than they were shipped with."""
        return tuple(one for one in self.review.screening.lowered if not one.is_silenced)

    def has_ended(self, change: Lowered) -> bool:
        """Whether the last day of a change is over."""
        return change.until < self.today

    @property
    def keys(self) -> str:
        """The keys of every flag that stands, for the page to carry."""
        return " ".join(card.flag.key for card in self.cards)

    def flags_on(self, question: str) -> tuple[Card, ...]:
        """The flags that rest on, or wait for, the answer to a question."""
        return self._flagged.get(question, ())

    @property
    def instruments(self) -> dict[str, Instrument]:
        """The published instruments whose items are known, by the id of the total."""
        return {one.total.question: one for one in self.bases.instruments}

    def changes_of(self, question: str) -> tuple[AnswerChange, ...]:
        """What the answer to a question was before, each time it was sent anew."""
        return tuple(one for one in self.changes if one.question == question)

    def in_the_other_system(self, question: str) -> str:
        """A height or weight in the units it was not typed in; empty where both stand there."""
        value = self.review.submission.answers.value(question)
        return in_the_other_system(value.amount, value.unit) if isinstance(value, Number) else ""

    def medicines_on(self, question: str) -> tuple[ListedMedicine, ...]:
        """The medicines listed as the answer to a question; none when it does not ask for any."""
        return self._listed.get(question, ())

    def is_asked(self, line: Line) -> bool:
        """Whether the line is a question the patient was asked, and no worked-out answer."""
        return line.question in self.asked

    @property
    def since_signed(self) -> tuple[Card, ...]:
        """The flags the last sign-off does not cover; none when nobody signed yet."""
        signed = self.review.sign_offs
        return self.since(frozenset(signed[-1].flags)) if signed else ()

    def place(self, key: str) -> int:
        """Where on the page the flag with this key stands; 0 for one that does not."""
        return self._places.get(key, 0)

    def since(self, seen: frozenset[str]) -> tuple[Card, ...]:
        """The flags that were not on a page which showed these keys."""
        return tuple(card for card in self.cards if card.flag.key not in seen)


def read(review: Review, rulebook: RuleBook, same_person: dict[UUID, str] | None = None) -> Reading:
    """The review, ready to be shown; the rules in force say what rules do not cover, ``same_person``
    which other submissions are of the same person, by their references.
    """
    clinic = this_clinic()
    screening, answers = review.screening, review.submission.answers
    resting_on = bases(clinic, review)
    # Medicines are read as they were when it was screened; only if nobody can, as they would be now.
    formulary = resting_on.formulary or clinic.library.formulary
    # Places are numbered as the lists stand on the page.
    before_raised = len(screening.cannot_tell) if _undecided_first(screening) else 0
    before_undecided = 0 if before_raised else len(screening.raised)
    raised = cards(review, screening.raised, resting_on, first=before_raised + 1)
    cannot_tell = cards(review, screening.cannot_tell, resting_on, first=before_undecided + 1)
    return Reading(
        review,
        raised,
        cannot_tell,
        screening.not_raised,
        rulebook.not_covered,
        screening.editions.rules != rulebook.edition,
        frozenset(line.question for part in review.submission.transcript for line in part.lines),
        screening.editions.medicines != formulary.edition,
        clinic.local(clinic.now()).date(),
        resting_on,
        changes_over_time(review.revisions),
        same_person or {},
        by_question((*raised, *cannot_tell)),
        listed_medicines(answers, formulary),
        # Once: a key is a fingerprint, and the page asks for the place of each.
        {card.flag.key: card.place for card in (*raised, *cannot_tell)},
        {line.question: line for part in review.submission.as_read for line in part.lines},
    )


def labels_of(submission: Submission) -> dict[str, str]:
    """What each question of a submission is called, as it was asked; its id, where it never was."""
    paper = submission.from_paper
    named = (*paper.unread, *paper.not_asked, *(one.question for one in paper.settled)) if paper else ()
    labels = {
        line.question: line.label or line.asked for part in submission.transcript for line in part.lines
    }
    return {**{one: one for one in named}, **labels}


def _undecided_first(screening: Screening) -> bool:
    first = min(screening.flags, key=lambda flag: flag.outcome.priority.rank, default=None)
    return first is not None and first in screening.cannot_tell


def was_answered(line: Line) -> bool:
    """Whether there are words of the patient's to quote."""
    return line.state is State.ANSWERED
