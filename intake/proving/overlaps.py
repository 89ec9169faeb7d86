"""Rules that add nothing: wherever one is raised or cannot tell, another of its topic says as much."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from intake.domain.invariants import OwnWords
from intake.domain.rules import Rule
from intake.proving.formulas import Formula, every, opposite
from intake.proving.obligations import Implied, Kind, Proof, Verdict
from intake.proving.screens import Screens
from intake.proving.solving import Undecided


@dataclass(slots=True)
class Overlaps:
    """The rules of one topic held against each other; ``implied`` fills while they are.

    Tiers imply each other by design (whoever has a total of 20 has one of 10): that is no finding
    as long as the implied rule is of lower priority.
    """

    screens: Screens
    own_words: tuple[OwnWords, ...]
    implied: list[Implied] = field(default_factory=list)

    def proofs(self, rules: Iterable[Rule]) -> Iterator[Proof]:
        """For each of these rules, whether it adds something; then, whether each exception is needed."""
        for rule in rules:
            excepted = {one.beside for one in self.own_words if one.rule == rule.id}
            covered, undecided = self._held_against_others(rule)
            left = tuple(other for other in covered if other not in excepted)
            verdict = Verdict.REFUTED if left else Verdict.UNDECIDED if undecided else Verdict.SHOWN
            yield Proof(Kind.ADDS_SOMETHING, rule.id, rule.topic, verdict, rules=left)
            for other in sorted(excepted):
                needed = Verdict.UNDECIDED if undecided else Verdict.REFUTED
                needed = Verdict.SHOWN if other in covered else needed
                yield Proof(Kind.EXCEPTION_NEEDED, f"{rule.id} / {other}", rule.topic, needed)

    def _held_against_others(self, rule: Rule) -> tuple[list[str], bool]:
        covered, undecided = [], False
        for other in self.screens.rules:
            if other is rule:
                continue
            try:
                if self._covers(other, rule):
                    covered.append(other.id)
            except Undecided:
                undecided = True
        return covered, undecided

    def _covers(self, other: Rule, rule: Rule) -> bool:
        pair, others = self.screens.of(rule), self.screens.of(other)
        if not self._always(pair.yes, others.yes):
            return False
        self.implied.append(Implied(rule.id, other.id))
        as_high = other.priority.rank <= rule.priority.rank
        return as_high and self._always(pair.not_known, others.flagged)

    def _always(self, first: Formula, second: Formula) -> bool:
        values = self.screens.values_for(every([first, opposite(second)]))
        if values is not None:
            self.screens.person(values)  # the engine agrees that there is such a person
        return values is None
