"""``intake rules test``: the examples, the cases, and what of the rules nobody has tried."""

import json
import sys
from pathlib import Path

import click

from intake.cli.refusals import FOUND, refusals_in_words
from intake.config import read_settings
from intake.services import rule_tests, rule_tests_in_words, rule_tests_plain, rule_trials

_A_FILE = click.Path(path_type=Path)


@click.command("test", help="Run the examples and cases of the rules, and say which parts nobody tried.")
@click.option("--mutate", is_flag=True, help="Change each rule in one place at a time: who notices?")
@click.option("--rule", "only", multiple=True, metavar="ID", help="Only this rule; may be given again.")
@click.option("--cases", type=_A_FILE, help="A folder of cases (*.yaml).")
@click.option("--questionnaire", type=_A_FILE, help="Another questionnaire.")
@click.option("--rules", type=_A_FILE, help="Another rules file, on its examples and --cases alone.")
@click.option("--medicines", type=_A_FILE, help="Another medicines file.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one object.")
@click.option("-v", "--verbose", is_flag=True, help="Say of each person what came out and what decided.")
@refusals_in_words
def test(
    *,
    mutate: bool,
    only: tuple[str, ...],
    cases: Path | None,
    questionnaire: Path | None,
    rules: Path | None,
    medicines: Path | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Exit code 1 when anything comes out otherwise, was not tried, or would not be noticed."""
    trial = rule_tests.trial(
        read_settings(), rules, cases, only, questionnaire=questionnaire, medicines=medicines
    )
    run = rule_trials.tried(trial, mutate=mutate, told=_progress)
    if as_json:
        click.echo(json.dumps(rule_tests_plain.as_plain(run), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(rule_tests_in_words.lines(run, everybody=verbose)))
    if run.leaves_something:
        sys.exit(FOUND)


def _progress(done: int, of: int) -> None:
    # One line that is written over; only where somebody watches.
    if sys.stderr.isatty():
        click.echo(f"\rChanging rule {done} of {of}", nl=done == of, err=True)
