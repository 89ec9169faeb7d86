"""``intake rules prove``: what holds of the rules for everyone who could fill in the form."""

import json
import os
import sys
from pathlib import Path

import click

from intake.cli.refusals import FOUND, REFUSED, refusals_in_words
from intake.config import read_settings
from intake.services import proofs, proofs_in_words, screening_files

_A_FILE = click.Path(path_type=Path)


@click.command(help="Prove that the rules do what they should for everyone who could fill in the form.")
@click.option("--rule", default="", help="Only what concerns this rule and its topic.")
@click.option("--questionnaire", type=_A_FILE, help="Another questionnaire.")
@click.option("--rules", type=_A_FILE, help="Another rules file.")
@click.option("--medicines", type=_A_FILE, help="Another medicines file.")
@click.option("--invariants", type=_A_FILE, help="Another file of invariants.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=proofs.SECONDS,
    show_default=True,
    help="Time for each question.",
)
@click.option("--processes", type=click.IntRange(1), help="How many to work in, else one for each core.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@refusals_in_words
def prove(
    *,
    rule: str,
    questionnaire: Path | None,
    rules: Path | None,
    medicines: Path | None,
    invariants: Path | None,
    seconds: float,
    processes: int | None,
    as_json: bool,
) -> None:
    """Exit code 1 when something is not so or undecided, 2 when it could not be tried."""
    library = screening_files.library(read_settings(), questionnaire, rules, medicines)
    try:
        proved = proofs.prove(
            library,
            invariants,
            rule=rule,
            seconds=seconds,
            processes=processes or os.cpu_count() or 1,
            told=_progress,
        )
    except (proofs.NoSuchRule, proofs.SolverMissing, proofs.EncodingDisagrees) as refused:
        click.echo(str(refused), err=True)
        sys.exit(REFUSED)
    if as_json:
        click.echo(json.dumps(proofs_in_words.as_plain(proved), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(proofs_in_words.lines(proved)))
    if proved.report.left:
        sys.exit(FOUND)


def _progress(done: int, of: int, name: str) -> None:
    # On a terminal one line that changes; in a log, ten lines.
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {of}  {name:<50.50}", err=True, nl=done == of)
    elif done * 10 // of != (done - 1) * 10 // of:
        click.echo(f"{done} of {of}", err=True)
