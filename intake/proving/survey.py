"""Everything a few conditions rest on: the questions, the lines drawn across numbers, the medicines.

Only these become variables (the cone of influence), which keeps each question to the solver small.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from intake.domain.conditions import Compare, Condition, Operator, comparisons, question_of
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.evidence import rests_on
from intake.domain.questionnaire import Questionnaire

_CLASS = frozenset({Operator.HAS_CLASS, Operator.LACKS_CLASS})
_MEDICINE = frozenset({Operator.HAS_MEDICINE, Operator.LACKS_MEDICINE})


@dataclass(slots=True)
class Survey:
    """What conditions rest on, followed through ``only_if`` and derived answers."""

    questionnaire: Questionnaire
    questions: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    medicines: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    _derived: set[str] = field(default_factory=set)

    def follow(self, conditions: Iterable[Condition]) -> "Survey":
        """Note everything these conditions rest on."""
        for condition in conditions:
            for comparison in comparisons(condition):
                self._compared(comparison)
        return self

    def ordered(self) -> tuple[str, ...]:
        """The questions found, in the order they are asked."""
        return tuple(one.id for one in self.questionnaire.questions if one.id in self.questions)

    def add_question(self, question_id: str) -> None:
        """Note a question and what it is asked upon."""
        if question_id in self.questions:
            return
        self.questions.add(question_id)
        only_if = self.questionnaire.question(question_id).only_if
        if only_if is not None:
            self.follow([only_if])

    def _compared(self, comparison: Compare) -> None:
        if comparison.operator in _CLASS:
            self.classes.add(str(comparison.operand))
        if comparison.operator in _MEDICINE:
            self.medicines.add(str(comparison.operand))
        subject = question_of(comparison.question)
        derived = self.questionnaire.derived_answer(subject)
        if derived is None:
            self.add_question(subject)
        else:
            self._worked_out(derived)

    def _worked_out(self, derived: DerivedAnswer) -> None:
        if derived.id in self._derived:
            return
        self._derived.add(derived.id)
        if derived.derivation is Derivation.CLASS_COUNT:
            self.classes.update(derived.classes)
        if derived.derivation is Derivation.MENTIONS:
            self.words.update(derived.words)
        for question in rests_on(derived):
            self.add_question(question)
        self.follow(condition for _, condition in derived.or_answered)
