"""``intake rules test``: the examples, the cases, and what of the rules nobody has tried."""

import json
import sys
import time
from pathlib import Path

import click

from intake.cli.refusals import FOUND, refusals_in_words
from intake.config import read_settings
from intake.services import rule_mutants, rule_tests, rule_tests_told
from intake.services.rule_mutants import Mutated
from intake.services.rule_tests import Trial

_A_FILE = click.Path(path_type=Path)


@click.command("test", help="Run the examples and cases of the rules, and say which parts nobody tried.")
@click.option("--mutate", is_flag=True, help="Change each rule in one place at a time: who notices?")
@click.option("--rule", "only", multiple=True, metavar="ID", help="Only this rule; may be given again.")
@click.option("--rules", type=_A_FILE, help="Another rules file, on its examples alone.")
@click.option("--cases", type=_A_FILE, help="A folder of cases (*.yaml).")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one object.")
@click.option("-v", "--verbose", is_flag=True, help="Say of each person what came out and what decided.")
@refusals_in_words
def test(
    *,
    mutate: bool,
    only: tuple[str, ...],
    rules: Path | None,
    cases: Path | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Exit code 1 when anything comes out otherwise, is not covered, or would not be noticed."""
    tried = rule_tests.trial(read_settings(), rules, cases, only)
    outcomes = rule_tests.outcomes(tried)
    covered = rule_tests.coverage(tried)
    missing = rule_tests.missing(tried, covered)
    began = time.monotonic()
    found = _mutated(tried) if mutate else None
    seconds = time.monotonic() - began
    if as_json:
        plain = rule_tests_told.as_plain(tried, outcomes, covered, missing, found)
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        told = [rule_tests_told.came_out(tried, one) for one in outcomes if verbose or not one.as_expected]
        told += [rule_tests_told.missed(tried, one) for one in missing]
        survivors = [(one.rule, mutant) for one in found or () for mutant in one.survivors]
        told += [rule_tests_told.survived(tried, rule, mutant) for rule, mutant in survivors]
        for lines in told:
            click.echo("\n".join(lines))
        for line in rule_tests_told.summary(tried, outcomes, covered):
            click.echo(line)
        if found is not None:
            click.echo(rule_tests_told.mutants_summary(found, seconds))
    survived = any(one.survivors for one in found or ())
    if missing or survived or not all(one.as_expected for one in outcomes):
        sys.exit(FOUND)


def _mutated(tried: Trial) -> tuple[Mutated, ...]:
    prover = rule_mutants.prover(tried)
    if prover is None:
        click.echo(rule_mutants.NO_PROVER, err=True)
    waiting = rule_mutants.mutated(tried, prover)
    with click.progressbar(waiting, length=len(tried.rules), label="Mutating", file=sys.stderr) as rules:
        return tuple(rules)
