"""Changing each rule in one place at a time, to find what no example and no case would notice.

A mutant nobody notices either changes nothing, which only a proof can say, or shows where an example
is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from intake.content.rules import EXAMPLES_AS_OF
from intake.domain.derived_boundaries import Given
from intake.domain.expectations import Expectation
from intake.domain.mutation import Mutant, mutants
from intake.domain.rules import Outcome, Rule
from intake.domain.screening import OUTCOMES
from intake.proving.equivalence import Equivalence
from intake.proving.people import EncodingDisagrees
from intake.proving.solving import SolverMissing, Undecided, require_solver
from intake.services.rule_tests import Trial


def prover(tried: Trial) -> Equivalence | None:
    """What says for certain that two conditions are the same for everyone; None without the solver."""
    try:
        require_solver()
    except SolverMissing:
        return None
    return Equivalence(tried.questionnaire, tried.formulary, sent_on=EXAMPLES_AS_OF)


class Standing(Enum):
    """Where a mutant that nobody noticed stands."""

    EQUIVALENT = "equivalent"  # proved to be the same rule
    DIFFERENT = "different"  # there are people it treats otherwise, and none of them is tried
    NOT_PROVED = "not proved"


@dataclass(frozen=True, slots=True)
class Unnoticed:
    """A mutant that no example and no case notices.

    ``answers`` would tell it from the rule, which comes out ``outcome`` for them; None when no such
    answers were found.
    """

    mutant: Mutant
    standing: Standing
    answers: Given | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Mutated:
    """What came of the mutants of one rule; ``total`` counts all of them."""

    rule: Rule
    total: int
    unnoticed: tuple[Unnoticed, ...]

    @property
    def equivalent(self) -> tuple[Unnoticed, ...]:
        """Those proved to be the same rule."""
        return tuple(one for one in self.unnoticed if one.standing is Standing.EQUIVALENT)

    @property
    def said_twice(self) -> tuple[Unnoticed, ...]:
        """Parts of the condition that can be left out, because the rest says as much already."""
        return tuple(one for one in self.equivalent if one.mutant.leaves_a_part_out)

    @property
    def survivors(self) -> tuple[Unnoticed, ...]:
        """Those an example is missing for, as far as anybody can prove."""
        return tuple(one for one in self.unnoticed if one.standing is not Standing.EQUIVALENT)


def mutated(tried: Trial, prover: Equivalence | None) -> Iterator[Mutated]:
    """What comes of the mutants of each rule, rule by rule. Without a prover nothing is proved."""
    return (_mutated(tried, rule, prover) for rule in tried.rules)


def _mutated(tried: Trial, rule: Rule, prover: Equivalence | None) -> Mutated:
    # What already comes out otherwise than expected cannot notice that a rule changed.
    expected = tuple(one for one in tried.of(rule) if one.holds())
    every = tuple(mutants(rule, tried.questionnaire, tried.formulary))
    unnoticed = [mutant for mutant in every if not _is_noticed(mutant, expected)]
    return Mutated(rule, len(every), tuple(_standing(tried, rule, one, prover) for one in unnoticed))


def _is_noticed(mutant: Mutant, expected: tuple[Expectation, ...]) -> bool:
    return any(one.notices(mutant) for one in expected)


def _standing(tried: Trial, rule: Rule, mutant: Mutant, prover: Equivalence | None) -> Unnoticed:
    if mutant.changes_priority:
        raised = (one for one in rule.examples if one.outcome is Outcome.RAISED)
        somebody = next((one.answers for one in raised), None)
        return Unnoticed(mutant, Standing.DIFFERENT, somebody, Outcome.RAISED)
    proved: Given | None = None
    if prover is not None:
        try:
            proved = prover.difference(rule.when, mutant.rule.when)
        except (Undecided, EncodingDisagrees):
            # Nothing is known, so nothing is taken as proved.
            proved = {}
        else:
            if proved is None:
                return Unnoticed(mutant, Standing.EQUIVALENT)
    bases = tuple(example.answers for example in rule.examples)
    answers = tried.boundaries.difference(rule.when, mutant.rule.when, bases) or proved
    if not answers:
        return Unnoticed(mutant, Standing.NOT_PROVED)
    outcome = OUTCOMES[rule.when.find(tried.boundaries.evidence(answers)).truth]
    return Unnoticed(mutant, Standing.DIFFERENT, answers, outcome)
