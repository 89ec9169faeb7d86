"""What is expected of one person: what must come of a rule, or of all rules of a topic together."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from intake.domain.clauses import ClauseFinding, deciding
from intake.domain.evidence import PatientEvidence
from intake.domain.mutation import Mutant
from intake.domain.rules import Outcome, Priority, Rule
from intake.domain.screening import OUTCOMES


@dataclass(frozen=True, slots=True)
class ComesOut:
    """What came of a rule or topic; ``priority`` is the flag's, None when there is none or none is told."""

    outcome: Outcome
    priority: Priority | None = None


def comes_out(rules: Iterable[Rule], evidence: PatientEvidence) -> ComesOut:
    """What comes of these rules together: raised when any is, else cannot tell when any cannot.

    The priority is the highest of the rules with that outcome, as a clinician sees it.
    """
    found: dict[Outcome, Priority] = {}
    for rule in rules:
        outcome = OUTCOMES[rule.when.find(evidence).truth]
        highest = found.get(outcome, rule.priority)
        found[outcome] = min(highest, rule.priority, key=lambda priority: priority.rank)
    for outcome in (Outcome.RAISED, Outcome.CANNOT_TELL):
        if outcome in found:
            return ComesOut(outcome, found[outcome])
    return ComesOut(Outcome.NOT_RAISED)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of what is expected of one person.

    ``person`` names them (a case's id, or which example of a rule), ``where`` is the file and line;
    ``subject`` is a rule's id, or ``topic`` and its id, and ``rules`` the rules it speaks of.
    ``expected`` leaves the priority out when none is stated.
    """

    person: str
    where: str
    subject: str
    rules: tuple[Rule, ...]
    evidence: PatientEvidence = field(repr=False)
    expected: ComesOut = field()

    def came_out(self) -> ComesOut:
        """What comes of the rules for this person."""
        return self._told(comes_out(self.rules, self.evidence))

    def holds(self) -> bool:
        """Whether that is what is expected."""
        return self.came_out() == self.expected

    def notices(self, mutant: Mutant) -> bool:
        """Whether it would no longer hold, were this the rule."""
        if mutant.changes_priority and self.expected.priority is None:
            return False
        rules = (mutant.rule if rule.id == mutant.rule.id else rule for rule in self.rules)
        return self._told(comes_out(rules, self.evidence)) != self.expected

    def deciding(self) -> tuple[tuple[Rule, ClauseFinding], ...]:
        """The clauses that settled what came out, with the rule each stands in."""
        outcome = self.came_out().outcome
        return tuple(
            (rule, clause)
            for rule in self.rules
            if OUTCOMES[rule.when.find(self.evidence).truth] is outcome
            for clause in deciding(rule.when, self.evidence)
        )

    def _told(self, found: ComesOut) -> ComesOut:
        return found if self.expected.priority is not None else replace(found, priority=None)
