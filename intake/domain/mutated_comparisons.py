"""One comparison changed in one place, in every way a slip of the pen might change it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import TypeVar

from intake.domain.answers import State
from intake.domain.conditions import OPPOSITES, All, AnyOf, Compare, Condition, Operand, Operator, question_of
from intake.domain.derived_answers import Derivation
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Question, Questionnaire

T = TypeVar("T")

_OPPOSITES = OPPOSITES | {opposite: positive for positive, opposite in OPPOSITES.items()}
_LINE_TO_THE_OTHER_SIDE = {
    Operator.AT_LEAST: Operator.ABOVE,
    Operator.ABOVE: Operator.AT_LEAST,
    Operator.BELOW: Operator.AT_MOST,
    Operator.AT_MOST: Operator.BELOW,
}
_ONE, _TENTH = Decimal(1), Decimal("0.1")
_LISTS = {Operator.IS: Operator.IS_ONE_OF, Operator.IS_NOT: Operator.IS_NONE_OF}
_NUMBERS = {".first": ".second", ".second": ".first"}


@dataclass(frozen=True, slots=True)
class ComparisonMutation:
    """Changes comparisons on the questions of one questionnaire and the medicines of one formulary."""

    questionnaire: Questionnaire
    formulary: Formulary

    def changed(self, comparison: Compare) -> Iterator[Condition]:
        """The comparison changed in one way at a time; never the comparison itself.

        Every comparison is turned into its opposite. Beside that:

        - a line moves one step up and down, and from one side of its own number to the other;
        - a choice becomes each other choice, and gains each other choice; a list loses each and
          gains each; a choice to tick becomes each other choice to tick, and gains each;
        - a list of states loses each, gains each the question offers, and a single one becomes each other;
        - a class becomes each other class, gains each, and becomes each single medicine of its own;
          a medicine becomes each of its classes, and each other medicine of one;
        - the first number of a reading becomes the second, and the other way round.
        """
        yield replace(comparison, operator=_OPPOSITES[comparison.operator])
        yield from self._compared_otherwise(comparison)
        for first, second in _NUMBERS.items():
            if comparison.question.endswith(first):
                yield replace(comparison, question=comparison.question.removesuffix(first) + second)

    def step(self, reference: str) -> Decimal:
        """The least by which the number behind a reference can meaningfully differ.

        1 for whole numbers (years, points, days, mmHg, counts), 0.1 for measures of the body.
        """
        derived = self.questionnaire.derived_answer(question_of(reference))
        if derived is not None:
            match derived.derivation:
                case Derivation.BODY_MASS_INDEX:
                    return _TENTH
                case Derivation.MEAN:
                    return _ONE / len(derived.of)
                case _:
                    return _ONE
        # A measure asked in two units is kept in one of them, and need not be whole there.
        return _TENTH if len(self._question(reference).units) > 1 else _ONE

    def _compared_otherwise(self, comparison: Compare) -> Iterator[Condition]:
        match comparison.operator:
            case Operator.AT_LEAST | Operator.ABOVE | Operator.BELOW | Operator.AT_MOST:
                yield replace(comparison, operator=_LINE_TO_THE_OTHER_SIDE[comparison.operator])
                yield from _with(comparison, self._lines_beside(comparison))
            case Operator.WITHIN_DAYS | Operator.LONGER_AGO_THAN_DAYS:
                days = int(str(comparison.operand))
                yield from _with(comparison, (days - 1, days + 1))
            case Operator.IS | Operator.IS_NOT:
                chosen, others = str(comparison.operand), self._other_choices(comparison)
                yield from _with(comparison, others)
                listed = replace(comparison, operator=_LISTS[comparison.operator])
                yield from _with(listed, ((chosen, other) for other in others))
            case Operator.IS_ONE_OF | Operator.IS_NONE_OF:
                choices = _choices(comparison)
                yield from _with(comparison, _one_fewer(choices))
                yield from _with(comparison, ((*choices, one) for one in self._other_choices(comparison)))
            case Operator.INCLUDES | Operator.LEAVES_OUT:
                others = self._other_choices(comparison)
                yield from _with(comparison, others)
                # There is no list to tick from in one comparison: it gains a choice as an *any* or *all*.
                either = AnyOf if comparison.operator is Operator.INCLUDES else All
                yield from (either((comparison, other)) for other in _with(comparison, others))
            case Operator.STATE | Operator.STATE_NOT:
                yield from _with(comparison, self._other_states(comparison))
            case Operator.HAS_CLASS | Operator.LACKS_CLASS:
                yield from self._class_changed(comparison, str(comparison.operand))
            case Operator.HAS_MEDICINE | Operator.LACKS_MEDICINE:
                yield from self._medicine_changed(comparison, str(comparison.operand))

    def _lines_beside(self, comparison: Compare) -> tuple[Decimal, ...]:
        line, step = Decimal(str(comparison.operand)), self.step(comparison.question)
        beside = line - step, line + step
        if step in (_ONE, _TENTH):
            return beside
        # A third of a point has no end: the line is drawn just below the number it stands for.
        return tuple(number.quantize(_TENTH, rounding=ROUND_DOWN) for number in beside)

    def _other_choices(self, comparison: Compare) -> tuple[str, ...]:
        named = _choices(comparison)
        choices = self._question(comparison.question).choices
        return tuple(choice.id for choice in choices if choice.id not in named)

    def _other_states(self, comparison: Compare) -> Iterator[Operand]:
        named = _states(comparison)
        question = self._question(comparison.question)
        others = [state for state in _states_of(question) if state not in named]
        if len(named) > 1:
            yield from _one_fewer(named)
        else:
            yield from ((other,) for other in others)
        yield from ((*named, other) for other in others)

    def _class_changed(self, comparison: Compare, medicine_class: str) -> Iterator[Condition]:
        others = tuple(_with(comparison, (one for one in self.formulary.classes if one != medicine_class)))
        yield from others
        either = AnyOf if comparison.operator is Operator.HAS_CLASS else All
        yield from (either((comparison, other)) for other in others)
        members = (one.id for one in self.formulary.medicines if medicine_class in one.classes)
        yield from _with(replace(comparison, operator=_beside(comparison.operator)), members)

    def _medicine_changed(self, comparison: Compare, medicine: str) -> Iterator[Compare]:
        classes = next(one.classes for one in self.formulary.medicines if one.id == medicine)
        others = (
            one.id
            for one in self.formulary.medicines
            if one.id != medicine and set(classes) & set(one.classes)
        )
        yield from _with(comparison, others)
        yield from _with(replace(comparison, operator=_beside(comparison.operator)), sorted(classes))

    def _question(self, reference: str) -> Question:
        return self.questionnaire.question(question_of(reference))


def _with(comparison: Compare, operands: Iterable[Operand]) -> Iterator[Compare]:
    return (replace(comparison, operand=operand) for operand in operands)


def _beside(operator: Operator) -> Operator:
    match operator:
        case Operator.HAS_CLASS:
            return Operator.HAS_MEDICINE
        case Operator.LACKS_CLASS:
            return Operator.LACKS_MEDICINE
        case Operator.HAS_MEDICINE:
            return Operator.HAS_CLASS
        case _:
            return Operator.LACKS_CLASS


def _states_of(question: Question) -> tuple[State, ...]:
    not_sure = (State.NOT_SURE,) if question.offers_not_sure else ()
    declined = (State.DECLINED,) if question.offers_declined else ()
    return (State.ANSWERED, *not_sure, *declined, State.BLANK)


def _choices(comparison: Compare) -> tuple[str, ...]:
    operand = comparison.operand
    return tuple(map(str, operand)) if isinstance(operand, tuple) else (str(operand),)


def _states(comparison: Compare) -> tuple[State, ...]:
    operand = comparison.operand if isinstance(comparison.operand, tuple) else ()
    return tuple(state for state in operand if isinstance(state, State))


def _one_fewer(listed: tuple[T, ...]) -> Iterator[tuple[T, ...]]:
    return (listed[:place] + listed[place + 1 :] for place in range(len(listed)))
