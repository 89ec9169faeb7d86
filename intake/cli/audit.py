"""The commands on the audit trail: ``intake audit verify``, on the database or on a file of the trail."""

import sys
from pathlib import Path

import click

from intake.cli.refusals import FOUND, REFUSED, refusals_in_words
from intake.config import Settings, read_settings
from intake.services import planted_rules, signature_proofs, trail, trail_files
from intake.services.clinic import open_clinic


@click.group("audit", help="The audit trail.")
def audit_group() -> None:
    """Commands on the audit trail."""


@audit_group.command(help="Follow the whole chain and say whether a line was changed or is missing.")
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="Follow the chain in this file, as it was downloaded. Needs the keys and no database.",
)
@click.option(
    "--with-database",
    is_flag=True,
    help="With --file: see also that the trail of the database begins with it.",
)
@refusals_in_words
def verify(file: Path | None, *, with_database: bool) -> None:
    """Exit code 1 when the chain is broken."""
    settings = read_settings()
    if file is not None:
        _verify_file(settings, file, with_database=with_database)
        return
    if with_database:
        click.echo("Name the file with --file; without it, the database is what is verified.", err=True)
        sys.exit(REFUSED)
    result = trail.verify(open_clinic(settings))
    if result.ok:
        click.echo(f"The audit trail is whole: {result.checked} lines.")
        _tell_of_what_was_planted(settings)
        _prove_signatures(settings)
        return
    click.echo(f"The audit trail is broken at line {result.first_bad_seq}: {result.reason}.", err=True)
    sys.exit(FOUND)


def _tell_of_what_was_planted(settings: Settings) -> None:
    planted = planted_rules.found(open_clinic(settings)).in_words
    for one in planted:
        click.echo(f"Not in the trail, and not in force: {one}.", err=True)
    if planted:
        sys.exit(FOUND)


def _prove_signatures(settings: Settings) -> None:
    counted, wrong = signature_proofs.counted(open_clinic(settings))
    for proof, number in counted.items():
        click.echo(f"Sign-offs {proof.value}: {number}.")
    for one in wrong:
        where = (
            f"sign-off {one.number} of submission {one.submission}"
            if one.number
            else f"submission {one.submission}"
        )
        click.echo(f"{where}: {one.proof.value}.", err=True)
    if wrong:
        sys.exit(FOUND)


def _verify_file(settings: Settings, file: Path, *, with_database: bool) -> None:
    try:
        result = trail_files.verify_file(settings, file)
    except OSError as error:
        click.echo(f"{file} cannot be read ({error.strerror}): name a file of the trail.", err=True)
        sys.exit(REFUSED)
    if not result.ok:
        click.echo(f"{file.name} is broken at line {result.first_bad_seq}: {result.reason}.", err=True)
        sys.exit(FOUND)
    click.echo(f"{file.name} is whole: {result.checked} lines.")
    if not with_database:
        return
    compared = trail_files.goes_on_from(open_clinic(settings), file)
    if not compared.ok:
        click.echo(f"The two part at line {compared.first_bad_seq}: {compared.reason}.", err=True)
        sys.exit(FOUND)
    click.echo("The trail of the database begins with these lines.")
