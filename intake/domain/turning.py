"""Which answers, if they were otherwise, would turn what comes of a rule for one person.

Every question the rule looks at is tried, also those its follow-ups depend on: each choice, each way
to leave it open, and numbers, dates and medicines on either side of each line the rule draws.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from intake.domain.answers import Answer, Answers
from intake.domain.conditions import Compare, Condition, comparisons, question_of
from intake.domain.evidence import PatientEvidence, relevant, rests_on
from intake.domain.otherwise import Otherwise
from intake.domain.rules import Outcome
from intake.domain.screening import OUTCOMES
from intake.domain.truth import Truth


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer that would turn the outcome, and the follow-up it opens, if that has to be answered too.

    ``answer`` is None where the question would have to be left before it is reached.
    """

    question: str
    answer: Answer | None
    outcome: Outcome
    follow_up: str = ""
    follow_up_answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Turning:
    """Tries other answers of one person on one condition; ``given`` may hold answers not asked for."""

    condition: Condition
    given: PatientEvidence

    def outcome(self, answers: Answers) -> Outcome:
        """What comes of the rule for these answers, once those not asked for are dropped."""
        return OUTCOMES[self.condition.find(self._seen(answers)).truth]

    def turns(self) -> tuple[Turn, ...]:
        """Every single answer that would turn the outcome, in the order the rule looks at them.

        Where an answer opens a follow-up, the answers to that are tried with it.
        """
        return tuple(self._turns())

    def _turns(self) -> Iterator[Turn]:
        looked_at = self._looked_at()
        now = self.outcome(self.given.answers)
        for question, parts in looked_at.items():
            for answer in self._otherwise(question, parts):
                changed = _with(self.given.answers, question, answer)
                found = self.outcome(changed)
                if found is not now:
                    yield Turn(question, answer, found)
                opened = self._opened(changed, looked_at)
                yield from self._followed(question, answer, opened, {now, found}, looked_at)

    def _followed(
        self,
        question: str,
        answer: Answer | None,
        opened: tuple[str, ...],
        known: set[Outcome],
        looked_at: dict[str, tuple[Compare, ...]],
    ) -> Iterator[Turn]:
        changed = _with(self.given.answers, question, answer)
        for follow_up in opened:
            for after in self._otherwise(follow_up, looked_at[follow_up]):
                found = self.outcome(_with(changed, follow_up, after))
                if found not in known:
                    yield Turn(question, answer, found, follow_up, after)

    def _opened(self, answers: Answers, looked_at: Iterable[str]) -> tuple[str, ...]:
        """What is asked now, and was not before."""
        before, after = self._seen(self.given.answers), self._seen(answers)
        return tuple(
            one
            for one in looked_at
            if after.asked(one).truth is Truth.YES and before.asked(one).truth is not Truth.YES
        )

    def _looked_at(self) -> dict[str, tuple[Compare, ...]]:
        """The questions the condition rests on, each with the comparisons that look at it."""
        questionnaire = self.given.questionnaire
        found: dict[str, dict[Compare, None]] = {}
        followed: set[str] = set()

        def follow(condition: Condition) -> None:
            for comparison in comparisons(condition):
                subject = question_of(comparison.question)
                derived = questionnaire.derived_answer(subject)
                for one in (subject,) if derived is None else rests_on(derived):
                    found.setdefault(one, {})[comparison] = None
                    only_if = questionnaire.question(one).only_if
                    if only_if is not None and one not in followed:
                        followed.add(one)
                        follow(only_if)
                for _, prompt in derived.or_answered if derived is not None else ():
                    follow(prompt)

        follow(self.condition)
        return {question: tuple(parts) for question, parts in found.items()}

    def _otherwise(self, question: str, parts: tuple[Compare, ...]) -> Iterator[Answer | None]:
        now = self.given.answers.get(question)
        tried = dict.fromkeys(Otherwise(self.given, question, parts).answers())
        yield from (answer for answer in (*tried, None) if answer != now)

    def _seen(self, answers: Answers) -> PatientEvidence:
        given = self.given
        drafted = PatientEvidence(given.questionnaire, given.formulary, answers, given.as_of)
        return PatientEvidence(given.questionnaire, given.formulary, relevant(drafted), given.as_of)


def _with(answers: Answers, question: str, answer: Answer | None) -> Answers:
    if answer is not None:
        return answers.with_({question: answer})
    return answers.only(frozenset(answers) - {question})
