"""What a rule's condition says, in the words of the form: for people who do not read YAML."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from intake.domain.answers import State
from intake.domain.clauses import ROOT
from intake.domain.conditions import All, AnyOf, Compare, Condition, Operator, question_of, questions_in
from intake.domain.evidence import rests_on
from intake.domain.measures import canonical_unit
from intake.domain.medicines import Formulary
from intake.domain.number_lines import is_so
from intake.domain.questionnaire import Kind, Question, Questionnaire

STATES = {
    State.ANSWERED: "answered",
    State.NOT_SURE: "left at “I'm not sure”",
    State.DECLINED: "left at “I'd rather not say”",
    State.BLANK: "left blank",
}
_NUMBERS = {
    Operator.AT_LEAST: "is {} or more",
    Operator.ABOVE: "is above {}",
    Operator.BELOW: "is below {}",
    Operator.AT_MOST: "is {} or less",
}
_UNITS = {"kg/m2": "kg/m²"}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a condition in words; the lines in ``parts`` stand under it, indented.

    ``path`` is its place in the rule (``when.all[0]``), ``comparison`` what it says, if it is one.
    """

    words: str
    path: str
    comparison: Compare | None = None
    parts: tuple["Told", ...] = ()

    def lines(self) -> Iterator["Told"]:
        """This line and all under it, in the order read."""
        yield self
        for part in self.parts:
            yield from part.lines()


@dataclass(frozen=True, slots=True)
class AskedOnly:
    """A question that is not put to everybody, or that is worked out, and what it depends on, in words."""

    question: str
    label: str
    words: str
    when: Told | None = None


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells conditions in the words of one questionnaire and one formulary."""

    questionnaire: Questionnaire
    formulary: Formulary

    def condition(self, condition: Condition, path: str = ROOT) -> Told:
        """The condition as nested lines, one for each comparison and each *all* and *any*."""
        match condition:
            case Compare():
                return Told(self._compared(condition), path, condition)
            case All(parts):
                return Told("all of these:", path, parts=self._parts(parts, f"{path}.all"))
            case AnyOf(parts):
                return Told("at least one of these:", path, parts=self._parts(parts, f"{path}.any"))

    def asked_only(self, condition: Condition) -> tuple[AskedOnly, ...]:
        """Which of the questions a condition looks at are worked out or follow-ups, and upon what.

        What a follow-up depends on is told as well when that is a follow-up itself.
        """
        told: dict[str, AskedOnly] = {}
        waiting = list(questions_in(condition))
        while waiting:
            one = waiting.pop(0)
            derived = self.questionnaire.derived_answer(one)
            if one in told:
                continue
            if derived is not None:
                of = rests_on(derived)
                listed = ", ".join(f"“{self.questionnaire.label(each)}”" for each in of)
                told[one] = AskedOnly(one, derived.label, f"worked out by the program from {listed}")
                waiting.extend(of)
            elif (only_if := self.questionnaire.question(one).only_if) is not None:
                when = self.condition(only_if, "only_if")
                told[one] = AskedOnly(one, self.questionnaire.label(one), "asked only if", when)
                waiting.extend(questions_in(only_if))
        return tuple(told.values())

    def _parts(self, parts: tuple[Condition, ...], path: str) -> tuple[Told, ...]:
        return tuple(self.condition(part, f"{path}[{place}]") for place, part in enumerate(parts))

    def _compared(self, comparison: Compare) -> str:
        subject = question_of(comparison.question)
        derived = self.questionnaire.derived_answer(subject)
        if derived is not None:
            return f"“{derived.label}” {_number(comparison, derived.unit)}"
        question = self.questionnaire.question(subject)
        return f"“{question.label}”{self._said(question, comparison)}"

    def _said(self, question: Question, comparison: Compare) -> str:
        operand = comparison.operand
        match comparison.operator:
            case Operator.IS | Operator.IS_ONE_OF:
                return f" was answered {_listed(question, operand, 'or')}"
            case Operator.IS_NOT | Operator.IS_NONE_OF:
                return f" was answered, and not with {_listed(question, operand, 'or')}"
            case Operator.INCLUDES:
                return f": {_listed(question, operand, 'or')} was ticked"
            case Operator.LEAVES_OUT:
                return f" was answered, and {_listed(question, operand, 'or')} was not ticked"
            case Operator.STATE:
                return f" was {_states(operand)}"
            case Operator.STATE_NOT:
                return f" was reached, and not {_states(operand)}"
            case Operator.WITHIN_DAYS:
                return f" lies at most {operand} days before the form was sent"
            case Operator.LONGER_AGO_THAN_DAYS:
                return f" lies more than {operand} days before the form was sent"
            case Operator.HAS_CLASS | Operator.HAS_MEDICINE:
                return f" lists {self._medicine(comparison)}"
            case Operator.LACKS_CLASS | Operator.LACKS_MEDICINE:
                return f" was answered, and does not list {self._medicine(comparison)}"
            case _:
                return _measured(question, comparison)

    def _medicine(self, comparison: Compare) -> str:
        what = str(comparison.operand)
        if comparison.operator in (Operator.HAS_CLASS, Operator.LACKS_CLASS):
            return f"a medicine of the kind “{self.formulary.classes.get(what, what)}”"
        return next((f"“{one.name}”" for one in self.formulary.medicines if one.id == what), what)


def condition_in_words(questionnaire: Questionnaire, formulary: Formulary, condition: Condition) -> Told:
    """A condition as nested lines in the words of the form."""
    return Teller(questionnaire, formulary).condition(condition)


def _listed(question: Question, operand: object, joined: str) -> str:
    ids = operand if isinstance(operand, tuple) else (operand,)
    said = [f"“{question.choice(str(one)).say}”" for one in ids]
    return _joined(said, joined)


def _joined(said: list[str], word: str) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {word} {said[-1]}"


def _states(operand: object) -> str:
    states = operand if isinstance(operand, tuple) else ()
    return _joined([STATES[one] for one in states if isinstance(one, State)], "or")


def _number(comparison: Compare, unit: str) -> str:
    line = Decimal(str(comparison.operand))
    word = unit.removesuffix("s") if line == 1 else _UNITS.get(unit, unit)
    shown = f"{line.normalize():f} {word}".strip()
    return _NUMBERS[comparison.operator].format(shown)


def _measured(question: Question, comparison: Compare) -> str:
    part = comparison.question.partition(".")[2]
    if part:
        named = question.part_labels[1 if part == "second" else 0]
        return f", {named[:1].lower()}{named[1:]}, {_number(comparison, question.units[0])}"
    if question.kind is Kind.SCALE:
        reached = [f"“{one.say}”" for one in question.choices if is_so(comparison, Decimal(one.points or 0))]
        points = _number(comparison, "points").replace("is ", "counts ", 1)
        return f" {points}" + (f": {_joined(reached, 'or')}" if reached else "")
    return f" {_number(comparison, canonical_unit(question.units[0]) if question.units else '')}"
