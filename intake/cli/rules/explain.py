"""``intake rules explain``: one rule in plain words, and what it makes of the answers in a file."""

import json
from pathlib import Path

import click

from intake.cli.refusals import refusals_in_words
from intake.config import read_settings
from intake.services import explaining, explanation_told, screening_files

_A_FILE = click.Path(path_type=Path)


@click.command("explain", help="Say in plain words when RULE is raised, why, and on whose authority.")
@click.argument("rule")
@click.option(
    "--answers", type=_A_FILE, help="A person, as for `intake screen`: what comes of the rule, and why."
)
@click.option("--rules", type=_A_FILE, help="Another rules file.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@refusals_in_words
def explain(rule: str, *, answers: Path | None, rules: Path | None, as_json: bool) -> None:
    """Exit code 2 when there is no such rule, or a file is refused."""
    settings = read_settings()
    library = screening_files.library(settings, rules=rules)
    name = (rules or settings.screening_rules).name
    found = explaining.explain(library, rule, answers, settings.today(), name)
    if as_json:
        click.echo(json.dumps(explanation_told.as_plain(found), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(explanation_told.lines(found)))
