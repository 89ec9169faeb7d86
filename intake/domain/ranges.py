"""The numbers an answer can have: from a question's limits, or from what it is worked out from."""

from dataclasses import dataclass
from decimal import Decimal

from intake.domain.conditions import question_of
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.questionnaire import Bounds, Kind, Question, Questionnaire


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest number, None where there is no end; ``whole`` when it has no fractions."""

    low: Decimal | None
    high: Decimal | None
    whole: bool = False

    def holds(self, number: Decimal) -> bool:
        """Whether the number lies within."""
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)


ANY = Range(None, None)
_WHOLE_AND_NOT_NEGATIVE = Range(Decimal(0), None, whole=True)


def range_of(questionnaire: Questionnaire, reference: str) -> Range:
    """The range of a number question, a part of a reading, scale points, or a derived answer."""
    derived = questionnaire.derived_answer(reference)
    if derived is not None:
        return _derived(questionnaire, derived)
    question = questionnaire.question(question_of(reference))
    match question.kind:
        case Kind.SCALE:
            points = [Decimal(choice.points or 0) for choice in question.choices]
            return Range(min(points), max(points), whole=True)
        case Kind.READING if question.limits:
            bounds = question.limits[1 if reference.endswith(".second") else 0]
            return Range(bounds.low, bounds.high, whole=True)
        case Kind.NUMBER if question.limits:
            return Range(question.limits[0].low, question.limits[0].high)
        case Kind.DATE:
            return _WHOLE_AND_NOT_NEGATIVE if question.past else Range(None, None, whole=True)
    return ANY


def _derived(questionnaire: Questionnaire, derived: DerivedAnswer) -> Range:
    match derived.derivation:
        case Derivation.TOTAL | Derivation.MEAN:
            items = [questionnaire.question(item) for item in derived.of]
            # An item that is rightly not asked counts 0.
            least = sum((_least(item) for item in items), Decimal(0))
            most = sum((_most(item) for item in items), Decimal(0))
            if derived.derivation is Derivation.MEAN:
                return Range(least / len(items), most / len(items))
            return Range(least, most, whole=True)
        case Derivation.CLASS_COUNT:
            return Range(Decimal(0), Decimal(len(derived.classes)), whole=True)
        case Derivation.MENTIONS:
            return Range(Decimal(0), Decimal(len(derived.words)), whole=True)
        case Derivation.BODY_MASS_INDEX:
            return _body_mass_index(*(questionnaire.question(one).limits for one in derived.of))
        case Derivation.AGE | Derivation.DAYS_SINCE if not questionnaire.question(derived.of[0]).past:
            return Range(None, None, whole=True)
        case _:
            return _WHOLE_AND_NOT_NEGATIVE


def _body_mass_index(heights: tuple[Bounds, ...], weights: tuple[Bounds, ...]) -> Range:
    if not heights or not weights or heights[0].low <= 0:
        return Range(Decimal(0), None)
    tall, heavy = heights[0], weights[0]
    return Range(heavy.low / (tall.high / 100) ** 2, heavy.high / (tall.low / 100) ** 2)


def _least(item: Question) -> Decimal:
    points = [Decimal(choice.points or 0) for choice in item.choices]
    return Decimal(0) if item.only_if is not None else min(points, default=Decimal(0))


def _most(item: Question) -> Decimal:
    return max((Decimal(choice.points or 0) for choice in item.choices), default=Decimal(0))
