"""One whole run over the rules: what came of everybody, what nobody tried, and who noticed the mutants."""

from collections.abc import Callable
from dataclasses import dataclass

from intake.services import rule_mutants, rule_tests
from intake.services.rule_mutants import Mutated
from intake.services.rule_tests import Came, ClauseCoverage, Missing, Trial

Told = Callable[[int, int], None]  # how many rules are done, and of how many


@dataclass(frozen=True, slots=True)
class Tried:
    """Everything a run came to. ``mutated`` is None when no rule was changed.

    ``proved`` says whether the solver was there to prove that a mutant is the same rule.
    """

    trial: Trial
    outcomes: tuple[Came, ...]
    covered: tuple[ClauseCoverage, ...]
    missing: tuple[Missing, ...]
    mutated: tuple[Mutated, ...] | None = None
    proved: bool = True

    @property
    def leaves_something(self) -> bool:
        """Whether anything came out otherwise, was never tried, or would go unnoticed."""
        unexpected = any(not one.as_expected for one in self.outcomes)
        survived = any(one.survivors for one in self.mutated or ())
        return unexpected or bool(self.missing) or survived


def tried(trial: Trial, *, mutate: bool = False, told: Told | None = None) -> Tried:
    """Try the rules on everybody; with ``mutate`` also change each of them, telling how far that is."""
    covered = rule_tests.coverage(trial)
    outcomes, missing = rule_tests.outcomes(trial), rule_tests.missing(trial, covered)
    if not mutate:
        return Tried(trial, outcomes, covered, missing)
    prover = rule_mutants.prover(trial)
    mutated = []
    for one in rule_mutants.mutated(trial, prover):
        mutated.append(one)
        if told is not None:
            told(len(mutated), len(trial.rules))
    return Tried(trial, outcomes, covered, missing, tuple(mutated), prover is not None)
