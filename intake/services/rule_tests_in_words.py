"""What trying the rules came to, in sentences that say where and what to do."""

from collections.abc import Iterator

from intake.content.short_answers import in_short
from intake.domain.clauses import ClauseFinding
from intake.domain.derived_boundaries import Given
from intake.domain.expectations import ComesOut
from intake.domain.mutation import in_words
from intake.domain.rules import Outcome, Rule
from intake.domain.truth import Truth
from intake.services.rule_mutants import Standing, Unnoticed
from intake.services.rule_tests import Came, Missing, Trial
from intake.services.rule_tests_plain import coverage_figures, mutant_figures
from intake.services.rule_trials import Tried

NO_PROVER = (
    "The solver is not installed, so nothing is proved, and every mutant nobody notices is reported. "
    "Install it with: pip install 'intake[proving]'"
)
_TRUTHS = {Truth.YES: "so", Truth.NO: "not so", Truth.NOT_KNOWN: "not known"}
_MOST_CLAUSES = 8


def lines(run: Tried, *, everybody: bool = False) -> Iterator[str]:
    """All there is to tell: first what is to be put right, then the figures.

    With ``everybody`` also what came of each person for whom all is as expected.
    """
    trial = run.trial
    for came in run.outcomes:
        if everybody or not came.as_expected:
            yield from _came_out(trial, came)
    for one in run.missing:
        yield from _missed(trial, one)
    for mutated in run.mutated or ():
        for mutant in mutated.survivors:
            yield from _survived(trial, mutated.rule, mutant)
        for mutant in mutated.said_twice:
            yield from _said_twice(trial, mutated.rule, mutant)
    yield from _summary(run)


def _came_out(tried: Trial, came: Came) -> Iterator[str]:
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


def _missed(tried: Trial, one: Missing) -> Iterator[str]:
    """One truth of one clause that nobody tried, and the example that would."""
    line = tried.lines(one.rule).of(one.clause.path)
    yield (
        f"{tried.written.name}:{line}: {one.rule.id}: no example and no case makes {one.clause.path} "
        f"({in_words(one.clause.comparison)}) {_TRUTHS[one.truth]}"
    )
    yield f"    {_example(one.answers, one.outcome)}"


def _survived(tried: Trial, rule: Rule, one: Unnoticed) -> Iterator[str]:
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


def _said_twice(tried: Trial, rule: Rule, one: Unnoticed) -> Iterator[str]:
    """A part of a rule that is proved to make no difference: worth a look, and nothing wrong."""
    line = tried.lines(rule).of(one.mutant.path)
    yield f"{tried.written.name}:{line}: {rule.id}: note: {one.mutant.path} could do without a part"
    yield f"    {one.mutant.change.removeprefix('left out: ')}: proved to change no outcome for anybody;"
    yield "    leave it out, unless it is there to be quoted to the clinician"


def _summary(run: Tried) -> Iterator[str]:
    trial, unexpected = run.trial, sum(not one.as_expected for one in run.outcomes)
    yield (
        f"{_count(len(trial.rules), 'rule')}: {_count(trial.examples, 'example')} and "
        f"{_count(trial.cases, 'case')}, {_count(len(run.outcomes), 'expectation')}, "
        f"{unexpected or 'none'} came out otherwise."
    )
    figures = coverage_figures(run.covered)
    yield (
        f"{_count(len(run.covered), 'clause')}: {figures['seen']} of {figures['possible']} possible truths "
        f"seen ({figures['percent']} %), {figures['decided']} of them deciding; "
        f"{figures['impossible']} proved impossible."
    )
    if run.mutated is not None:
        figures = mutant_figures(run.mutated)
        yield (
            f"{_count(figures['mutants'], 'mutant')}: {figures['noticed']} noticed, "
            f"{figures['equivalent']} proved to change nothing, {_count(figures['survivors'], 'survivor')}."
        )
        if not run.proved:
            yield NO_PROVER


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


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
