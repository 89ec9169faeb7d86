"""What a condition may look at: one patient's answers, read with one questionnaire.

Also where derived answers (age, totals, medicine classes) are worked out. They are
three-valued like any other answer: what cannot be worked out is not known.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from intake.domain.answers import (
    Answers,
    Chosen,
    Day,
    MedicineList,
    Number,
    Reading,
    State,
    Text,
    Value,
)
from intake.domain.conditions import Finding, Interval, question_of, questions_in
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.medicines import Formulary
from intake.domain.medicines import Reading as MedicineReading
from intake.domain.questionnaire import Questionnaire
from intake.domain.truth import Truth, any_of

UNKNOWN = Interval(None, None)
_ASKED = Finding(Truth.YES)


@dataclass(frozen=True, slots=True)
class PatientEvidence:
    """One patient's answers as of the day the form was, or would be, sent.

    ``unread`` are questions answered on paper in a way nobody could read, ``not_on_paper`` those that do not
    stand on a paper of an earlier edition. They have no answer, and so are not known to any condition; nor is
    what they mention, though a box that was left empty mentions nothing.
    """

    questionnaire: Questionnaire
    formulary: Formulary
    answers: Answers
    as_of: date
    unread: frozenset[str] = frozenset()
    not_on_paper: frozenset[str] = frozenset()
    # Worked out once, however many rules look: the answers stay as they are.
    _asked: dict[str, Finding] = field(default_factory=dict, init=False, repr=False, compare=False)
    _numbers: dict[str, Interval] = field(default_factory=dict, init=False, repr=False, compare=False)
    _medicines: MedicineReading = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_medicines", self.formulary.reading())

    @property
    def medicines(self) -> MedicineReading:
        """How medicines are recognised: each entry is read once, however many rules ask."""
        return self._medicines

    def asked(self, question: str) -> Finding:
        """YES when the question applies, NO when rightly not asked, else not known."""
        if (found := self._asked.get(question)) is None:
            found = self._asked[question] = self._is_asked(question_of(question))
        return found

    def value(self, question: str) -> Value | None:
        """The value given, or None when it is not known."""
        return self.answers.value(question_of(question))

    def state(self, question: str) -> State | None:
        """How the question was left, or None when it was never reached."""
        return self.answers.state(question_of(question))

    def days_before_sending(self, question: str) -> int | None:
        """Days between the date given and the day of sending; negative when later."""
        value = self.value(question)
        return (self.as_of - value.day).days if isinstance(value, Day) else None

    def number(self, question: str) -> Interval:
        """The number behind a reference, as far as it is known."""
        if (found := self._numbers.get(question)) is None:
            found = self._numbers[question] = self._number(question)
        return found

    def unanswered(self, question: str) -> tuple[str, ...]:
        """The questions to name as missing: for a derived answer, its unknown parts."""
        question_id = question_of(question)
        derived = self.questionnaire.derived_answer(question_id)
        if derived is None:
            return (question_id,)
        asked = tuple(of for of in rests_on(derived) if self.asked(of).truth is not Truth.NO)
        if derived.derivation is Derivation.MENTIONS:
            return self._hidden(derived) or derived.of
        return tuple(of for of in asked if self.value(of) is None) or derived.of

    def derive(self, derived: DerivedAnswer) -> Interval:
        """A derived answer, as far as the answers it rests on are known."""
        match derived.derivation:
            case Derivation.AGE:
                return self._whole_years(derived.of[0])
            case Derivation.BODY_MASS_INDEX:
                return self._body_mass_index(*derived.of)
            case Derivation.TOTAL:
                return self._total(derived.of)
            case Derivation.MEAN:
                total, items = self._total(derived.of), len(derived.of)
                return Interval(_divided(total.low, items), _divided(total.high, items))
            case Derivation.DAYS_SINCE:
                days = self.days_before_sending(derived.of[0])
                return UNKNOWN if days is None else _exactly(days)
            case Derivation.CLASS_COUNT:
                return self._classes(derived)
            case Derivation.UNRECOGNISED_COUNT:
                listed = self.value(derived.of[0])
                if not isinstance(listed, MedicineList):
                    return UNKNOWN
                return _exactly(len(self.medicines.not_recognised(listed)))
            case Derivation.MENTIONS:
                found = Decimal(len(self.mentioned(derived)))
                return Interval(found, None if self._hidden(derived) else found)

    def mentioned(self, derived: DerivedAnswer) -> tuple[str, ...]:
        """The listed words that stand in a free text; text left empty mentions nothing."""
        texts = [value.words for value in map(self.value, derived.of) if isinstance(value, Text)]
        return tuple(word for word in derived.words if any(stands_in(word, text) for text in texts))

    def _hidden(self, derived: DerivedAnswer) -> tuple[str, ...]:
        """The boxes that may hold words nobody knows."""
        without = self.unread | self.not_on_paper
        hidden = (of for of in derived.of if of in without and self.value(of) is None)
        return tuple(of for of in hidden if self.asked(of).truth is not Truth.NO)

    def _number(self, question: str) -> Interval:
        question_id, _, part = question.partition(".")
        if (derived := self.questionnaire.derived_answer(question_id)) is not None:
            return self.derive(derived)
        match self.value(question_id):
            case Number(amount):
                return Interval(amount, amount)
            case Reading(first, second):
                return _exactly(second if part == "second" else first)
            case Chosen(choice):
                return _exactly(self.points(question_id, choice))
        return UNKNOWN

    def _is_asked(self, question_id: str) -> Finding:
        if (derived := self.questionnaire.derived_answer(question_id)) is not None:
            return self._derived_from_something_asked(derived)
        only_if = self.questionnaire.question(question_id).only_if
        return _ASKED if only_if is None else only_if.find(self)

    def _derived_from_something_asked(self, derived: DerivedAnswer) -> Finding:
        # A total over items is asked about when any item is; what is rightly not asked
        # at all derives nothing: NO.
        findings = [self.asked(of) for of in rests_on(derived)]
        return max(findings, key=lambda finding: finding.truth.value)

    def _whole_years(self, question: str) -> Interval:
        value = self.value(question)
        if not isinstance(value, Day):
            return UNKNOWN
        born, today = value.day, self.as_of
        # Someone born on 29 February turns a year older on 1 March of a common year.
        return _exactly(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))

    def _body_mass_index(self, height: str, weight: str) -> Interval:
        tall, heavy = self.value(height), self.value(weight)
        if not (isinstance(tall, Number) and isinstance(heavy, Number)) or tall.amount <= 0:
            return UNKNOWN
        metres = tall.amount / 100
        # Not rounded: 39.96 is still below 40. Rounding belongs to the page that shows it.
        return _exactly(heavy.amount / (metres * metres))

    def _total(self, items: tuple[str, ...]) -> Interval:
        low = high = Decimal(0)
        for item in items:
            if self.asked(item).truth is Truth.NO:
                continue
            match self.value(item):
                case Chosen(choice):
                    low += self.points(item, choice)
                    high += self.points(item, choice)
                case _:
                    high += self._most_points(item)
        return Interval(low, high)

    def _classes(self, derived: DerivedAnswer) -> Interval:
        prompts = dict(derived.or_answered)
        truths = []
        for one in derived.classes:
            listed = self._listed_class(derived.of[0], one)
            answered = [prompts[one].find(self).truth] if one in prompts else []
            truths.append(any_of([listed, *answered]))
        certain = sum(truth is Truth.YES for truth in truths)
        possible = sum(truth is not Truth.NO for truth in truths)
        return Interval(Decimal(certain), Decimal(possible))

    def _listed_class(self, question: str, medicine_class: str) -> Truth:
        if (asked := self.asked(question).truth) is not Truth.YES:
            return asked
        listed = self.value(question)
        if not isinstance(listed, MedicineList):
            return Truth.NOT_KNOWN
        return self.medicines.in_class(listed, medicine_class)

    def points(self, question_id: str, choice: str) -> int:
        """What a choice of a rating scale counts. Raises ValueError for any other question."""
        points = self.questionnaire.question(question_id).choice(choice).points
        if points is None:
            raise ValueError(f"question {question_id} has no points to compare")
        return points

    def _most_points(self, question_id: str) -> int:
        choices = self.questionnaire.question(question_id).choices
        return max(choice.points or 0 for choice in choices)


def rests_on(derived: DerivedAnswer) -> tuple[str, ...]:
    """Every question a derived answer is worked out from, each once."""
    prompts = (one for _, condition in derived.or_answered for one in questions_in(condition))
    return tuple(dict.fromkeys((*derived.of, *prompts)))


def _divided(number: Decimal | None, by: int) -> Decimal | None:
    return None if number is None else number / by


def _exactly(number: int | Decimal) -> Interval:
    return Interval(Decimal(number), Decimal(number))


def relevant(evidence: PatientEvidence) -> Answers:
    """The answers that belong to the submission: those on branches still reached.

    An answer whose question no longer applies stays in the draft, so that going back
    restores it, and never leaves it.
    """
    reached = frozenset(
        question.id
        for question in evidence.questionnaire.questions
        if evidence.asked(question.id).truth is Truth.YES
    )
    return evidence.answers.only(reached)


def stands_in(words: str, text: str) -> bool:
    """Whether these words stand in a text as whole words, in any case."""
    # Whole words, whatever the spaces: "recommend it" does not say "end it".
    written = " ".join(text.casefold().split())
    return re.search(rf"\b{re.escape(words.casefold())}\b", written) is not None
