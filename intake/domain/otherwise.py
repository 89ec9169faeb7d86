"""What else one person could have said to one question, on either side of each line a rule draws."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answer,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    Text,
    answered,
)
from intake.domain.conditions import Compare, Operator, question_of
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.evidence import PatientEvidence
from intake.domain.measures import canonical_unit
from intake.domain.medicines import Medicine
from intake.domain.mutated_comparisons import ComparisonMutation
from intake.domain.number_lines import NUMERIC
from intake.domain.questionnaire import CHOICE_KINDS, Kind, Question

_DAYS = frozenset({Operator.WITHIN_DAYS, Operator.LONGER_AGO_THAN_DAYS})
_CLASS = frozenset({Operator.HAS_CLASS, Operator.LACKS_CLASS})
_TENTH = Decimal("0.1")
# Beside which the other number of a reading is drawn when nobody gave one.
_TOP, _BOTTOM = 120, 70


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Other answers to one question of one person. ``parts`` are the comparisons that look at it."""

    given: PatientEvidence
    question: str
    parts: tuple[Compare, ...]

    def answers(self) -> Iterator[Answer]:
        """Values first, then the ways to leave it open that the question offers. May name the present one."""
        question = self._question
        match question.kind:
            case kind if kind in CHOICE_KINDS:
                yield from (answered(Chosen(choice.id)) for choice in question.choices)
            case Kind.CHOOSE_ANY:
                yield from self._ticks()
            case Kind.NUMBER:
                yield from self._amounts()
            case Kind.READING:
                yield from self._readings()
            case Kind.DATE:
                yield from self._days()
            case Kind.MEDICINES:
                yield from self._lists()
            case Kind.TEXT:
                yield from self._texts()
        yield BLANK
        if question.offers_not_sure:
            yield NOT_SURE
        if question.offers_declined:
            yield DECLINED

    @property
    def _question(self) -> Question:
        return self.given.questionnaire.question(self.question)

    def _derived(self, comparison: Compare) -> DerivedAnswer | None:
        return self.given.questionnaire.derived_answer(question_of(comparison.question))

    def _ticks(self) -> Iterator[Answer]:
        """One tick more or fewer, each alone, and "none of these"."""
        offered = self._question.choices
        several = [choice.id for choice in offered if not choice.exclusive]
        now = self.given.value(self.question)
        ticked = set(now.choices) & set(several) if isinstance(now, ChosenMany) else set()
        for one in several:
            changed = ticked ^ {one}
            if changed:
                yield answered(ChosenMany(tuple(each for each in several if each in changed)))
        yield from (answered(ChosenMany((choice.id,))) for choice in offered)
        if self._question.offers_not_sure and ticked:
            yield answered(ChosenMany(tuple(each for each in several if each in ticked), unsure=True))

    def _amounts(self) -> Iterator[Answer]:
        question = self._question
        unit = canonical_unit(question.units[0])
        for amount in sorted(set(self._beside())):
            if all(bounds.hold(amount) for bounds in question.limits[:1]):
                yield answered(Number(amount, (format(amount, "f"),), unit))

    def _beside(self) -> Iterator[Decimal]:
        for comparison in self.parts:
            if comparison.operator not in NUMERIC:
                continue
            line, derived = Decimal(str(comparison.operand)), self._derived(comparison)
            if derived is None:
                step = ComparisonMutation(self.given.questionnaire, self.given.formulary).step(self.question)
                yield from (line - step, line, line + step)
            elif derived.derivation is Derivation.BODY_MASS_INDEX:
                yield from self._for_index(derived, line)

    def _for_index(self, derived: DerivedAnswer, line: Decimal) -> Iterator[Decimal]:
        """Heights or weights that bring a body mass index to either side of a line, to a tenth."""
        height, weight = (self.given.value(one) for one in derived.of)
        if self.question == derived.of[1] and isinstance(height, Number):
            yield from _tenths_beside(line * (height.amount / 100) ** 2)
        elif self.question == derived.of[0] and isinstance(weight, Number) and line > 0:
            yield from _tenths_beside((weight.amount / line).sqrt() * 100)

    def _readings(self) -> Iterator[Answer]:
        now = self.given.value(self.question)
        top, bottom = (now.first, now.second) if isinstance(now, Reading) else (_TOP, _BOTTOM)
        pairs = [(top, bottom)]
        for comparison in self.parts:
            if comparison.operator not in NUMERIC:
                continue
            line = int(Decimal(str(comparison.operand)))
            for number in (line - 1, line, line + 1):
                # The top number is never the smaller one.
                if comparison.question.endswith(".second"):
                    pairs.append((max(top, number + 1), number))
                else:
                    pairs.append((number, min(bottom, number - 1)))
        yield from (answered(Reading(*pair)) for pair in dict.fromkeys(pairs))

    def _days(self) -> Iterator[Answer]:
        today, days = self.given.as_of, []
        for comparison in self.parts:
            derived = self._derived(comparison)
            number = int(Decimal(str(comparison.operand))) if comparison.operator in NUMERIC | _DAYS else 0
            if derived is not None and derived.derivation is Derivation.AGE:
                # The last to have turned so old, the next in line, and a year further on.
                for years in (number, number + 1):
                    birthday = _years_before(today, years)
                    days += [birthday, birthday + timedelta(days=1)]
            else:
                days += [today - timedelta(days=each) for each in (max(number - 1, 0), number, number + 1)]
        yield from (answered(Day(day)) for day in dict.fromkeys(days) if day <= today)

    def _lists(self) -> Iterator[Answer]:
        """The list with one medicine more, without those meant, and with one nobody knows the name of."""
        now = self.given.value(self.question)
        listed = now.entries if isinstance(now, MedicineList) else ()
        for is_meant in self._meant():
            fewer = tuple(entry for entry in listed if not any(map(is_meant, self._named(entry))))
            if fewer and fewer != listed:
                yield answered(MedicineList(fewer))
        yield from (self._and(listed, MedicineEntry(name)) for name in self._names())
        if not listed:
            yield self._and((), MedicineEntry(self._harmless()))
        yield self._and(listed, MedicineEntry("", named=False))

    def _meant(self) -> Iterator["_IsMeant"]:
        for comparison in self.parts:
            if comparison.operator in _CLASS:
                yield _IsMeant(frozenset({str(comparison.operand)}), "")
            elif comparison.operator in (Operator.HAS_MEDICINE, Operator.LACKS_MEDICINE):
                yield _IsMeant(frozenset(), str(comparison.operand))
            elif (derived := self._derived(comparison)) is not None:
                yield from (_IsMeant(frozenset({one}), "") for one in derived.classes)

    def _names(self) -> Iterator[str]:
        known = self.given.formulary.medicines
        for is_meant in self._meant():
            # One that is in as few classes as may be says the most about the one asked for.
            meant = sorted((one for one in known if is_meant(one)), key=lambda one: len(one.classes))
            yield from (one.name for one in meant[:1])

    def _harmless(self) -> str:
        return next((one.name for one in self.given.formulary.medicines if not one.classes), "vitamin D")

    def _named(self, entry: MedicineEntry) -> Iterable[Medicine]:
        read = self.given.medicines.of(entry)
        return (*read.certain, *(medicine for near in read.possible for medicine in near.medicines))

    def _and(self, listed: tuple[MedicineEntry, ...], entry: MedicineEntry) -> Answer:
        return answered(MedicineList((*listed, entry)))

    def _texts(self) -> Iterator[Answer]:
        found = (self._derived(comparison) for comparison in self.parts)
        words = [word for derived in found if derived is not None for word in derived.words[:1]]
        yield from (answered(Text(one)) for one in (*words, "Other words"))


@dataclass(frozen=True, slots=True)
class _IsMeant:
    """Whether a medicine is one that a comparison asks for."""

    classes: frozenset[str]
    medicine: str

    def __call__(self, medicine: Medicine) -> bool:
        return bool(self.classes & medicine.classes) or medicine.id == self.medicine


def _tenths_beside(amount: Decimal) -> Iterator[Decimal]:
    down, up = (amount.quantize(_TENTH, rounding) for rounding in (ROUND_FLOOR, ROUND_CEILING))
    yield from (down - _TENTH, down, up, up + _TENTH)


def _years_before(day: date, years: int) -> date:
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February: a year older on 1 March of a common year
        return date(year, 2, 28)
