"""The commands ``intake backup`` and ``intake restore``."""

import sys
from pathlib import Path
from typing import TextIO

import click

from intake.cli.refusals import FOUND, refusals_in_words
from intake.config import read_settings
from intake.services import backups, erasing, restoring
from intake.services.console import open_console

_A_FILE = click.Path(path_type=Path)


@click.command(
    "backup", help="Write a backup into TO, a folder or a new file. The sites may go on meanwhile."
)
@click.argument("to", type=_A_FILE)
@refusals_in_words
def backup(to: Path) -> None:
    """Exit code 1 when it was written and something is wrong all the same."""
    console = open_console(read_settings())
    made = backups.make(console, to)
    click.echo(f"Written: {made.file} ({made.size / 1_000_000:.1f} MB), for {made.recipients} recipients.")
    click.echo(
        f"  {made.manifest.rows} rows in {len(made.manifest.tables)} tables, as of {made.manifest.made_at}"
    )
    if made.trail.ok:
        click.echo(f"  the audit trail is whole: {made.trail.checked} lines")
    named = ", ".join(f"{one} {', '.join(ids) or 'none'}" for one, ids in made.manifest.key_ids.items())
    click.echo(f"  it takes the keys: {named}")
    if not made.trail.ok:
        click.echo(
            f"The audit trail is broken at line {made.trail.first_bad_seq}: {made.trail.reason}. "
            "The backup has it as it is. Keep the backups before it.",
            err=True,
        )
    if made.not_copied:
        click.echo(
            f"No recovery copy of {', '.join(made.not_copied)} is confirmed: without the key files of this "
            "machine nobody opens this backup. See `intake keys escrow`.",
            err=True,
        )
    if made.not_copied or not made.trail.ok:
        sys.exit(FOUND)


@click.command("restore", help="Make an empty instance what the backup in FROM holds.")
@click.argument("from_", metavar="FROM", type=_A_FILE)
@click.option("--identity", type=_A_FILE, help="The file of an identity of age that opens it.")
@click.option("--keys", "recovery_copy", type=_A_FILE, help="A recovery copy of the keys.")
@click.option("--erased", type=click.File(encoding="utf-8"), help="What `intake erase list` printed last.")
@refusals_in_words
def restore(from_: Path, identity: Path | None, recovery_copy: Path | None, erased: TextIO | None) -> None:
    """Nothing is ever restored over what is there, and nothing is left when it is refused."""
    erasures = erasing.written_in(erased) if erased is not None else ()
    done = restoring.restore(read_settings(), from_, identity, recovery_copy, erasures)
    found = done.manifest
    click.echo(f"Restored: {found.rows} rows in {len(found.tables)} tables, as of {found.made_at}.")
    click.echo(f"  {done.opened} of {done.tried} forms were opened to see that they can be")
    if done.trail.ok:
        click.echo(f"  the audit trail is whole: {done.trail.checked} lines")
    if erased is not None:
        click.echo(f"  {done.erased} forms that had been erased since then were erased again")
    if done.held_back:
        click.echo(
            f"  {done.held_back} letters to patients waited, and may have been sent since: they stand under "
            "Mail, to be sent or not"
        )
    click.echo("Everybody has to sign in again, with the password of that day. Now: intake serve")
    if not done.trail.ok:
        click.echo(
            f"The audit trail was broken when the backup was made, at line {done.trail.first_bad_seq}: "
            f"{done.trail.reason}.",
            err=True,
        )
    if not done.trail.ok or done.opened < done.tried:
        sys.exit(FOUND)
