"""Which truths one comparison can have at all, by going through every answer its question can hold.

Of whole conditions :mod:`intake.domain.possibilities` says the same and more, by trying; this one needs
no trying, and so has an answer for every comparison.

Too many truths may be named (a follow-up whose parent rules an answer out), never too few: a truth
that is not named here is proved impossible.
"""

from decimal import Decimal

from intake.domain.answers import State
from intake.domain.conditions import OPPOSITES, Compare, Interval, Operator, question_of
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.evidence import rests_on
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Bounds, Question, Questionnaire
from intake.domain.truth import Truth, truth_of

_POSITIVE = {opposite: positive for positive, opposite in OPPOSITES.items()}
_UNKNOWN = frozenset({Truth.NOT_KNOWN})
_KNOWN = frozenset({Truth.YES, Truth.NO})


def possible_truths(
    comparison: Compare, questionnaire: Questionnaire, formulary: Formulary
) -> frozenset[Truth]:
    """Every truth the comparison can have for some person, or more."""
    reference, operator = comparison.question, comparison.operator
    derived = questionnaire.derived_answer(question_of(reference))
    asked_of = (reference,) if derived is None else rests_on(derived)
    asked = [questionnaire.question(question_of(of)).only_if is None for of in asked_of]
    # A question with no condition is always asked; otherwise it may rightly not be, or nobody knows.
    truths = frozenset() if any(asked) else frozenset({Truth.NO, Truth.NOT_KNOWN})
    if operator in _POSITIVE:
        positive = Compare(reference, _POSITIVE[operator], comparison.operand)
        opposed = _when_asked(positive, derived, questionnaire, formulary)
        return truths | {Truth(2 - truth.value) for truth in opposed}
    return truths | _when_asked(comparison, derived, questionnaire, formulary)


def _when_asked(
    comparison: Compare, derived: DerivedAnswer | None, questionnaire: Questionnaire, formulary: Formulary
) -> frozenset[Truth]:
    if derived is not None:
        # What is worked out from words is never unknown: what is not written is not mentioned.
        sides = _sides(comparison, _derived_range(derived, questionnaire))
        return sides if derived.derivation is Derivation.MENTIONS else sides | _UNKNOWN
    question = questionnaire.question(question_of(comparison.question))
    # A page may never have been reached, so the answer to a question may always be unknown.
    return _UNKNOWN | _of_values(comparison, question, formulary)


def _of_values(comparison: Compare, question: Question, formulary: Formulary) -> frozenset[Truth]:
    named = comparison.operand if isinstance(comparison.operand, tuple) else (comparison.operand,)
    choices = [choice.id for choice in question.choices]
    match comparison.operator:
        case Operator.IS | Operator.IS_ONE_OF | Operator.INCLUDES:
            # Choosing or ticking it, and choosing or ticking any other.
            return frozenset(truth_of(choice in named) for choice in choices)
        case Operator.AT_LEAST | Operator.ABOVE:
            return _sides(comparison, _range(comparison.question, question))
        case Operator.STATE:
            return frozenset(truth_of(state in named) for state in _states(question))
        case Operator.HAS_CLASS:
            named_in = any(named[0] in medicine.classes for medicine in formulary.medicines)
            return _KNOWN if named_in else frozenset({Truth.NO})
        case _:
            return _KNOWN


def _states(question: Question) -> tuple[State, ...]:
    offered = {State.NOT_SURE: question.offers_not_sure, State.DECLINED: question.offers_declined}
    return tuple(state for state in State if offered.get(state, True))


def _sides(comparison: Compare, numbers: Interval) -> frozenset[Truth]:
    """On which sides of a line the least and the greatest number there can be lie."""
    line = Decimal(str(comparison.operand))

    def over(number: Decimal) -> Truth:
        return truth_of(number >= line if comparison.operator is Operator.AT_LEAST else number > line)

    highest = Truth.YES if numbers.high is None else over(numbers.high)
    lowest = Truth.NO if numbers.low is None else over(numbers.low)
    return frozenset({highest, lowest})


def _range(reference: str, question: Question) -> Interval:
    points = [Decimal(choice.points) for choice in question.choices if choice.points is not None]
    if points:
        return Interval(min(points), max(points))
    bounds: Bounds | None = None
    if question.limits:
        bounds = question.limits[-1] if reference.endswith(".second") else question.limits[0]
    return Interval(None, None) if bounds is None else Interval(bounds.low, bounds.high)


def _derived_range(derived: DerivedAnswer, questionnaire: Questionnaire) -> Interval:
    zero = Decimal(0)
    match derived.derivation:
        case Derivation.TOTAL:
            most = sum((_most(questionnaire.question(item)) for item in derived.of), zero)
            return Interval(zero, most)
        case Derivation.MEAN:
            most = sum((_most(questionnaire.question(item)) for item in derived.of), zero)
            return Interval(zero, most / len(derived.of))
        case Derivation.CLASS_COUNT:
            return Interval(zero, Decimal(len(derived.classes)))
        case Derivation.MENTIONS:
            return Interval(zero, Decimal(len(derived.words)))
        case Derivation.UNRECOGNISED_COUNT:
            return Interval(zero, None)
        case Derivation.AGE | Derivation.BODY_MASS_INDEX | Derivation.DAYS_SINCE:
            return Interval(None, None)


def _most(question: Question) -> Decimal:
    return max((Decimal(choice.points or 0) for choice in question.choices), default=Decimal(0))
