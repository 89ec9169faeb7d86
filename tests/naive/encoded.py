"""What the solver is told of the rules, asked of people nobody chose: many at a time, without the solver."""

from collections.abc import Sequence
from datetime import date

from intake.domain.answers import Answers
from intake.domain.conditions import Condition
from intake.proving.formulas import Evaluation, Formula
from intake.proving.placing import EncodedConditions, placed
from naive.comparing import Said
from naive.engine import Engine
from naive.people import Person

NOBODY = "nobody: the solver is told that there is no such person"


class Encoding:
    """The encoding of every rule, and of when each question is asked, for each day forms are sent on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        library = engine.library
        self._rules = [rule.when for rule in library.rulebook.rules]
        self._only_if = {
            question.id: question.only_if
            for question in library.questionnaire.questions
            if question.only_if is not None
        }
        self._on: dict[str, tuple[EncodedConditions, Formula]] = {}

    def say(self, people: Sequence[Person]) -> list[Said]:
        """What the encoding makes of each person, in order."""
        said: list[Said | None] = [None] * len(people)
        for day in sorted({person.as_of for person in people}):
            places = [at for at, person in enumerate(people) if person.as_of == day]
            drafts = [self._engine.draft(people[at].answers) for at in places]
            for at, one in zip(places, self._of_one_day(day, drafts), strict=True):
                said[at] = one
        return [one for one in said if one is not None]

    def _of_one_day(self, day: str, drafts: Sequence[Answers]) -> list[Said]:
        if day not in self._on:
            self._on[day] = self._encoded(day)
        truths, admitted = _worked_out(*self._on[day], drafts)
        rules, asked = (
            truths[: len(self._rules)],
            dict(zip(self._only_if, truths[len(self._rules) :], strict=True)),
        )
        return [
            (
                frozenset(
                    question for question in draft if question not in asked or asked[question][at] == "yes"
                ),
                [each[at] for each in rules] if admitted[at] else [NOBODY] * len(rules),
            )
            for at, draft in enumerate(drafts)
        ]

    def _encoded(self, day: str) -> tuple[EncodedConditions, Formula]:
        library = self._engine.library
        conditions: list[Condition] = [*self._rules, *self._only_if.values()]
        # The names are read once for a million people, as for the engine.
        names = self._engine.names
        encoded = EncodedConditions(library.questionnaire, names, conditions, date.fromisoformat(day))  # type: ignore[arg-type]
        return encoded, encoded._space.rules()


def _worked_out(
    encoded: EncodedConditions, every_form: Formula, drafts: Sequence[Answers]
) -> tuple[list[list[str]], list[bool]]:
    """The truths of each condition, and whether there are such people by what the solver is told."""
    so: dict[str, int] = {}
    for at, draft in enumerate(drafts):
        for name in placed(encoded._space, draft):
            so[name] = so.get(name, 0) | 1 << at
    evaluation = Evaluation(lambda name: so.get(name, 0), (1 << len(drafts)) - 1)
    truths = []
    for pair in encoded._pairs:
        yes, no = evaluation.of(pair.yes), evaluation.of(pair.no)
        truths.append([_truth(yes >> at & 1, no >> at & 1) for at in range(len(drafts))])
    holds = evaluation.of(every_form)
    return truths, [bool(holds >> at & 1) for at in range(len(drafts))]


def _truth(yes: int, no: int) -> str:
    if yes and no:
        return "both yes and no"
    return "yes" if yes else "no" if no else "unknown"
