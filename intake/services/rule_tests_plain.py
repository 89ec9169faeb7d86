"""What trying the rules came to, as plain data for other programs."""

from collections.abc import Iterable
from typing import Any

from intake.content.short_answers import in_short
from intake.domain.expectations import ComesOut
from intake.domain.mutation import in_words
from intake.domain.rules import Rule
from intake.domain.truth import Truth
from intake.services.rule_mutants import Mutated, Unnoticed
from intake.services.rule_tests import Came, ClauseCoverage, Missing, Trial
from intake.services.rule_trials import Tried


def as_plain(run: Tried) -> dict[str, Any]:
    """Everything; ``mutants`` and ``unnoticed`` only when there are mutants."""
    trial = run.trial
    plain: dict[str, Any] = {
        "rules": len(trial.rules),
        "examples": trial.examples,
        "cases": trial.cases,
        "expectations": [_plain_came(trial, came) for came in run.outcomes],
        "coverage": coverage_figures(run.covered),
        "clauses": [_plain_clause(trial, one) for one in run.covered],
        "missing": [_plain_missing(trial, one) for one in run.missing],
    }
    if run.mutated is not None:
        unnoticed = [(one.rule, mutant) for one in run.mutated for mutant in one.unnoticed]
        plain["mutants"] = {**mutant_figures(run.mutated), "solver": run.proved}
        plain["unnoticed"] = [_plain_unnoticed(trial, rule, one) for rule, one in unnoticed]
    return plain


def coverage_figures(covered: Iterable[ClauseCoverage]) -> dict[str, int]:
    """How many truths of clauses there can be, were seen, and decided; the share is rounded down."""
    listed = list(covered)
    possible = sum(len(one.possible) for one in listed)
    seen = sum(len(one.seen & one.possible) for one in listed)
    return {
        "clauses": len(listed),
        "possible": possible,
        "seen": seen,
        "decided": sum(len(one.decided & one.possible) for one in listed),
        "impossible": len(Truth) * len(listed) - possible,
        "percent": 100 * seen // possible if possible else 100,
    }


def mutant_figures(found: Iterable[Mutated]) -> dict[str, int]:
    """How many mutants there are, and what became of them."""
    listed = list(found)
    total = sum(one.total for one in listed)
    unnoticed = sum(len(one.unnoticed) for one in listed)
    equivalent = sum(len(one.equivalent) for one in listed)
    return {
        "mutants": total,
        "noticed": total - unnoticed,
        "equivalent": equivalent,
        "survivors": unnoticed - equivalent,
    }


def _plain_came(tried: Trial, came: Came) -> dict[str, Any]:
    one = came.expectation
    return {
        "where": one.where,
        "person": one.person,
        "subject": one.subject,
        "expected": _plain_outcome(one.expected),
        "came_out": _plain_outcome(came.came_out),
        "as_expected": came.as_expected,
        "decided_by": [
            {
                "rule": rule.id,
                "clause": found.clause.path,
                "line": tried.lines(rule).of(found.clause.path),
                "comparison": in_words(found.clause.comparison),
                "truth": found.truth.name.lower(),
            }
            for rule, found in came.deciding
        ],
    }


def _plain_outcome(found: ComesOut) -> dict[str, str | None]:
    return {"outcome": found.outcome.value, "priority": found.priority.value if found.priority else None}


def _plain_clause(tried: Trial, one: ClauseCoverage) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "clause": one.clause.path,
        "line": tried.lines(one.rule).of(one.clause.path),
        "comparison": in_words(one.clause.comparison),
        "possible": _names(one.possible),
        "seen": _names(one.seen),
        "decided": _names(one.decided),
    }


def _plain_missing(tried: Trial, one: Missing) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "clause": one.clause.path,
        "line": tried.lines(one.rule).of(one.clause.path),
        "truth": one.truth.name.lower(),
        "answers": None if one.answers is None else in_short(one.answers),
        "outcome": None if one.outcome is None else one.outcome.value,
    }


def _plain_unnoticed(tried: Trial, rule: Rule, one: Unnoticed) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "path": one.mutant.path,
        "line": tried.lines(rule).of(one.mutant.path),
        "change": one.mutant.change,
        "standing": one.standing.value,
        "answers": None if one.answers is None else in_short(one.answers),
        "outcome": None if one.outcome is None else one.outcome.value,
    }


def _names(truths: frozenset[Truth]) -> list[str]:
    return [truth.name.lower() for truth in Truth if truth in truths]
