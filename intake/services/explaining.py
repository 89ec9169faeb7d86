"""Explaining one rule: what it says in the words of the form, and what it makes of one person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from intake.content.documents import DocumentRefused, Problem, did_you_mean
from intake.content.library import Library
from intake.domain.clauses import ROOT, clause_findings
from intake.domain.conditions import All, AnyOf, Compare, Condition
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.rules import Rule
from intake.domain.screening import RuleOutcome, outcome_of
from intake.domain.telling import AskedOnly, Teller, Told
from intake.domain.truth import Truth
from intake.domain.turning import Turn, Turning
from intake.domain.wording import Line, quote
from intake.services import screening_files


@dataclass(frozen=True, slots=True)
class LineTruth:
    """What came of one line of the condition, whether the outcome rests on it, and what it waits for."""

    truth: Truth
    decided: bool = False
    waits_for: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonExplained:
    """What a rule makes of one person: of each line by its path, altogether, and what would turn it."""

    evidence: PatientEvidence
    lines: dict[str, LineTruth]
    outcome: RuleOutcome
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rule in words. ``person`` is there when answers were named."""

    library: Library
    rule: Rule
    told: Told
    asked_only: tuple[AskedOnly, ...]
    person: PersonExplained | None


def explain(library: Library, rule_id: str, answers: Path | None, today: date, name: str) -> Explanation:
    """The rule under this id, and the person in a file of answers if one is named.

    ``name`` is that of the rules file. Raises DocumentRefused, also for a rule that is not there.
    """
    rules = {rule.id: rule for rule in library.rulebook.rules}
    silenced = {one.rule: one.until for one in library.rulebook.silenced}
    if rule_id in silenced:
        words = (
            f"rule {rule_id} is silenced by the clinic's overlay until {silenced[rule_id]}, and not run; "
            "to have it explained, name the rules file without the overlay with --rules"
        )
        raise DocumentRefused(name, [Problem(1, words)])
    if rule_id not in rules:
        raise DocumentRefused(
            name, [Problem(1, f'there is no rule "{rule_id}"{did_you_mean(rule_id, rules)}')]
        )
    rule = rules[rule_id]
    teller = Teller(library.questionnaire, library.formulary)
    person = None
    if answers is not None:
        person = explained(rule, screening_files.person_in_file(library, answers, today))
    return Explanation(library, rule, teller.condition(rule.when), teller.asked_only(rule.when), person)


def explained(rule: Rule, given: PatientEvidence) -> PersonExplained:
    """What a rule makes of one person, whose answers may hold some that are not asked for."""
    evidence = PatientEvidence(given.questionnaire, given.formulary, relevant(given), given.as_of)
    return PersonExplained(
        evidence,
        dict(_line_truths(rule.when, evidence)),
        outcome_of(rule, evidence),
        Turning(rule.when, given).turns(),
    )


def _line_truths(condition: Condition, evidence: PatientEvidence) -> Iterator[tuple[str, LineTruth]]:
    for one in clause_findings(condition, evidence):
        waits_for = tuple(quote(evidence, missing) for missing in one.finding.missing)
        yield one.clause.path, LineTruth(one.truth, one.decided, waits_for)
    yield from _group_truths(condition, evidence, ROOT)


def _group_truths(
    condition: Condition, evidence: PatientEvidence, path: str
) -> Iterator[tuple[str, LineTruth]]:
    match condition:
        case Compare():
            return
        case All(parts) | AnyOf(parts):
            yield path, LineTruth(condition.find(evidence).truth)
            word = "all" if isinstance(condition, All) else "any"
            for place, part in enumerate(parts):
                yield from _group_truths(part, evidence, f"{path}.{word}[{place}]")
