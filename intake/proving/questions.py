"""Each question as variables: how it was left, and what was answered.

The answers are the draft a person filled in; a follow-up counts only where its ``only_if`` is so
(``relevant`` in the domain), which :mod:`intake.proving.encoding` sees to.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.domain.answers import State
from intake.domain.questionnaire import CHOICE_KINDS, Kind, Question
from intake.proving.formulas import (
    Formula,
    Variable,
    at_most_one,
    every,
    implies,
    opposite,
    some,
)


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of one question of one person; ``whose`` parts two persons' answers."""

    question: Question
    whose: str = ""

    @property
    def name(self) -> str:
        """What every variable of this question begins with."""
        return f"{self.question.id}{self.whose}"

    def chose(self, choice: str) -> Formula:
        """This choice was made (one of several), or ticked."""
        return Variable(f"{self.name}={choice}")

    @property
    def unsure(self) -> Formula:
        """ "I'm not sure" was ticked beside other choices."""
        return Variable(f"{self.name} unsure")

    @property
    def answered(self) -> Formula:
        """A value was given."""
        if self.question.kind in CHOICE_KINDS:
            return some(self.chose(choice.id) for choice in self.question.choices)
        return Variable(f"{self.name} answered")

    def left(self, state: State) -> Formula:
        """The question was left in this state."""
        return self.answered if state is State.ANSWERED else Variable(f"{self.name} {state.value}")

    @property
    def states(self) -> tuple[State, ...]:
        """The states the question offers, besides an answer; blank is always one."""
        offered = [State.BLANK]
        if self.question.offers_not_sure:
            offered.append(State.NOT_SURE)
        if self.question.offers_declined:
            offered.append(State.DECLINED)
        return tuple(offered)

    @property
    def reached(self) -> Formula:
        """There is an entry, in whatever state."""
        return some([self.answered, *(self.left(state) for state in self.states)])

    def rules(self) -> Formula:
        """What every form holds to: one state at most, one choice, "none of these" alone."""
        return every(self._rules())

    def _rules(self) -> Iterator[Formula]:
        open_ways = [self.left(state) for state in self.states]
        if self.question.kind in CHOICE_KINDS:
            yield at_most_one([*(self.chose(choice.id) for choice in self.question.choices), *open_ways])
            return
        yield at_most_one([self.answered, *open_ways])
        if self.question.kind is Kind.CHOOSE_ANY:
            yield from self._ticked()

    def _ticked(self) -> Iterator[Formula]:
        ticks = {choice.id: self.chose(choice.id) for choice in self.question.choices}
        # "I'm not sure" ticked alone is the state, not an answer.
        yield implies(self.answered, some(ticks.values()))
        yield implies(some([*ticks.values(), self.unsure]), self.answered)
        if not self.question.offers_not_sure:
            yield opposite(self.unsure)
        for choice in self.question.choices:
            if choice.exclusive:
                others = [tick for other, tick in ticks.items() if other != choice.id]
                yield implies(ticks[choice.id], opposite(some([*others, self.unsure])))
