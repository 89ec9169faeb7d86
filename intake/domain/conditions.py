"""The conditions rules are made of, and what a patient's answers make of them.

There is no ``not``: every comparison has its opposite, so that silence can never be
turned into an answer by negating it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Protocol

from intake.domain.answers import Chosen, ChosenMany, MedicineList, State, Value
from intake.domain.truth import Truth, all_of, any_of, truth_of


@dataclass(frozen=True, slots=True)
class Finding:
    """A truth, the questions whose answers settled it, and those nobody has answered.

    ``because`` and ``missing`` hold question ids (or ids of derived answers), in the
    order the condition names them. ``missing`` is empty unless the truth is not known.
    """

    truth: Truth
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known to lie between two bounds; ``None`` is no bound at all.

    A PHQ-9 total with one item left blank is an interval: what is certain about it
    counts, and what is not stays not known.
    """

    low: Decimal | None
    high: Decimal | None

    @property
    def exact(self) -> Decimal | None:
        """The number itself when there is only one it can be."""
        return self.low if self.low == self.high else None


class ClassMembership(Protocol):
    """What recognising a medicine list has to say to a condition."""

    def in_class(self, medicines: MedicineList, medicine_class: str) -> Truth:
        """Whether any medicine listed belongs to the class."""

    def lists(self, medicines: MedicineList, medicine: str) -> Truth:
        """Whether this medicine, alone or in a combination, is listed."""


class Evidence(Protocol):
    """Everything a condition may look at."""

    def asked(self, question: str) -> Finding:
        """Whether the question was rightly put to this patient."""

    def value(self, question: str) -> Value | None:
        """The value given, or None when it is not known."""

    def state(self, question: str) -> State | None:
        """How the question was left, or None when it was never reached."""

    def number(self, question: str) -> Interval:
        """A number question, scale points, part of a reading, or derived number."""

    def days_before_sending(self, question: str) -> int | None:
        """How many days before the form was sent the date given lies."""

    def unanswered(self, question: str) -> tuple[str, ...]:
        """What to name as missing when this question, or derived answer, is not known."""

    @property
    def medicines(self) -> ClassMembership:
        """How medicines are recognised."""


class Operator(Enum):
    """How an answer is compared. Each stands beside its opposite."""

    IS = "is"
    IS_NOT = "is_not"
    IS_ONE_OF = "is_one_of"
    IS_NONE_OF = "is_none_of"
    INCLUDES = "includes"
    LEAVES_OUT = "leaves_out"
    AT_LEAST = "at_least"
    BELOW = "below"
    ABOVE = "above"
    AT_MOST = "at_most"
    WITHIN_DAYS = "within_days"
    LONGER_AGO_THAN_DAYS = "longer_ago_than_days"
    HAS_CLASS = "has_class"
    LACKS_CLASS = "lacks_class"
    HAS_MEDICINE = "has_medicine"
    LACKS_MEDICINE = "lacks_medicine"
    STATE = "state"
    STATE_NOT = "state_not"


OPPOSITES = {
    Operator.IS: Operator.IS_NOT,
    Operator.IS_ONE_OF: Operator.IS_NONE_OF,
    Operator.INCLUDES: Operator.LEAVES_OUT,
    Operator.AT_LEAST: Operator.BELOW,
    Operator.ABOVE: Operator.AT_MOST,
    Operator.WITHIN_DAYS: Operator.LONGER_AGO_THAN_DAYS,
    Operator.HAS_CLASS: Operator.LACKS_CLASS,
    Operator.HAS_MEDICINE: Operator.LACKS_MEDICINE,
    Operator.STATE: Operator.STATE_NOT,
}
_POSITIVE = {opposite: positive for positive, opposite in OPPOSITES.items()}

Operand = str | Decimal | int | tuple[str, ...] | tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison on one question.

    ``question`` may be a derived answer's id, or ``id.first`` / ``id.second`` for one
    number of a reading.
    """

    question: str
    operator: Operator
    operand: Operand
    # The operator, or the one it is the opposite of: looked up once, and asked of every form.
    _positive: Operator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_positive", _POSITIVE.get(self.operator, self.operator))

    def find(self, evidence: Evidence) -> Finding:
        """NO when the question was rightly never asked; not known when nobody knows."""
        asked = evidence.asked(self.question)
        if asked.truth is not Truth.YES:
            return asked
        truth = self.of_one_asked(evidence)
        if truth is Truth.NOT_KNOWN:
            return Finding(truth, missing=evidence.unanswered(self.question))
        return Finding(truth, because=(question_of(self.question),))

    def of_one_asked(self, evidence: Evidence) -> Truth:
        """The truth for a patient to whom the question was rightly put."""
        truth = self._positively(evidence)
        return truth if self._positive is self.operator else _flipped(truth)

    def _positively(self, evidence: Evidence) -> Truth:
        match self._positive:
            case Operator.IS | Operator.IS_ONE_OF:
                return _chosen(evidence.value(self.question), _choices(self.operand))
            case Operator.INCLUDES:
                return _ticked(evidence.value(self.question), str(self.operand))
            case Operator.AT_LEAST | Operator.ABOVE:
                return self._reaches(evidence.number(self.question))
            case Operator.WITHIN_DAYS:
                return self._recent(evidence)
            case Operator.HAS_CLASS | Operator.HAS_MEDICINE:
                return self._listed(evidence)
            case Operator.STATE:
                state = evidence.state(self.question)
                return Truth.NOT_KNOWN if state is None else truth_of(state in self._states())
            case other:
                raise ValueError(f"no meaning for a comparison {other.value!r}")

    def _reaches(self, number: Interval) -> Truth:
        line = Decimal(str(self.operand))

        def over(bound: Decimal) -> bool:
            return bound >= line if self._positive is Operator.AT_LEAST else bound > line

        if number.low is not None and over(number.low):
            return Truth.YES
        if number.high is not None and not over(number.high):
            return Truth.NO
        return Truth.NOT_KNOWN

    def _recent(self, evidence: Evidence) -> Truth:
        days = evidence.days_before_sending(self.question)
        return Truth.NOT_KNOWN if days is None else truth_of(days <= int(str(self.operand)))

    def _listed(self, evidence: Evidence) -> Truth:
        value = evidence.value(self.question)
        if not isinstance(value, MedicineList):
            return Truth.NOT_KNOWN
        if self._positive is Operator.HAS_CLASS:
            return evidence.medicines.in_class(value, str(self.operand))
        return evidence.medicines.lists(value, str(self.operand))

    def _states(self) -> tuple[State, ...]:
        states = self.operand if isinstance(self.operand, tuple) else ()
        return tuple(state for state in states if isinstance(state, State))


@dataclass(frozen=True, slots=True)
class All:
    """Every part must be so."""

    parts: tuple["Condition", ...]

    def find(self, evidence: Evidence) -> Finding:
        """The least of the parts, kept to what settled it."""
        findings = [part.find(evidence) for part in self.parts]
        return settled(all_of(finding.truth for finding in findings), findings)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must be so."""

    parts: tuple["Condition", ...]

    def find(self, evidence: Evidence) -> Finding:
        """The greatest of the parts, kept to what settled it."""
        findings = [part.find(evidence) for part in self.parts]
        return settled(any_of(finding.truth for finding in findings), findings)


Condition = Compare | All | AnyOf


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Every comparison in a condition, in the order written."""
    match condition:
        case Compare():
            yield condition
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons(part)


def question_of(reference: str) -> str:
    """The question a reference is about: ``blood_pressure.first`` is about ``blood_pressure``."""
    return reference.partition(".")[0]


def questions_in(condition: Condition) -> tuple[str, ...]:
    """The ids of the questions a condition looks at, each once, in the order written."""
    return _once(question_of(part.question) for part in comparisons(condition))


def settled(truth: Truth, findings: list[Finding]) -> Finding:
    """A truth, and of the findings it was made from what settled it."""
    if truth is Truth.NOT_KNOWN:
        known = [f for f in findings if f.truth is Truth.YES or f.truth is truth]
        missing = _once(q for f in findings if f.truth is truth for q in f.missing)
        return Finding(truth, _once(q for f in known for q in f.because), missing)
    return Finding(truth, _once(q for f in findings if f.truth is truth for q in f.because))


def _flipped(truth: Truth) -> Truth:
    # Not known stays as it is, which a boolean `not` would not keep.
    match truth:
        case Truth.YES:
            return Truth.NO
        case Truth.NO:
            return Truth.YES
        case Truth.NOT_KNOWN:
            return truth


def _once(questions: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(questions))


def _choices(operand: Operand) -> tuple[str, ...]:
    return tuple(str(part) for part in operand) if isinstance(operand, tuple) else (str(operand),)


def _chosen(value: Value | None, choices: tuple[str, ...]) -> Truth:
    match value:
        case None:
            return Truth.NOT_KNOWN
        case Chosen(choice):
            return truth_of(choice in choices)
        case other:
            raise TypeError(f"a {type(other).__name__} is not one choice")


def _ticked(value: Value | None, choice: str) -> Truth:
    match value:
        case None:
            return Truth.NOT_KNOWN
        case ChosenMany(choices, unsure):
            if choice in choices:
                return Truth.YES
            # "I'm not sure" ticked beside others: what was not ticked is not a no.
            return Truth.NOT_KNOWN if unsure else Truth.NO
        case other:
            raise TypeError(f"a {type(other).__name__} is not a list of choices")
