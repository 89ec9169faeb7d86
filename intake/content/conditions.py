"""Reading a condition and checking it against the questions it asks about."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from intake.content.comparisons import (
    CHOICES,
    CLASS,
    DAYS,
    MEDICINE,
    OPERATORS,
    STATES,
    TAKES,
    WORDS,
    meant,
)
from intake.content.documents import Listed, Mapped, Problems, did_you_mean
from intake.domain.answers import State
from intake.domain.conditions import All, AnyOf, Compare, Condition, Operand, Operator
from intake.domain.derived_answers import DerivedAnswer
from intake.domain.measures import canonical_unit
from intake.domain.number_lines import NUMERIC
from intake.domain.questionnaire import Kind, Question, Questionnaire

T = TypeVar("T")

NEVER = AnyOf(())  # stands in for a condition that could not be read
LOOK_UP = "; look its id up in the questionnaire"

_WRITE_IT_LIKE = "write it like {question: …, is: …}"
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
            return NEVER
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
            self.problems.add(
                node.lines[key], f"{where}: '{key}' needs a list; begin each condition in it with a dash"
            )
            return NEVER
        read = (self.read(part, line, where) for part, line in zip(parts, parts.lines, strict=True))
        return kind(tuple(read))

    def _compare(self, node: Mapped, where: str) -> Condition:
        if "not" in node:
            self.problems.add(
                node.lines["not"],
                f"{where}: there is no 'not', so that silence is never turned into an answer; "
                "use the opposite comparison, such as is_not or below",
            )
            return NEVER
        named = [key for key in node if key in WORDS]
        strange = [key for key in node if key != "question" and key not in WORDS]
        for key in strange:
            self.problems.add(
                node.lines[key], f"{where}: '{key}' is no comparison{meant(key)}", "unknown-key"
            )
        if len(named) != 1 or not isinstance(node.get("question"), str):
            if not strange:
                text = "a comparison names one question and one way to compare it"
                todo = "write two of them under 'all' or 'any'" if len(named) > 1 else _WRITE_IT_LIKE
                self.problems.add(node.line, f"{where}: {text}; {todo}")
            return NEVER
        operator = Operator(named[0])
        reference = str(node["question"])
        operand = self._operand(reference, operator, node[named[0]], node, where)
        return NEVER if operand is None else Compare(reference, operator, operand)

    def _operand(
        self, reference: str, operator: Operator, raw: object, node: Mapped, where: str
    ) -> Operand | None:
        subject = self._subject(reference, node.value_at("question"), where)
        if subject is None:
            return None
        try:
            return self._checked(subject, reference, operator, raw)
        except _Wrong as wrong:
            at = node.value_at(operator.value) if wrong.entry is None else wrong.entry
            self.problems.add(at, f"{where}: {wrong}", wrong.code, wrong.about or subject.id)
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
                f'{where}: there is no question "{question_id}"{did_you_mean(question_id, known) or LOOK_UP}',
                "unknown-question",
                question_id,
            )
            return None
        question = self.questionnaire.question(question_id)
        if dot and (question.kind is not Kind.READING or part not in ("first", "second")):
            better = f"{question_id}.first or .second" if question.kind is Kind.READING else question_id
            text = f'{where}: "{reference}" is no number of a reading; write {better}'
            self.problems.add(line, text, about=question_id)
            return None
        return question

    def _checked(
        self, subject: Question | DerivedAnswer, reference: str, operator: Operator, raw: object
    ) -> Operand:
        if isinstance(subject, DerivedAnswer):
            if operator not in NUMERIC:
                raise _Wrong(f'"{subject.id}" is a number; use at_least, below, above or at_most')
            return _amount(raw, subject.unit, operator)
        if operator not in OPERATORS[subject.kind] | STATES:
            what, which = TAKES[subject.kind]
            text = f"'{operator.value}' does not fit: \"{subject.id}\" {what}; use {which.format(subject.id)}"
            raise _Wrong(text, "unfit-comparison", subject.id)
        if operator in NUMERIC:
            return _amount(raw, _unit_of(subject, reference), operator)
        if operator in CHOICES:
            return _several(subject, operator, raw)
        if operator in DAYS:
            return _days(operator, raw)
        if operator in STATES:
            return _states(subject, raw)
        if operator in CLASS | MEDICINE:
            return self._in_medicines(operator, raw)
        return _one(subject, operator, raw)

    def _in_medicines(self, operator: Operator, raw: object) -> str:
        known = self.classes if operator in CLASS else self.medicines
        if known is None:
            raise _Wrong(f"'{operator.value}' cannot be used in this file; use it in screening_rules.yaml")
        if raw not in known:
            what = "class" if operator in CLASS else "medicine"
            hint = did_you_mean(str(raw), known) or f"; write the id of a {what} that stands there"
            raise _Wrong(f'there is no {what} "{raw}" in medicines.yaml{hint}', f"unknown-{what}", str(raw))
        return str(raw)


# Beyond these no answer lies: 150 years is longer than anybody lived.
_MOST = {"years": 150, "days": 55_000}
_MOST_OF_ALL = 1_000_000


class _Wrong(Exception):
    """What is wrong with one comparison; ``entry`` is where, when it is one entry of a list."""

    def __init__(self, text: str, code: str = "does-not-load", about: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.about = about
        self.entry: int | None = None


def _each(listed: Listed, read: Callable[[object], T]) -> tuple[T, ...]:
    results = []
    for entry, at in zip(listed, listed.lines, strict=True):
        try:
            results.append(read(entry))
        except _Wrong as wrong:
            wrong.entry = at
            raise
    return tuple(results)


def _unit_of(question: Question, reference: str) -> str:
    if question.kind is Kind.READING and "." not in reference:
        raise _Wrong(f'"{reference}" has two numbers; write {reference}.first or .second')
    return canonical_unit(question.units[0]) if question.units else ""


def _one(question: Question, operator: Operator, raw: object) -> str:
    if isinstance(raw, Listed):
        several = {Operator.IS: "write is_one_of", Operator.IS_NOT: "write is_none_of"}
        better = several.get(operator, "write a comparison for each")
        raise _Wrong(f"'{operator.value}' takes one choice; for several {better}")
    return _choice(question, raw)


def _several(question: Question, operator: Operator, raw: object) -> tuple[str, ...]:
    if not isinstance(raw, Listed) or len(raw) < 2:
        one = "is" if operator is Operator.IS_ONE_OF else "is_not"
        raise _Wrong(f"'{operator.value}' needs a list of two choices or more; for one choice write {one}")
    return _each(raw, lambda choice: _choice(question, choice))


def _days(operator: Operator, raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or raw < 0:
        raise _Wrong(f"'{operator.value}' needs a whole number of days; write it like `{operator.value}: 90`")
    if raw > _MOST["days"]:
        raise _Wrong(f"no date given lies that many days back; write up to {_MOST['days']}")
    return raw


def _amount(raw: object, unit: str, operator: Operator) -> Decimal:
    words = [] if raw is None else str(raw).split()
    example = f"{operator.value}: 30 {unit}".strip()
    needs = f"'{operator.value}' needs a number; write it like `{example}`"
    try:
        amount = Decimal(words[0])
    except (InvalidOperation, IndexError):
        raise _Wrong(needs) from None
    if not amount.is_finite():
        raise _Wrong(needs)
    most = _MOST.get(unit, _MOST_OF_ALL)
    if not -most <= amount <= most:
        raise _Wrong(f"no answer ever reaches a number this large; write one up to {most} {unit}".rstrip())
    written = " ".join(words[1:])
    if written != unit:
        example = f"{amount} {unit}".strip()
        raise _Wrong(f"the unit should be {unit or 'left out'}; write `{operator.value}: {example}`")
    return amount


def _choice(question: Question, raw: object) -> str:
    offered = [choice.id for choice in question.choices]
    if raw in offered:
        return str(raw)
    if raw in _OPEN_STATES:
        raise _Wrong(f"'{raw}' is how an answer was left, not a choice; write `state: {raw}`")
    raise _Wrong(
        f'"{question.id}" offers no choice "{raw}"{did_you_mean(str(raw), offered)}; '
        f"it offers {', '.join(offered)}",
        "unknown-choice",
        question.id,
    )


def _states(question: Question, raw: object) -> tuple[State, ...]:
    if isinstance(raw, Listed):
        return _each(raw, lambda word: _state(question, word))
    return (_state(question, raw),)


def _state(question: Question, word: object) -> State:
    if word not in _OPEN_STATES:
        raise _Wrong(f"'{word}' is no state; write one of {', '.join(_OPEN_STATES)}")
    if (word == "not_sure" and not question.offers_not_sure) or (
        word == "declined" and not question.offers_declined
    ):
        text = f'"{question.id}" does not offer {word}, so it can never be so; take this out'
        raise _Wrong(text, about=question.id)
    return State(word)
