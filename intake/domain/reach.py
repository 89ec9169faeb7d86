"""What the rules look at: every question they ask about, and every choice they decide on.

A rule reaches a choice by naming it, by a number the choice counts towards, and by asking
about a question that is put only to those who chose it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from intake.domain.conditions import Compare, Condition, Operator, comparisons, question_of, questions_in
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.evidence import rests_on
from intake.domain.number_lines import is_so
from intake.domain.questionnaire import Question, Questionnaire
from intake.domain.rules import Rule

ChoiceOf = tuple[str, str]  # a question's id, and the id of one of its choices


@dataclass(frozen=True, slots=True)
class Reach:
    """The rules that look at each question, and those that decide on each choice, in order."""

    questions: dict[str, tuple[str, ...]]
    choices: dict[ChoiceOf, tuple[str, ...]]


def reach(questionnaire: Questionnaire, rules: Iterable[Rule]) -> Reach:
    """Everything the rules look at in a questionnaire."""
    questions: dict[str, list[str]] = {}
    choices: dict[ChoiceOf, list[str]] = {}
    for rule in rules:
        walk = _Walk(questionnaire)
        walk.follow(rule.when)
        for question in walk.questions:
            questions.setdefault(question, []).append(rule.id)
        for choice in walk.choices:
            choices.setdefault(choice, []).append(rule.id)
    return Reach(
        {question: tuple(ids) for question, ids in questions.items()},
        {choice: tuple(ids) for choice, ids in choices.items()},
    )


def asked_about(questionnaire: Questionnaire, condition: Condition) -> tuple[str, ...]:
    """The questions a condition compares; a worked-out answer stands for those it rests on."""
    found: dict[str, None] = {}
    for subject in questions_in(condition):
        derived = questionnaire.derived_answer(subject)
        found.update(dict.fromkeys((subject,) if derived is None else rests_on(derived)))
    return tuple(found)


def decided_on(question: Question, comparison: Compare) -> frozenset[str]:
    """The choices of a question that one comparison decides on.

    - ``is``, ``is_one_of``, ``includes``: the choices named.
    - ``is_not``, ``is_none_of``: every choice but those named, since each of them makes it so.
    - ``leaves_out``: none; what was ticked instead is not looked at.
    - ``at_least``, ``above``, ``below``, ``at_most`` on an item of a scale: the choices whose
      points make it so.
    - ``state``, ``state_not``, dates, numbers and medicines: none; they look at no choice.
    """
    offered = {choice.id: choice.points for choice in question.choices}
    named = comparison.operand if isinstance(comparison.operand, tuple) else (comparison.operand,)
    match comparison.operator:
        case Operator.IS | Operator.IS_ONE_OF | Operator.INCLUDES:
            return frozenset(choice for choice in offered if choice in named)
        case Operator.IS_NOT | Operator.IS_NONE_OF:
            return frozenset(choice for choice in offered if choice not in named)
        case Operator.AT_LEAST | Operator.ABOVE | Operator.BELOW | Operator.AT_MOST:
            return frozenset(
                choice
                for choice, points in offered.items()
                if points is not None and is_so(comparison, Decimal(points))
            )
        case _:
            return frozenset()


class _Walk:
    """Follows one rule's condition to all it depends on."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._opened: set[str] = set()
        self.questions: dict[str, None] = {}
        self.choices: dict[ChoiceOf, None] = {}

    def follow(self, condition: Condition) -> None:
        """Note what each comparison looks at, and go on from there."""
        for comparison in comparisons(condition):
            subject = question_of(comparison.question)
            derived = self._questionnaire.derived_answer(subject)
            if derived is not None:
                self._worked_out(derived)
                continue
            question = self._questionnaire.question(subject)
            self._decide(question, decided_on(question, comparison))
            self._open(question)

    def _worked_out(self, derived: DerivedAnswer) -> None:
        for item in derived.of:
            question = self._questionnaire.question(item)
            self.questions[item] = None
            # Words searched for a crisis are no decision on the "Other" that opened their box.
            if derived.derivation is Derivation.MENTIONS:
                continue
            # Every item of a total counts, its lowest choice too: it keeps the total down.
            self._decide(question, (one.id for one in question.choices if one.points is not None))
            self._open(question)
        for _, condition in derived.or_answered:
            self.follow(condition)

    def _decide(self, question: Question, choices: Iterable[str]) -> None:
        self.questions[question.id] = None
        decided = set(choices)
        for choice in question.choices:
            if choice.id in decided:
                self.choices[question.id, choice.id] = None

    def _open(self, question: Question) -> None:
        if question.only_if is None or question.id in self._opened:
            return
        self._opened.add(question.id)
        self.follow(question.only_if)
