"""Whether two conditions come out the same for everyone who could fill in the form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from intake.domain.answers import Answers
from intake.domain.conditions import Condition
from intake.domain.evidence import PatientEvidence
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Questionnaire
from intake.domain.truth import Truth
from intake.proving.encoding import Encoder
from intake.proving.formulas import Evaluation, Formula, every, opposite, same
from intake.proving.medicine_groups import TypedNames
from intake.proving.obligations import SENT_ON
from intake.proving.pairs import Pair
from intake.proving.people import Person, confirm, simplest
from intake.proving.solving import SECONDS, Undecided, values_for
from intake.proving.space import space_of

__all__ = ["Equivalence", "Undecided"]


@dataclass(slots=True)
class Equivalence:
    """Compares conditions over one questionnaire and one formulary. Make it once, ask it often.

    ``sent_on`` is the day the forms are imagined to be sent: a person that :meth:`difference`
    returns is to be screened as of that day. ``seconds`` is the time for each question.
    """

    questionnaire: Questionnaire
    formulary: Formulary
    sent_on: date = SENT_ON
    seconds: float = SECONDS
    _names: TypedNames = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = TypedNames(self.formulary)

    def difference(self, one: Condition, other: Condition) -> Answers | None:
        """Answers on which the two differ in truth, any of the three; None when PROVED never to.

        Raises Undecided when the solver gives up, SolverMissing, and EncodingDisagrees when the
        engine does not find the difference that the solver found.
        """
        if one == other:
            return None
        return self.person_for(one, other, _differ)

    def person_for(self, one: Condition, other: Condition, wanted: "Wanted") -> Answers | None:
        """Answers on which the two conditions stand as wanted; None when proved never to."""
        space = space_of(self.questionnaire, self._names, [one, other], sent_on=self.sent_on)
        encoder = Encoder(space)
        pairs = encoder.pair(one), encoder.pair(other)
        goal = wanted(*pairs)
        values = values_for(every([space.rules(), goal]), self.seconds)
        if values is None:
            return None
        evaluation = Evaluation(lambda name: int(values.get(name, False)))
        truths = {one: pairs[0].under(evaluation), other: pairs[1].under(evaluation)}
        evidence = Person(space, values).evidence()
        confirm(evidence, truths)
        return simplest(space, evidence, lambda person: all(_holds(person, truths))).answers

    def evidence(self, answers: Answers) -> PatientEvidence:
        """The answers as the engine sees them on the day the forms are imagined to be sent."""
        return PatientEvidence(self.questionnaire, self.formulary, answers, self.sent_on)


Wanted = Callable[[Pair, Pair], Formula]


def _holds(person: PatientEvidence, truths: dict[Condition, Truth]) -> Iterator[bool]:
    return (condition.find(person).truth is truth for condition, truth in truths.items())


def _differ(one: Pair, other: Pair) -> Formula:
    return opposite(every([same(one.yes, other.yes), same(one.no, other.no)]))
