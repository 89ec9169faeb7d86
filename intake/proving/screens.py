"""A few rules over one space, and the solver asked about them again and again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from intake.domain.answers import Answers
from intake.domain.conditions import Condition
from intake.domain.evidence import PatientEvidence
from intake.domain.rules import Rule
from intake.proving.encoding import Encoder
from intake.proving.formulas import Evaluation, Formula
from intake.proving.pairs import Pair
from intake.proving.people import Person, confirm
from intake.proving.solving import SECONDS, Solver
from intake.proving.space import Space


@dataclass(slots=True)
class Screens:
    """Rules of one topic as formulas; ``twin`` of the same person with one answer changed."""

    space: Space
    rules: tuple[Rule, ...]
    seconds: float = SECONDS
    encoder: Encoder = field(init=False)
    twin: Encoder = field(init=False)
    _solver: Solver | None = field(init=False, default=None)
    _drawn: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.encoder = Encoder(self.space)
        self.twin = Encoder(self.space, second=True)
        for rule in self.rules:
            self.encoder.pair(rule.when)
            self.twin.pair(rule.when)

    def of(self, rule: Rule) -> Pair:
        """When a rule is raised, and when it is not."""
        return self.encoder.pair(rule.when)

    def values_for(self, goal: Formula) -> dict[str, bool] | None:
        """Values of somebody for whom the goal is so; None when proved that there is nobody.

        Raises Undecided and SolverMissing.
        """
        # A goal may have drawn new lines across numbers, which the solver has to keep in order.
        if self._solver is None or self._drawn != self.space.lines_drawn:
            self._solver = Solver(self.space.rules(), self.seconds)
            self._drawn = self.space.lines_drawn
        return self._solver.values_for(goal)

    def person(self, values: Mapping[str, bool], also: Iterable[Condition] = ()) -> PatientEvidence:
        """The person behind values, on whom the engine agrees with the encoding."""
        return self._confirmed(values, self.encoder, also, second=False)

    def drafts(self, values: Mapping[str, bool]) -> tuple[Answers, Answers]:
        """Everything the person, and the same person with the one answer changed, filled in."""
        self._confirmed(values, self.encoder, (), second=False)
        self._confirmed(values, self.twin, (), second=True)
        one, other = (Person(self.space, values, second).draft() for second in (False, True))
        # Only the twin questions differ: what else was filled in is word for word the same.
        return one, one.with_({question: other[question] for question in self.space.twins})

    def _confirmed(
        self, values: Mapping[str, bool], encoder: Encoder, also: Iterable[Condition], *, second: bool
    ) -> PatientEvidence:
        person = Person(self.space, values, second).evidence()
        evaluation = Evaluation(lambda name: int(values.get(name, False)))
        conditions = [*(rule.when for rule in self.rules), *also]
        confirm(person, {one: encoder.pair(one).under(evaluation) for one in conditions})
        return person
