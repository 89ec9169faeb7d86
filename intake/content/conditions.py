"""Reading a condition and checking it against the questions it asks about."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from intake.content.documents import Listed, Mapped, Problems, did_you_mean
from intake.domain.answers import State
from intake.domain.conditions import All, AnyOf, Compare, Condition, Operand, Operator
from intake.domain.measures import canonical_unit
from intake.domain.questionnaire import (
    CHOICE_KINDS,
    DerivedAnswer,
    Kind,
    Question,
    Questionnaire,
)

_NEVER = AnyOf(())  # stands in for a condition that could not be read

_CHOICE = {Operator.IS, Operator.IS_NOT}
_CHOICES = {Operator.IS_ONE_OF, Operator.IS_NONE_OF}
_TICKED = {Operator.INCLUDES, Operator.LEAVES_OUT}
_NUMERIC = {Operator.AT_LEAST, Operator.BELOW, Operator.ABOVE, Operator.AT_MOST}
_DAYS = {Operator.WITHIN_DAYS, Operator.LONGER_AGO_THAN_DAYS}
_CLASS = {Operator.HAS_CLASS, Operator.LACKS_CLASS}
_MEDICINE = {Operator.HAS_MEDICINE, Operator.LACKS_MEDICINE}
_STATES = {Operator.STATE, Operator.STATE_NOT}
_OPEN_STATES = tuple(state.value for state in State if state is not State.ANSWERED)


class ConditionReader:
    """Reads conditions of one file against one questionnaire.

    ``classes`` and ``medicines`` are the ids the medicines file knows; None when the
    file at hand has no business asking about medicines.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        problems: Problems,
        classes: Mapping[str, str] | None = None,
        medicines: frozenset[str] | None = None,
    ) -> None:
        self.questionnaire = questionnaire
        self.problems = problems
        self.classes = classes
        self.medicines = medicines

    def read(self, node: object, line: int, where: str) -> Condition:
        """The condition in ``node``; problems are noted with ``where`` they stand."""
        if not isinstance(node, Mapped) or not node:
            self.problems.add(line, f"{where}: expected a condition such as {{question: …, is: …}}")
            return _NEVER
        for key, kind in (("all", All), ("any", AnyOf)):
            if key in node:
                return self._parts(node, key, kind, where)
        return self._compare(node, where)

    def _parts(
        self, node: Mapped, key: str, kind: Callable[[tuple[Condition, ...]], Condition], where: str
    ) -> Condition:
        if len(node) > 1:
            other = next(name for name in node if name != key)
            self.problems.add(node.lines[other], f"{where}: '{key}' stands alone; move '{other}' inside it")
        parts = node[key]
        if not isinstance(parts, Listed) or not parts:
            self.problems.add(node.lines[key], f"{where}: '{key}' needs a list of at least one condition")
            return _NEVER
        read = (self.read(part, line, where) for part, line in zip(parts, parts.lines, strict=True))
        return kind(tuple(read))

    def _compare(self, node: Mapped, where: str) -> Condition:
        if "not" in node:
            self.problems.add(
                node.lines["not"],
                f"{where}: there is no 'not', so that silence is never turned into an answer; "
                "use the opposite comparison, such as is_not or below",
            )
            return _NEVER
        words = [operator.value for operator in Operator]
        named = [key for key in node if key in words]
        for key in node:
            if key != "question" and key not in words:
                hint = did_you_mean(key, ["question", "all", "any", *words])
                self.problems.add(node.lines[key], f"{where}: '{key}' is no comparison{hint}")
        if len(named) != 1 or not isinstance(node.get("question"), str):
            self.problems.add(
                node.line, f"{where}: a comparison names one question and one way to compare it"
            )
            return _NEVER
        operator = Operator(named[0])
        reference = str(node["question"])
        operand = self._operand(reference, operator, node[named[0]], node, where)
        return _NEVER if operand is None else Compare(reference, operator, operand)

    def _operand(
        self, reference: str, operator: Operator, raw: object, node: Mapped, where: str
    ) -> Operand | None:
        line = node.lines[operator.value]
        subject = self._subject(reference, node.lines["question"], where)
        if subject is None:
            return None
        try:
            return self._checked(subject, reference, operator, raw)
        except _Wrong as wrong:
            self.problems.add(line, f"{where}: {wrong}")
            return None

    def _subject(self, reference: str, line: int, where: str) -> Question | DerivedAnswer | None:
        question_id, dot, part = reference.partition(".")
        derived = self.questionnaire.derived_answer(question_id)
        if derived is not None and not dot:
            return derived
        if not self.questionnaire.has(question_id):
            known = [q.id for q in self.questionnaire.questions]
            known += [d.id for d in self.questionnaire.derived]
            self.problems.add(
                line,
                f'{where}: there is no question "{question_id}"{did_you_mean(question_id, known)}',
            )
            return None
        question = self.questionnaire.question(question_id)
        if dot and (question.kind is not Kind.READING or part not in ("first", "second")):
            self.problems.add(line, f'{where}: "{reference}" should end in .first or .second of a reading')
            return None
        return question

    def _checked(
        self, subject: Question | DerivedAnswer, reference: str, operator: Operator, raw: object
    ) -> Operand:
        if operator in _NUMERIC:
            return _amount(raw, _unit_of(subject, reference), operator)
        if isinstance(subject, DerivedAnswer):
            raise _Wrong(f'"{subject.id}" is a number; use at_least, below, above or at_most')
        if operator in _CHOICE:
            return _offered(subject, raw, operator)
        if operator in _CHOICES:
            if not isinstance(raw, Listed) or len(raw) < 2:
                raise _Wrong(f"'{operator.value}' needs a list of two choices or more")
            return tuple(_offered(subject, choice, operator) for choice in raw)
        if operator in _TICKED:
            if subject.kind is not Kind.CHOOSE_ANY:
                raise _Wrong(f'"{subject.id}" takes one answer; use is or is_not')
            return _choice(subject, raw)
        if operator in _DAYS:
            if subject.kind is not Kind.DATE or not isinstance(raw, int) or raw < 0:
                raise _Wrong(f"'{operator.value}' compares a date question with a number of days")
            return raw
        if operator in _STATES:
            return _states(subject, raw)
        return self._in_medicines(subject, operator, raw)

    def _in_medicines(self, question: Question, operator: Operator, raw: object) -> str:
        if question.kind is not Kind.MEDICINES:
            raise _Wrong(f'"{question.id}" is not a list of medicines')
        known = self.classes if operator in _CLASS else self.medicines
        if known is None:
            raise _Wrong(f"'{operator.value}' cannot be used in this file")
        if raw not in known:
            what = "class" if operator in _CLASS else "medicine"
            raise _Wrong(f'there is no {what} "{raw}" in medicines.yaml{did_you_mean(str(raw), known)}')
        return str(raw)


class _Wrong(Exception):
    """What is wrong with one comparison."""


def _unit_of(subject: Question | DerivedAnswer, reference: str) -> str:
    match subject:
        case DerivedAnswer():
            return subject.unit
        case Question(kind=Kind.READING) if "." not in reference:
            raise _Wrong(f'"{reference}" has two numbers; write {reference}.first or .second')
        case Question(kind=Kind.NUMBER | Kind.READING, units=(unit, *_)):
            return canonical_unit(unit)
        case Question(kind=Kind.SCALE | Kind.NUMBER):
            return ""
    raise _Wrong(f'"{reference}" has no number to compare')


def _amount(raw: object, unit: str, operator: Operator) -> Decimal:
    words = str(raw).split()
    try:
        amount = Decimal(words[0])
    except (InvalidOperation, IndexError):
        raise _Wrong(f"'{operator.value}' needs a number") from None
    if not amount.is_finite():
        raise _Wrong(f"'{operator.value}' needs a number")
    written = " ".join(words[1:])
    if written != unit:
        example = f"{amount} {unit}".strip()
        raise _Wrong(f"the unit should be {unit or 'left out'}: write `{operator.value}: {example}`")
    return amount


def _offered(question: Question, raw: object, operator: Operator) -> str:
    if question.kind not in CHOICE_KINDS:
        better = "includes or leaves_out" if question.kind is Kind.CHOOSE_ANY else "another comparison"
        raise _Wrong(f'"{question.id}" is not a choice of one; use {better}, not {operator.value}')
    return _choice(question, raw)


def _choice(question: Question, raw: object) -> str:
    offered = [choice.id for choice in question.choices]
    if raw in offered:
        return str(raw)
    if raw in _OPEN_STATES:
        raise _Wrong(f"'{raw}' is how an answer was left, not a choice; write `state: {raw}`")
    raise _Wrong(
        f'"{question.id}" offers no choice "{raw}"{did_you_mean(str(raw), offered)}; '
        f"it offers {', '.join(offered)}"
    )


def _states(question: Question, raw: object) -> tuple[State, ...]:
    words = list(raw) if isinstance(raw, Listed) else [raw]
    for word in words:
        if word not in _OPEN_STATES:
            raise _Wrong(f"a state is one of {', '.join(_OPEN_STATES)}, not '{word}'")
        if (word == "not_sure" and not question.offers_not_sure) or (
            word == "declined" and not question.offers_declined
        ):
            raise _Wrong(f'"{question.id}" does not offer {word}, so it can never be so')
    return tuple(State(word) for word in words)
