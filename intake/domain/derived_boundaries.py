"""Answers that bring a worked-out number to a line, and one step to either side of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from intake.domain.answers import (
    BLANK,
    Answer,
    Chosen,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Text,
    answered,
)
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.medicines import Formulary, Medicine
from intake.domain.questionnaire import Questionnaire

Given = Mapping[str, Answer]

_TALL = Decimal(200)  # cm; at two meters a body mass index is a quarter of the weight in kg


@dataclass(frozen=True, slots=True)
class DerivedBoundaries:
    """Answers to try for the derived answers of one questionnaire, on one day."""

    questionnaire: Questionnaire
    formulary: Formulary
    as_of: date

    def around(self, derived: DerivedAnswer, wanted: tuple[Decimal, ...]) -> Iterator[Given]:
        """Answers from which each number wanted is worked out, as nearly as it can be, and none at all."""
        first = derived.of[0]
        match derived.derivation:
            case Derivation.AGE | Derivation.DAYS_SINCE:
                yield from self._days(derived, wanted)
            case Derivation.BODY_MASS_INDEX:
                for index in wanted:
                    height, weight = derived.of
                    yield {height: _measured(_TALL, "cm"), weight: _measured(index * 4, "kg")}
            case Derivation.TOTAL | Derivation.MEAN:
                yield from self._totals(derived, wanted)
            case Derivation.CLASS_COUNT:
                for count in map(int, wanted):
                    yield {first: self._one_of_each(derived.classes[: max(count, 0)])}
            case Derivation.UNRECOGNISED_COUNT:
                yield {first: taking(MedicineEntry("zzyxomil"))}
                yield {first: self._one_of_each(tuple(self.formulary.classes)[:1])}
            case Derivation.MENTIONS:
                yield from ({of: answered(Text(word))} for of in derived.of for word in derived.words[:1])
                yield {first: answered(Text("words"))}
        yield dict.fromkeys(derived.of, BLANK)

    def _days(self, derived: DerivedAnswer, wanted: tuple[Decimal, ...]) -> Iterator[Given]:
        for number in map(int, wanted):
            if derived.derivation is Derivation.AGE:
                # The day on which somebody becomes so old, and the last day on which they are not.
                birthday = date(self.as_of.year - number, self.as_of.month, min(self.as_of.day, 28))
                days = (birthday, birthday + timedelta(days=1))
            else:
                days = (self.as_of - timedelta(days=number),) * 2
            yield from ({derived.of[0]: answered(Day(day))} for day in dict.fromkeys(days))

    def _totals(self, derived: DerivedAnswer, wanted: tuple[Decimal, ...]) -> Iterator[Given]:
        items = 1 if derived.derivation is Derivation.TOTAL else len(derived.of)
        for total in (round(number * items) for number in wanted):
            points = self._points(derived.of, total)
            yield points
            yield from ({**points, item: BLANK} for item in derived.of)

    def _points(self, items: tuple[str, ...], total: int) -> Given:
        given: dict[str, Answer] = {}
        for item in items:
            offered = [(one.points or 0, one.id) for one in self.questionnaire.question(item).choices]
            points, choice = max((one for one in offered if one[0] <= total), default=min(offered))
            given[item] = answered(Chosen(choice))
            total -= points
        return given

    def _one_of_each(self, classes: tuple[str, ...]) -> Answer:
        names = [one.name for name in classes for one in self._members(name)[:1]]
        return taking(*map(MedicineEntry, names or ["vitamin D"]))

    def _members(self, medicine_class: str) -> list[Medicine]:
        return [one for one in self.formulary.medicines if medicine_class in one.classes]


def taking(*entries: MedicineEntry) -> Answer:
    """A medicine list of these entries."""
    return answered(MedicineList(entries))


def _measured(amount: Decimal, unit: str) -> Answer:
    return answered(Number(amount, (format(amount, "f"),), unit))
