"""Conditions as pairs of formulas, following ``Compare.find`` and ``PatientEvidence`` step by step."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from intake.domain.answers import State
from intake.domain.conditions import OPPOSITES, All, AnyOf, Compare, Condition, Operator, question_of
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.evidence import rests_on
from intake.domain.questionnaire import CHOICE_KINDS, Kind
from intake.proving.formulas import NEVER, SO, Formula, Points, every, opposite, reaches, some
from intake.proving.medicine_groups import Group
from intake.proving.pairs import Pair, all_of, any_of, known
from intake.proving.questions import Variables
from intake.proving.space import TWIN, Space

_POSITIVE = {negative: positive for positive, negative in OPPOSITES.items()}


@dataclass(frozen=True, slots=True)
class Encoder:
    """Encodes conditions over one space. ``second`` encodes the second person's answers:
    those to the space's twin questions are their own, all others are shared."""

    space: Space
    second: bool = False
    _known: dict[Condition, Pair] = field(default_factory=dict)
    _asked: dict[str, Pair] = field(default_factory=dict)

    def pair(self, condition: Condition) -> Pair:
        """When this condition is YES, and when NO."""
        found = self._known.get(condition)
        if found is None:
            match condition:
                case All(parts):
                    found = all_of([self.pair(part) for part in parts])
                case AnyOf(parts):
                    found = any_of([self.pair(part) for part in parts])
                case Compare():
                    truth = self._truth(condition)
                    found = truth.only_when(self.asked(condition.question))
            self._known[condition] = found
        return found

    def asked(self, reference: str) -> Pair:
        """Whether the question was rightly put to the person."""
        question_id = question_of(reference)
        if question_id not in self._asked:
            questionnaire = self.space.questionnaire
            derived = questionnaire.derived_answer(question_id)
            if derived is not None:
                self._asked[question_id] = any_of([self.asked(one) for one in rests_on(derived)])
            else:
                only_if = questionnaire.question(question_id).only_if
                self._asked[question_id] = Pair(SO, NEVER) if only_if is None else self.pair(only_if)
        return self._asked[question_id]

    def given(self, question_id: str) -> Formula:
        """A value was given to a question that is asked: what leaves the draft with the form."""
        return every([self.asked(question_id).yes, self.variables(question_id).answered])

    def whose(self, question_id: str) -> str:
        """What the variables of this question are marked with."""
        return TWIN if self.second and question_id in self.space.twins else ""

    def variables(self, question_id: str) -> Variables:
        """The variables of a question, of the person this encodes."""
        return self.space.variables(question_id, self.whose(question_id))

    def _truth(self, comparison: Compare) -> Pair:
        positive = _POSITIVE.get(comparison.operator)
        if positive is not None:
            return self._truth(Compare(comparison.question, positive, comparison.operand)).flipped
        variables = self._variables_of(comparison.question)
        match comparison.operator:
            case Operator.AT_LEAST | Operator.ABOVE:
                return self._reaches(comparison)
            case Operator.IS | Operator.IS_ONE_OF:
                return _chosen(variables, comparison)
            case Operator.INCLUDES:
                tick = variables.chose(str(comparison.operand))
                return Pair(tick, every([variables.answered, opposite(tick), opposite(variables.unsure)]))
            case Operator.WITHIN_DAYS:
                days = self.space.line(comparison.question, self.whose(comparison.question))
                longer = days.reaches(Decimal(str(comparison.operand)), above=True)
                return known(variables.answered, opposite(longer))
            case Operator.HAS_CLASS | Operator.HAS_MEDICINE:
                return self.listed(comparison.question, comparison.operator, str(comparison.operand))
            case Operator.STATE:
                return _left(variables, comparison)
            case operator:
                raise ValueError(f"no encoding for a comparison {operator.value!r}")

    def _variables_of(self, reference: str) -> Variables:
        # A derived answer has no variables of its own; the first it rests on stands in, unused.
        derived = self.space.questionnaire.derived_answer(question_of(reference))
        return self.variables(question_of(reference) if derived is None else rests_on(derived)[0])

    def listed(self, question_id: str, operator: Operator, what: str) -> Pair:
        """Whether a list holds a medicine, or one of a class, as far as it can be read."""
        whose = self.whose(question_id)
        certain, possible = self.space.listed(question_id, whose)

        def meant(listed: list[tuple[Group, Formula]]) -> Formula:
            by_class = operator is Operator.HAS_CLASS
            return some(so for group, so in listed if (group.is_in(what) if by_class else group.names(what)))

        maybe = some([meant(possible), self.space.unnamed(question_id, whose)])
        named = meant(certain)
        answered = self.variables(question_id).answered
        return Pair(named, every([answered, opposite(named), opposite(maybe)]))

    def _reaches(self, comparison: Compare) -> Pair:
        at, above = Decimal(str(comparison.operand)), comparison.operator is Operator.ABOVE
        question_id, _, part = comparison.question.partition(".")
        derived = self.space.questionnaire.derived_answer(question_id)
        if derived is not None:
            return self._worked_out(derived, at, above=above)
        variables = self.variables(question_id)
        if variables.question.kind in CHOICE_KINDS:
            return _points_reach(variables, at, above=above)
        if variables.question.kind is Kind.READING and not part:
            part = "first"
        reference = f"{question_id}.{part}" if part else question_id
        line = self.space.line(reference, self.whose(question_id))
        return known(variables.answered, line.reaches(at, above=above))

    def _worked_out(self, derived: DerivedAnswer, at: Decimal, *, above: bool) -> Pair:
        match derived.derivation:
            case Derivation.AGE:
                return self._age(derived.of[0], at, above=above)
            case Derivation.DAYS_SINCE:
                question = derived.of[0]
                days = self.space.line(question, self.whose(question))
                return known(self.given(question), days.reaches(at, above=above))
            case Derivation.BODY_MASS_INDEX:
                return self._body_mass(derived, at, above=above)
            case Derivation.TOTAL | Derivation.MEAN:
                share = len(derived.of) if derived.derivation is Derivation.MEAN else 1
                return self._total(derived.of, _whole(at * share, above=above))
            case Derivation.CLASS_COUNT:
                return self._classes(derived, _whole(at, above=above))
            case Derivation.UNRECOGNISED_COUNT:
                question = derived.of[0]
                by_hand = self.space.by_hand_line(question, self.whose(question))
                return known(self.given(question), by_hand.reaches(at, above=above))
            case Derivation.MENTIONS:
                so = self._mentions(derived, _whole(at, above=above))
                return Pair(so, opposite(so))

    def _age(self, question: str, at: Decimal, *, above: bool) -> Pair:
        years = _whole(at, above=above)
        days = self.space.line(question, self.whose(question))
        born = _born_by(self.space.sent_on, years)
        if born is None:
            old_enough: Formula = SO if years <= 0 else NEVER
        else:
            old_enough = days.reaches(Decimal((self.space.sent_on - born).days))
        return known(self.given(question), old_enough)

    def _body_mass(self, derived: DerivedAnswer, at: Decimal, *, above: bool) -> Pair:
        mass = self.space.body_mass(derived, second=self.second)
        stands = mass.height.reaches(Decimal(0), above=True)
        given = every([*(self.given(one) for one in derived.of), stands])
        return known(given, mass.index.reaches(at, above=above))

    def _total(self, items: tuple[str, ...], line: int) -> Pair:
        certain = reaches(tuple(self._points(item) for item in items), line)
        possible = reaches(tuple((*self._points(item), *self._at_most(item)) for item in items), line)
        return Pair(certain, opposite(possible))

    def _points(self, item: str) -> Points:
        variables, asked = self.variables(item), self.asked(item).yes
        return tuple(
            (choice.points, every([asked, variables.chose(choice.id)]))
            for choice in variables.question.choices
            if choice.points
        )

    def _at_most(self, item: str) -> Points:
        # An item nobody knows may count as much as it can; one rightly not asked counts nothing.
        most = max((choice.points or 0 for choice in self.variables(item).question.choices), default=0)
        open_item = every([opposite(self.asked(item).no), opposite(self.given(item))])
        return ((most, open_item),) if most else ()

    def _classes(self, derived: DerivedAnswer, line: int) -> Pair:
        prompts = dict(derived.or_answered)
        question = derived.of[0]
        truths = []
        for one in derived.classes:
            listed = self.listed(question, Operator.HAS_CLASS, one).only_when(self.asked(question))
            answered = [self.pair(prompts[one])] if one in prompts else []
            truths.append(any_of([listed, *answered]))
        certain = reaches(tuple(((1, truth.yes),) for truth in truths), line)
        possible = reaches(tuple(((1, opposite(truth.no)),) for truth in truths), line)
        return Pair(certain, opposite(possible))

    def _mentions(self, derived: DerivedAnswer, line: int) -> Formula:
        def stands(word: str) -> Formula:
            return some(
                every([self.given(text), self.space.says(text, word, self.whose(text))])
                for text in derived.of
                if self.space.questionnaire.question(text).kind is Kind.TEXT
            )

        return reaches(tuple(((1, stands(word)),) for word in derived.words), line)


def _chosen(variables: Variables, comparison: Compare) -> Pair:
    operand = comparison.operand
    named = {str(one) for one in operand} if isinstance(operand, tuple) else {str(operand)}
    choices = variables.question.choices
    return Pair(
        some(variables.chose(choice.id) for choice in choices if choice.id in named),
        some(variables.chose(choice.id) for choice in choices if choice.id not in named),
    )


def _left(variables: Variables, comparison: Compare) -> Pair:
    states = comparison.operand if isinstance(comparison.operand, tuple) else ()
    offered = (State.ANSWERED, *variables.states)
    so = some(variables.left(state) for state in offered if state in states)
    return Pair(so, some(variables.left(state) for state in offered if state not in states))


def _points_reach(variables: Variables, at: Decimal, *, above: bool) -> Pair:
    line = _whole(at, above=above)
    choices = [(choice.points or 0, variables.chose(choice.id)) for choice in variables.question.choices]
    return Pair(
        some(so for points, so in choices if points >= line),
        some(so for points, so in choices if points < line),
    )


def _whole(at: Decimal, *, above: bool) -> int:
    """The least whole number that reaches a line."""
    exact = Fraction(at)
    return floor(exact) + 1 if above else ceil(exact)


def _born_by(today: date, years: int) -> date | None:
    """The latest birthday of somebody this old; None when no calendar holds it."""
    if not 0 < today.year - years <= date.max.year:
        return None
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February: a year older on 1 March of a common year
        return date(today.year - years, 2, 28)
