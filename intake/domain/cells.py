"""The answers a question can have, cut down to those that comparisons tell apart.

A question with limits from 20 to 250 that is only ever compared with 100 has three answers
worth trying: below, 100 and above; and not known. Every combination can then be tried. The
cells of different questions are taken as independent, so that more is tried than can happen:
what is said to be so of all of them is so of every patient.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, pairwise, product

from intake.domain.answers import Chosen, ChosenMany, MedicineList, State, Text, Value
from intake.domain.conditions import Compare, Condition, Finding, Interval, Operator, comparisons, question_of
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.evidence import rests_on
from intake.domain.number_lines import NUMERIC
from intake.domain.questionnaire import Kind, Question, Questionnaire
from intake.domain.ranges import Range, range_of
from intake.domain.truth import Truth

_UNKNOWN = Interval(None, None)
_MOST_TICKED = 8  # choices told apart on one question; 2 ** 8 ways to tick them
_MOST_MEMBERSHIPS = 6  # classes and medicines told apart; 3 ** 6 lists
_PARTLY_KNOWN = frozenset({Derivation.TOTAL, Derivation.MEAN, Derivation.CLASS_COUNT})
_BEYOND = Decimal(1000)  # a step past the last number that anything is compared with


class TooMany(Exception):
    """More answers to tell apart than can be tried."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to answer a question, or one number that can be worked out."""

    state: State | None = None
    value: Value | None = None
    numbers: tuple[tuple[str, Interval], ...] = ()
    days: int | None = None
    memberships: tuple[tuple[str, Truth], ...] = ()


NOT_REACHED = Cell()


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """What a condition sees of one combination of cells, by question or derived answer."""

    questionnaire: Questionnaire
    cells: Mapping[str, Cell]
    _asked: dict[str, Finding] = field(default_factory=dict, init=False, repr=False, compare=False)

    def asked(self, question: str) -> Finding:
        """Whether the question is rightly put, as its ``only_if`` says."""
        subject = question_of(question)
        if subject not in self._asked:
            self._asked[subject] = self._is_asked(subject)
        return self._asked[subject]

    def _is_asked(self, subject: str) -> Finding:
        if (derived := self.questionnaire.derived_answer(subject)) is not None:
            return max((self.asked(of) for of in rests_on(derived)), key=lambda found: found.truth.value)
        only_if = self.questionnaire.question(subject).only_if
        return Finding(Truth.YES) if only_if is None else only_if.find(self)

    def value(self, question: str) -> Value | None:
        """The value of the cell."""
        return self._cell(question).value

    def state(self, question: str) -> State | None:
        """The state of the cell."""
        return self._cell(question).state

    def number(self, question: str) -> Interval:
        """The number of the cell, as far as it is known."""
        return dict(self._cell(question).numbers).get(question, _UNKNOWN)

    def days_before_sending(self, question: str) -> int | None:
        """The days of the cell."""
        return self._cell(question).days

    def unanswered(self, question: str) -> tuple[str, ...]:
        """The question itself: nobody reads it here."""
        return (question_of(question),)

    @property
    def medicines(self) -> "_Memberships":
        """The classes and medicines of the one cell that lists any."""
        lists = (cell.memberships for cell in self.cells.values() if cell.memberships)
        return _Memberships(dict(next(lists, ())))

    def _cell(self, question: str) -> Cell:
        return self.cells.get(question_of(question), NOT_REACHED)


@dataclass(frozen=True, slots=True)
class _Memberships:
    """Which classes and medicines are on a list of which only that is known."""

    known: Mapping[str, Truth]

    def in_class(self, medicines: MedicineList, medicine_class: str) -> Truth:
        return self.known.get(f"class {medicine_class}", Truth.NOT_KNOWN)

    def lists(self, medicines: MedicineList, medicine: str) -> Truth:
        return self.known.get(f"medicine {medicine}", Truth.NOT_KNOWN)


def closure(questionnaire: Questionnaire, conditions: Iterable[Condition]) -> dict[str, list[Compare]]:
    """Every subject that settles these conditions, with the comparisons made on it.

    What decides whether a question is asked belongs to it.
    """
    found: dict[str, list[Compare]] = {}
    gates: set[str] = set()
    waiting = list(conditions)
    while waiting:
        for comparison in comparisons(waiting.pop()):
            subject = question_of(comparison.question)
            found.setdefault(subject, []).append(comparison)
            derived = questionnaire.derived_answer(subject)
            for question in (subject,) if derived is None else rests_on(derived):
                only_if = questionnaire.question(question).only_if
                if only_if is not None and question not in gates:
                    waiting.append(only_if)
                gates.add(question)
    return found


def cells_of(questionnaire: Questionnaire, subject: str, compared: Iterable[Compare]) -> tuple[Cell, ...]:
    """One cell for each way in which the comparisons on a subject can come out. Raises TooMany."""
    asked = tuple(dict.fromkeys(compared))
    derived = questionnaire.derived_answer(subject)
    if derived is not None:
        candidates = _derived_cells(derived, range_of(questionnaire, subject), asked)
    else:
        candidates = _question_cells(questionnaire, questionnaire.question(subject), asked)
    kept: dict[tuple[Truth, ...], Cell] = {}
    for cell in candidates:
        alone = _Alone(questionnaire, {subject: cell})
        kept.setdefault(tuple(one.find(alone).truth for one in asked), cell)
    return tuple(kept.values())


class _Alone(CellEvidence):
    """One cell by itself, of a question that is asked."""

    def asked(self, question: str) -> Finding:
        return Finding(Truth.YES)


def _question_cells(
    questionnaire: Questionnaire, question: Question, asked: tuple[Compare, ...]
) -> Iterator[Cell]:
    yield from _answered(questionnaire, question, asked)
    if question.offers_not_sure:
        yield Cell(State.NOT_SURE)
    if question.offers_declined:
        yield Cell(State.DECLINED)
    yield Cell(State.BLANK)
    yield NOT_REACHED


def _answered(questionnaire: Questionnaire, question: Question, asked: tuple[Compare, ...]) -> Iterator[Cell]:
    match question.kind:
        case Kind.YES_NO | Kind.CHOOSE_ONE | Kind.SCALE:
            for choice in question.choices:
                points = () if choice.points is None else ((question.id, _exactly(Decimal(choice.points))),)
                yield Cell(State.ANSWERED, Chosen(choice.id), points)
        case Kind.CHOOSE_ANY:
            yield from _ticked(question, asked)
        case Kind.NUMBER:
            for number in _numbers(range_of(questionnaire, question.id), asked):
                yield Cell(State.ANSWERED, Text(""), ((question.id, _exactly(number)),))
        case Kind.READING:
            parts = [f"{question.id}.{part}" for part in ("first", "second")]
            ways = [
                [(part, _exactly(number)) for number in _numbers(range_of(questionnaire, part), asked, part)]
                for part in parts
            ]
            for numbers in product(*ways):
                yield Cell(State.ANSWERED, Text(""), numbers)
        case Kind.DATE:
            for number in _numbers(range_of(questionnaire, question.id), asked):
                yield Cell(State.ANSWERED, Text(""), days=int(number))
        case Kind.TEXT:
            yield Cell(State.ANSWERED, Text(""))
        case Kind.MEDICINES:
            yield from _lists(asked)


def _ticked(question: Question, asked: tuple[Compare, ...]) -> Iterator[Cell]:
    named = {str(one.operand) for one in asked}
    told_apart = [choice for choice in question.choices if choice.id in named]
    if len(told_apart) > _MOST_TICKED:
        raise TooMany
    others = [c.id for c in question.choices if c.id not in named and not c.exclusive][:1]
    alone = [c.id for c in question.choices if c.exclusive]
    several = [choice.id for choice in told_apart if not choice.exclusive]
    ticked = [chosen for size in range(len(several) + 1) for chosen in combinations(several, size)]
    for chosen in [*ticked, *((one,) for one in alone)]:
        if chosen or others:
            yield Cell(State.ANSWERED, ChosenMany(chosen or tuple(others)))
        if question.offers_not_sure and chosen not in [(one,) for one in alone]:
            yield Cell(State.ANSWERED, ChosenMany(chosen, unsure=True))


def _lists(asked: tuple[Compare, ...]) -> Iterator[Cell]:
    classes = (Operator.HAS_CLASS, Operator.LACKS_CLASS)
    named = dict.fromkeys(
        f"{'class' if one.operator in classes else 'medicine'} {one.operand}"
        for one in asked
        if one.operator not in (Operator.STATE, Operator.STATE_NOT)
    )
    if len(named) > _MOST_MEMBERSHIPS:
        raise TooMany
    for truths in product(Truth, repeat=len(named)):
        yield Cell(State.ANSWERED, MedicineList(()), memberships=tuple(zip(named, truths, strict=True)))


def _derived_cells(derived: DerivedAnswer, within: Range, asked: tuple[Compare, ...]) -> Iterator[Cell]:
    points = _numbers(within, asked)
    if derived.derivation is not Derivation.MENTIONS:
        yield NOT_REACHED
    for number in points:
        yield Cell(numbers=((derived.id, _exactly(number)),))
    if derived.derivation in _PARTLY_KNOWN:
        for low, high in combinations(points, 2):
            yield Cell(numbers=((derived.id, Interval(low, high)),))


def _numbers(within: Range, asked: tuple[Compare, ...], reference: str = "") -> list[Decimal]:
    """The ends of a range, every number compared with, and one between each two of those.

    Where only whole numbers can be given, the next ones stand for what lies between.
    """
    compared = [one for one in asked if not reference or one.question == reference]
    operators = NUMERIC | {Operator.WITHIN_DAYS, Operator.LONGER_AGO_THAN_DAYS}
    lines = {Decimal(str(one.operand)) for one in compared if one.operator in operators}
    ends = {end for end in (within.low, within.high) if end is not None}
    marks = sorted(lines | ends) or [Decimal(0)]
    beyond = [marks[0] - _BEYOND, marks[-1] + _BEYOND]
    if within.whole:
        steps = {Decimal(math.floor(mark)) + step for mark in (*marks, *beyond) for step in (-1, 0, 1)}
        return sorted(number for number in steps if within.holds(number))
    between = [(low + high) / 2 for low, high in pairwise(marks)]
    return sorted(number for number in {*marks, *between, *beyond} if within.holds(number))


def _exactly(number: Decimal) -> Interval:
    return Interval(number, number)
