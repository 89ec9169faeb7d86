"""Answers worth trying around one comparison: at its line, one step on either side, and not known.

Where examples are missing, a person made of these answers shows what nobody has tried yet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, islice

from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    Number,
    Reading,
    Text,
    answered,
)
from intake.domain.conditions import All, AnyOf, Compare, Condition, Operator, comparisons, question_of
from intake.domain.derived_boundaries import DerivedBoundaries, Given, taking
from intake.domain.evidence import PatientEvidence
from intake.domain.measures import canonical_unit
from intake.domain.medicines import Formulary
from intake.domain.mutated_comparisons import ComparisonMutation
from intake.domain.number_lines import NUMERIC
from intake.domain.questionnaire import CHOICE_KINDS, Kind, Question, Questionnaire
from intake.domain.truth import Truth

Change = Mapping[str, Answer | None]  # what to answer otherwise; None: the page is never reached


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Answers to try, for forms of one questionnaire sent on one day."""

    questionnaire: Questionnaire
    formulary: Formulary
    as_of: date

    def evidence(self, given: Given) -> PatientEvidence:
        """What these answers are to a condition."""
        return PatientEvidence(self.questionnaire, self.formulary, Answers(given), self.as_of)

    def around(self, comparison: Compare) -> Iterator[Change]:
        """Answers on every side of a comparison, with those that lead to its question being asked."""
        reference = question_of(comparison.question)
        derived = self.questionnaire.derived_answer(reference)
        if derived is not None:
            opened = self._opened(derived.of)
            counted = DerivedBoundaries(self.questionnaire, self.formulary, self.as_of)
            tried = counted.around(derived, self._beside(comparison))
            yield from ({**opened, **given} for given in tried)
            for _, condition in derived.or_answered:
                yield from (given for part in comparisons(condition) for given in self.around(part))
            return
        question = self.questionnaire.question(reference)
        opened = self._opened((question.id,))
        yield {**opened, question.id: None}
        yield from ({**opened, question.id: answer} for answer in self._answers(question, comparison))
        if question.only_if is not None:
            # And the ways in which the question is not asked, or nobody knows whether it should be.
            yield from (given for part in comparisons(question.only_if) for given in self.around(part))

    def difference(self, one: Condition, other: Condition, bases: tuple[Given, ...] = ()) -> Given | None:
        """Answers, tried around the comparisons of both, on which their truths differ.

        Begins with no answers and then the ``bases``, changed around one comparison and then around
        two. None says that none of those tried tells them apart, and no more than that.
        """
        parts = dict.fromkeys((*comparisons(one), *comparisons(other)))
        tries = [list(self.around(part)) for part in parts]
        tried = islice(_combined(({}, *bases), tries), _MOST_TRIES)
        return next((given for given in tried if self._differ(one, other, given)), None)

    def showing(self, comparison: Compare, truth: Truth, bases: tuple[Given, ...] = ()) -> Given | None:
        """Answers, tried likewise, on which a comparison has this truth; None when none of them does."""
        tried = islice(_combined(({}, *bases), [list(self.around(comparison))]), _MOST_TRIES)
        return next((g for g in tried if comparison.find(self.evidence(g)).truth is truth), None)

    def _differ(self, one: Condition, other: Condition, given: Given) -> bool:
        evidence = self.evidence(given)
        return one.find(evidence).truth is not other.find(evidence).truth

    def _opened(self, questions: tuple[str, ...]) -> Given:
        opened: dict[str, Answer] = {}
        for question in questions:
            only_if = self.questionnaire.question(question).only_if
            if only_if is not None:
                opened |= self._so(only_if)
        return opened

    def _so(self, condition: Condition) -> Given:
        """Answers that make a condition so, where they are easily found."""
        match condition:
            case Compare():
                tried = self.around(condition)
                so = (
                    one for one in map(_given, tried) if condition.find(self.evidence(one)).truth is Truth.YES
                )
                return next(so, {})
            case AnyOf(parts):
                return self._so(parts[0])
            case All(parts):
                return {question: answer for part in parts for question, answer in self._so(part).items()}

    def _answers(self, question: Question, comparison: Compare) -> Iterator[Answer]:
        match question.kind:
            case kind if kind in CHOICE_KINDS:
                yield from (answered(Chosen(choice.id)) for choice in question.choices)
            case Kind.CHOOSE_ANY:
                yield from _ticks(question)
            case Kind.NUMBER:
                unit = canonical_unit(question.units[0])
                for number in self._beside(comparison):
                    yield answered(Number(number, (format(number, "f"),), unit))
            case Kind.READING:
                yield from self._readings(comparison)
            case Kind.DATE:
                days = int(str(comparison.operand)) if comparison.operator in _DAYS else 0
                for ago in (days - 1, days, days + 1):
                    yield answered(Day(self.as_of - timedelta(days=ago)))
            case Kind.MEDICINES:
                yield from self._lists(comparison)
            case _:
                yield answered(Text("words"))
        yield BLANK
        if question.offers_not_sure:
            yield NOT_SURE
        if question.offers_declined:
            yield DECLINED

    def _beside(self, comparison: Compare) -> tuple[Decimal, ...]:
        if comparison.operator not in NUMERIC:
            return (Decimal(1),)
        line = Decimal(str(comparison.operand))
        step = ComparisonMutation(self.questionnaire, self.formulary).step(comparison.question)
        return line, line - step, line + step

    def _readings(self, comparison: Compare) -> Iterator[Answer]:
        for number in map(int, self._beside(comparison)):
            if comparison.question.endswith(".second"):
                yield from (answered(Reading(max(number, first), number)) for first in (100, 135, 160, 190))
            else:
                yield from (answered(Reading(number, second)) for second in (60, 85, 100, 125))

    def _lists(self, comparison: Compare) -> Iterator[Answer]:
        if comparison.operator in (Operator.HAS_CLASS, Operator.LACKS_CLASS):
            meant = [one for one in self.formulary.medicines if comparison.operand in one.classes]
        else:
            meant = [one for one in self.formulary.medicines if one.id == comparison.operand]
        others = [one for one in self.formulary.medicines if not one.classes]
        # Those in fewer classes first: they tell the most about one of them.
        for medicine in sorted(meant, key=lambda one: len(one.classes)) + others[:1]:
            yield taking(MedicineEntry(medicine.name))
        yield taking(MedicineEntry("", named=False))


_MOST_TRIES = 3000  # a few tenths of a second
_DAYS = {Operator.WITHIN_DAYS, Operator.LONGER_AGO_THAN_DAYS}


def _combined(bases: tuple[Given, ...], tries: list[list[Change]]) -> Iterator[Given]:
    for base in bases:
        yield from (_given(base, change) for changes in tries for change in changes)
    for base in bases:
        for first, second in combinations(tries, 2):
            yield from (_given(base, one, other) for one in first for other in second)


def _given(*changes: Change) -> Given:
    merged = {question: answer for change in changes for question, answer in change.items()}
    return {question: answer for question, answer in merged.items() if answer is not None}


def _ticks(question: Question) -> Iterator[Answer]:
    several = tuple(choice.id for choice in question.choices if not choice.exclusive)
    yield from (answered(ChosenMany((choice.id,))) for choice in question.choices)
    yield from (answered(ChosenMany(pair)) for pair in combinations(several, 2))
    if question.offers_not_sure:
        yield from (answered(ChosenMany(ticked, unsure=True)) for ticked in ((), *((s,) for s in several)))
