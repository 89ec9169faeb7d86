"""What a clinician reads about a submission, put in the order in which it is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from intake.domain.answers import Day, MedicineEntry, MedicineList, State
from intake.domain.feedback import Feedback, FeedbackKind, standing
from intake.domain.medicines import Formulary, Possible, Recognition
from intake.domain.review import Acknowledgement, Review, SignOff, Status
from intake.domain.rules import Checked, Lowered, MovedUp, Priority, RuleBook, SourceKind
from intake.domain.screening import Flag, RuleOutcome
from intake.domain.wording import Line, PartLines, long_date
from intake.web.clinic.sessions import this_clinic

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
SAID = {
    FeedbackKind.NOT_USEFUL: "Not useful",
    FeedbackKind.WRONG: "Wrong",
    FeedbackKind.MISSING: "A flag is missing",
}
# What a label section is called in a heading of its own: "Boxed warning: ...".
KINDS = {kind: kind.value.capitalize() for kind in SourceKind}


@dataclass(frozen=True, slots=True)
class Card:
    """One flag, its place on the page, who has acknowledged it, and what stands as said of it.

    ``changed`` is what the clinic had made of its rule's priority when the form was screened.
    """

    flag: Flag
    place: int
    acknowledged: Acknowledgement | None
    feedback: tuple[Feedback, ...]
    changed: Lowered | MovedUp | None = None

    @property
    def outcome(self) -> RuleOutcome:
        """What the rule said."""
        return self.flag.outcome

    @property
    def is_undecided(self) -> bool:
        """Whether the rule cannot tell."""
        return self.flag.is_undecided

    @property
    def title(self) -> str:
        """What the flag is about."""
        return self.flag.title

    @property
    def anchor(self) -> str:
        """Where on the page the flag stands."""
        return f"flag-{self.place}"


@dataclass(frozen=True, slots=True)
class ListedMedicine:
    """One medicine as the patient wrote it, beside what it was taken for."""

    entry: MedicineEntry
    recognition: Recognition

    @property
    def typed(self) -> str:
        """The name as it stands on the patient's list."""
        if self.entry.named:
            return self.entry.name
        return ": ".join(words for words in ("One I do not know the name of", self.entry.name) if words)

    @property
    def taken_for(self) -> str:
        """The ingredients recognized or resembled, and what is left to read by hand."""
        recognition = self.recognition
        found = [", ".join(medicine.name for medicine in recognition.certain)]
        by_word: dict[str, list[Possible]] = {}
        for one in recognition.possible:
            by_word.setdefault(one.word, []).append(one)
        found += [f"{self._quoted(word)}possibly {_any_of(ones)}" for word, ones in by_word.items()]
        if self.entry.named:
            found += [
                f"{self._quoted(part)}not recognized: read by hand" for part in recognition.unrecognised
            ]
        else:
            found.append("read by hand")
        return "; ".join(words for words in found if words) or "not recognized: read by hand"

    def _quoted(self, part: str) -> str:
        # A part of what was typed is named; the whole stands beside it anyway.
        whole = {self.entry.name.casefold(), self.entry.as_typed().casefold()}
        return "" if part.casefold() in whole else f"“{part}” "


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
    _flagged: dict[str, tuple[Card, ...]]
    _listed: dict[str, tuple[ListedMedicine, ...]]

    @property
    def cards(self) -> tuple[Card, ...]:
        """Every flag that stands."""
        return self.raised + self.cannot_tell

    @property
    def acknowledged(self) -> int:
        """How many of the flags somebody has acknowledged."""
        return sum(card.acknowledged is not None for card in self.cards)

    @property
    def waiting(self) -> tuple[Card, ...]:
        """The flags nobody has acknowledged: what stands in the way of a sign-off."""
        return tuple(card for card in self.cards if card.acknowledged is None)

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
    def filled_in_by(self) -> Line | None:
        """Who filled in the form, as they said; None when that was never asked."""
        lines = (line for part in self.parts for line in part.lines)
        return next((line for line in lines if line.question == "filled_in_by"), None)

    @property
    def parts(self) -> tuple[PartLines, ...]:
        """All answers, as they were asked."""
        return self.review.submission.transcript

    @property
    def silenced(self) -> tuple[Lowered, ...]:
        """The rules that were not run over this form."""
        return self.review.screening.silenced

    @property
    def lowered(self) -> tuple[Lowered, ...]:
        """The rules that were run over it at a lower priority than they were shipped with."""
        return tuple(one for one in self.review.screening.lowered if not one.is_silenced)

    def has_ended(self, change: Lowered) -> bool:
        """Whether the last day of a change is over: a screening of today would be without it."""
        return change.until < self.today

    @property
    def keys(self) -> str:
        """The keys of every flag that stands, for the page to carry."""
        return " ".join(card.flag.key for card in self.cards)

    def flags_on(self, question: str) -> tuple[Card, ...]:
        """The flags that rest on, or wait for, the answer to a question."""
        return self._flagged.get(question, ())

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
        return next((card.place for card in self.cards if card.flag.key == key), 0)

    def since(self, seen: frozenset[str]) -> tuple[Card, ...]:
        """The flags that were not on a page which showed these keys."""
        return tuple(card for card in self.cards if card.flag.key not in seen)


def read(review: Review, rulebook: RuleBook) -> Reading:
    """The review, ready to be shown; the rules in force say what rules do not cover."""
    clinic = this_clinic()
    screening, formulary = review.screening, clinic.library.formulary
    raised = _cards(review, screening.raised, first=1)
    cannot_tell = _cards(review, screening.cannot_tell, first=len(raised) + 1)
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
        _by_question((*raised, *cannot_tell)),
        {
            question: tuple(_recognised(entry, formulary) for entry in answer.value.entries)
            for question, answer in review.submission.answers.items()
            if isinstance(answer.value, MedicineList)
        },
    )


def was_answered(line: Line) -> bool:
    """Whether there are words of the patient's to quote."""
    return line.state is State.ANSWERED


def _cards(review: Review, flags: Iterable[Flag], first: int) -> tuple[Card, ...]:
    said = standing(review.feedback)
    return tuple(
        Card(
            flag,
            place,
            review.acknowledgement(flag.key),
            tuple(one for one in said if one.flag == flag.key),
            _changed(review, flag),
        )
        for place, flag in enumerate(flags, first)
    )


def _changed(review: Review, flag: Flag) -> Lowered | MovedUp | None:
    # A rule that stopped with an error is urgent whatever the clinic had made of it.
    return None if flag.outcome.failed else review.screening.change_of(flag.outcome.rule)


def _by_question(cards: tuple[Card, ...]) -> dict[str, tuple[Card, ...]]:
    found: dict[str, list[Card]] = {}
    for card in cards:
        quoted = {line.question for line in (*card.outcome.because, *card.outcome.missing)}
        for question in quoted:
            found.setdefault(question, []).append(card)
    return {question: tuple(flagged) for question, flagged in found.items()}


def _recognised(entry: MedicineEntry, formulary: Formulary) -> ListedMedicine:
    return ListedMedicine(entry, formulary.read(entry.as_typed()))


def _any_of(possible: list[Possible]) -> str:
    meant = (" and ".join(medicine.name for medicine in one.medicines) for one in possible)
    return " or ".join(dict.fromkeys(meant))
