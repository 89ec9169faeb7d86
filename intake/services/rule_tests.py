"""Trying the rules on the examples beside them and on files of cases, and what of them nobody tried."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from intake import resources
from intake.config import Settings
from intake.content.cases import Case, Expected, read_cases
from intake.content.documents import DocumentRefused, Problem, did_you_mean
from intake.content.library import read_asked
from intake.content.rules import EXAMPLES_AS_OF
from intake.content.written_rules import RuleLines, WrittenRules, read_written_rules
from intake.domain.answers import Answers
from intake.domain.boundaries import Boundaries
from intake.domain.clause_truths import possible_truths
from intake.domain.clauses import Clause, ClauseFinding, clause_findings, clauses
from intake.domain.derived_boundaries import Given
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.expectations import ComesOut, Expectation
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Questionnaire
from intake.domain.rules import Outcome, Rule
from intake.domain.screening import OUTCOMES
from intake.domain.truth import Truth
from intake.services.clinic import crisis_lines_of


@dataclass(frozen=True, slots=True)
class Trial:
    """The rules to be tried, and everything that is expected of them.

    ``rules`` are those asked about, in order; ``examples`` and ``cases`` count who is expected
    something of them.
    """

    written: WrittenRules
    questionnaire: Questionnaire
    formulary: Formulary
    rules: tuple[Rule, ...]
    expectations: tuple[Expectation, ...]
    examples: int
    cases: int

    @property
    def boundaries(self) -> Boundaries:
        """Answers worth trying where something is missing."""
        return Boundaries(self.questionnaire, self.formulary, EXAMPLES_AS_OF)

    def lines(self, rule: Rule) -> RuleLines:
        """Where a rule and its parts stand."""
        return self.written.lines[rule.id]

    def of(self, rule: Rule) -> tuple[Expectation, ...]:
        """What is expected of one rule, alone or with its topic."""
        return tuple(one for one in self.expectations if any(r.id == rule.id for r in one.rules))


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one expectation, and the clauses that settled it with the rule of each."""

    expectation: Expectation
    came_out: ComesOut
    deciding: tuple[tuple[Rule, ClauseFinding], ...]

    @property
    def as_expected(self) -> bool:
        """Whether it holds."""
        return self.came_out == self.expectation.expected


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """The truths one clause can have, those that somebody gave it, and those that decided an outcome."""

    rule: Rule
    clause: Clause
    possible: frozenset[Truth]
    seen: frozenset[Truth]
    decided: frozenset[Truth]

    @property
    def missing(self) -> tuple[Truth, ...]:
        """The truths it can have and nobody gave it."""
        return tuple(truth for truth in Truth if truth in self.possible - self.seen)


@dataclass(frozen=True, slots=True)
class Missing:
    """One truth of one clause that nobody tried; ``answers`` would, and the rule then comes out so."""

    rule: Rule
    clause: Clause
    truth: Truth
    answers: Given | None
    outcome: Outcome | None


def trial(
    settings: Settings,
    rules: Path | None = None,
    cases: Path | None = None,
    only: Collection[str] = (),
    *,
    questionnaire: Path | None = None,
    medicines: Path | None = None,
) -> Trial:
    """The rules of the settings, or of another file, with their examples and cases.

    Without a folder of cases the shipped rules are tried on the checkout's own, and other rules on
    their examples alone. Raises DocumentRefused, also for the id of a rule that is not there.
    """
    read = read_asked(
        questionnaire or settings.questionnaire,
        medicines or settings.medicines,
        crisis_lines_of(settings) if questionnaire is None else None,
    )
    asked, formulary = read.questionnaire, read.formulary
    path = rules or settings.screening_rules
    written = read_written_rules(path, asked, formulary)
    if cases is None and path == resources.SCREENING_RULES and resources.CASES.is_dir():
        cases = resources.CASES
    people = read_cases(cases, asked, written.rulebook) if cases else ()
    chosen = _chosen(written, only)
    gathering = _Gathering(written, asked, formulary)
    examples = tuple(one for rule in chosen for one in gathering.examples(rule))
    wanted = {rule.id for rule in chosen}
    of_cases = [
        one for case in people for one in gathering.case(case) if any(rule.id in wanted for rule in one.rules)
    ]
    return Trial(
        written,
        asked,
        formulary,
        chosen,
        (*examples, *of_cases),
        len(examples),
        len({one.person for one in of_cases}),
    )


def outcomes(tried: Trial) -> tuple[Came, ...]:
    """What came of every expectation, in order: examples first, as written, then cases."""
    return tuple(Came(one, one.came_out(), one.deciding()) for one in tried.expectations)


def coverage(tried: Trial) -> tuple[ClauseCoverage, ...]:
    """Which truths the examples and cases of each rule gave to each of its clauses, in order."""
    return tuple(one for rule in tried.rules for one in _covered(tried, rule))


def missing(tried: Trial, covered: tuple[ClauseCoverage, ...]) -> tuple[Missing, ...]:
    """Every truth that nobody tried, with answers that would where some are found."""
    return tuple(_missing(tried, one, truth) for one in covered for truth in one.missing)


def _covered(tried: Trial, rule: Rule) -> Iterator[ClauseCoverage]:
    people = {id(one.evidence): one.evidence for one in tried.of(rule)}
    found = [clause_findings(rule.when, evidence) for evidence in people.values()]
    for place, clause in enumerate(clauses(rule.when)):
        of_clause = [findings[place] for findings in found]
        yield ClauseCoverage(
            rule,
            clause,
            possible_truths(clause.comparison, tried.questionnaire, tried.formulary),
            frozenset(one.truth for one in of_clause),
            frozenset(one.truth for one in of_clause if one.decided),
        )


def _missing(tried: Trial, covered: ClauseCoverage, truth: Truth) -> Missing:
    rule, clause = covered.rule, covered.clause
    bases = tuple(example.answers for example in rule.examples)
    answers = tried.boundaries.showing(clause.comparison, truth, bases)
    if answers is None:
        return Missing(rule, clause, truth, None, None)
    outcome = OUTCOMES[rule.when.find(tried.boundaries.evidence(answers)).truth]
    return Missing(rule, clause, truth, answers, outcome)


def _chosen(written: WrittenRules, only: Collection[str]) -> tuple[Rule, ...]:
    known = [rule.id for rule in written.rulebook.rules]
    unknown = [one for one in only if one not in known]
    if unknown:
        problems = [Problem(1, f'there is no rule "{one}"{did_you_mean(one, known)}') for one in unknown]
        raise DocumentRefused(written.name, problems)
    return tuple(rule for rule in written.rulebook.rules if not only or rule.id in only)


@dataclass(frozen=True, slots=True)
class _Gathering:
    """Makes expectations of examples and cases."""

    written: WrittenRules
    questionnaire: Questionnaire
    formulary: Formulary

    def examples(self, rule: Rule) -> Iterator[Expectation]:
        """One for each example beside a rule."""
        lines = self.written.lines[rule.id].examples
        for number, (example, line) in enumerate(zip(rule.examples, lines, strict=True), 1):
            evidence = PatientEvidence(self.questionnaire, self.formulary, example.answers, example.as_of)
            where = f"{self.written.name}:{line}"
            expected = ComesOut(example.outcome)
            yield Expectation(f"example {number}", where, rule.id, (rule,), evidence, expected)

    def case(self, case: Case) -> Iterator[Expectation]:
        """One for each thing expected of a person, screened as their form would be."""
        evidence = self._evidence(case)
        for one in case.expected:
            subject = one.rule or f"topic {one.topic}"
            expected = ComesOut(one.outcome, one.priority)
            where = f"{case.file}:{one.line}"
            yield Expectation(f"case {case.id}", where, subject, self._rules(one), evidence, expected)

    def _rules(self, expected: Expected) -> tuple[Rule, ...]:
        rules = self.written.rulebook.rules
        return tuple(rule for rule in rules if rule.id == expected.rule or rule.topic == expected.topic)

    def _evidence(self, case: Case) -> PatientEvidence:
        def read(answers: Answers) -> PatientEvidence:
            return PatientEvidence(self.questionnaire, self.formulary, answers, case.as_of)

        return read(relevant(read(case.answers)))
