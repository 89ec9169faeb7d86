"""``intake rules diff``: the people whom two rules files flag differently."""

import json
import sys
from pathlib import Path

import click

from intake.cli.refusals import FOUND, REFUSED, refusals_in_words
from intake.config import read_settings
from intake.services import differences_told, rule_differences

_A_FILE = click.Path(path_type=Path)


@click.command("diff", help="Say which people the rules in NEW flag otherwise than those in OLD.")
@click.argument("old", type=_A_FILE)
@click.argument("new", type=_A_FILE)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=rule_differences.SECONDS,
    show_default=True,
    help="Time for each question to the solver.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@refusals_in_words
def diff(old: Path, new: Path, *, seconds: float, as_json: bool) -> None:
    """Exit code 1 when somebody is, or may be, flagged differently; 2 when it could not be tried."""
    try:
        found = rule_differences.compare(read_settings(), old, new, seconds)
    except (rule_differences.SolverMissing, rule_differences.EncodingDisagrees) as refused:
        click.echo(str(refused), err=True)
        sys.exit(REFUSED)
    if as_json:
        click.echo(json.dumps(differences_told.as_plain(found), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(differences_told.lines(found)))
    if found.flagged:
        sys.exit(FOUND)
