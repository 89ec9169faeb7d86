"""What trying the rules came to, told: in sentences that say where and what to do, and as plain data."""

from collections.abc import Iterable, Iterator
from typing import Any

from intake.content.short_answers import in_short
from intake.domain.clauses import ClauseFinding
from intake.domain.derived_boundaries import Given
from intake.domain.expectations import ComesOut
from intake.domain.mutation import in_words
from intake.domain.rules import Outcome, Rule
from intake.domain.truth import Truth
from intake.services.rule_mutants import Mutated, Standing, Unnoticed
from intake.services.rule_tests import Came, ClauseCoverage, Missing, Trial

_TRUTHS = {Truth.YES: "so", Truth.NO: "not so", Truth.NOT_KNOWN: "not known"}
_MOST_CLAUSES = 8


def came_out(tried: Trial, came: Came) -> Iterator[str]:
    """One expectation: what was expected, what came of it, what decided, and what to do if they differ."""
    one = came.expectation
    said = f"{one.where}: {one.subject}, {one.person}: "
    if came.as_expected:
        yield f"{said}{_outcome(came.came_out)}, as expected"
    else:
        yield f"{said}expected {_outcome(one.expected)}, came out {_outcome(came.came_out)}"
    for rule, found in came.deciding[:_MOST_CLAUSES]:
        yield f"    decided by {_clause(tried, rule, found)}"
    if (more := len(came.deciding) - _MOST_CLAUSES) > 0:
        yield f"    and by {more} more clauses"
    if not came.as_expected:
        yield f"    {_remedy(one.expected, came.came_out)}"


def missed(tried: Trial, one: Missing) -> Iterator[str]:
    """One truth of one clause that nobody tried, and the example that would."""
    line = tried.lines(one.rule).of(one.clause.path)
    yield (
        f"{tried.written.name}:{line}: {one.rule.id}: no example and no case makes {one.clause.path} "
        f"({in_words(one.clause.comparison)}) {_TRUTHS[one.truth]}"
    )
    yield f"    {_example(one.answers, one.outcome)}"


def survived(tried: Trial, rule: Rule, one: Unnoticed) -> Iterator[str]:
    """One mutant nobody noticed, and the example that would notice it."""
    line = tried.lines(rule).of(one.mutant.path)
    where = f"{tried.written.name}:{line}: {rule.id}: nothing notices"
    yield f"{where} {one.mutant.path}: {one.mutant.change}"
    if one.mutant.changes_priority:
        answers = "" if one.answers is None else f" such as {in_short(one.answers)}"
        yield f"    state the priority in a case, of a person for whom it is raised{answers}"
    elif one.standing is Standing.NOT_PROVED:
        yield "    not proved to change nothing, and no answers were found that tell the two apart;"
        yield "    install the solver (pip install 'intake[proving]'), simplify the rule, or add an example"
    else:
        yield f"    {_example(one.answers, one.outcome)}"


def summary(tried: Trial, outcomes: tuple[Came, ...], covered: tuple[ClauseCoverage, ...]) -> Iterator[str]:
    """The figures of a run."""
    unexpected = sum(not one.as_expected for one in outcomes)
    yield (
        f"{len(tried.rules)} rules: {tried.examples} examples and {tried.cases} cases, "
        f"{len(outcomes)} expectations, {unexpected or 'none'} came out otherwise."
    )
    figures = coverage_figures(covered)
    yield (
        f"{len(covered)} clauses: {figures['seen']} of {figures['possible']} possible truths seen "
        f"({figures['percent']} %), {figures['decided']} of them deciding; "
        f"{figures['impossible']} proved impossible."
    )


def mutants_summary(found: Iterable[Mutated], seconds: float) -> str:
    """The figures of a run of mutants."""
    figures = mutant_figures(found)
    return (
        f"{figures['mutants']} mutants: {figures['noticed']} noticed, {figures['equivalent']} proved to "
        f"change nothing, {figures['survivors'] or 'no'} survivors, in {seconds:.1f} seconds."
    )


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


def as_plain(
    tried: Trial,
    outcomes: tuple[Came, ...],
    covered: tuple[ClauseCoverage, ...],
    missing: tuple[Missing, ...],
    found: tuple[Mutated, ...] | None,
) -> dict[str, Any]:
    """Everything, as plain data for other programs; ``mutants`` only when they were tried."""
    plain: dict[str, Any] = {
        "rules": len(tried.rules),
        "examples": tried.examples,
        "cases": tried.cases,
        "expectations": [_plain_came(tried, came) for came in outcomes],
        "coverage": coverage_figures(covered),
        "clauses": [_plain_clause(tried, one) for one in covered],
        "missing": [_plain_missing(tried, one) for one in missing],
    }
    if found is not None:
        unnoticed = [(one.rule, mutant) for one in found for mutant in one.unnoticed]
        plain["mutants"] = mutant_figures(found)
        plain["unnoticed"] = [_plain_unnoticed(tried, rule, one) for rule, one in unnoticed]
    return plain


def _outcome(found: ComesOut) -> str:
    outcome = found.outcome.value.replace("_", " ")
    return outcome if found.priority is None else f"{outcome} at {found.priority.value}"


def _clause(tried: Trial, rule: Rule, found: ClauseFinding) -> str:
    path, line = found.clause.path, tried.lines(rule).of(found.clause.path)
    waits = f" (nobody knows: {', '.join(found.finding.missing)})" if found.finding.missing else ""
    words = f"{in_words(found.clause.comparison)} is {_TRUTHS[found.truth]}{waits}"
    return f"{rule.id} {path} (line {line}): {words}"


def _remedy(expected: ComesOut, came: ComesOut) -> str:
    if expected.outcome is came.outcome:
        return "change the priority of the rule, or the one that is expected"
    return "change the condition, the answers, or the outcome that is expected"


def _example(answers: Given | None, outcome: Outcome | None) -> str:
    if answers is None or outcome is None:
        return "no answers that do were found; add an example, or take the clause out if it can never be so"
    return f"add an example:  - {{answers: {in_short(answers)}, outcome: {outcome.value}}}"


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
