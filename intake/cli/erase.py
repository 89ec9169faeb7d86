"""The commands that erase: ``intake erase form``, ``due``, ``list`` and ``again``."""

from typing import TextIO

import click

from intake.cli.refusals import refusals_in_words
from intake.config import read_settings
from intake.services import erasing, instance
from intake.services.erasing import Gone


@click.group("erase", help="Erase forms for good, with the keys that open them.")
def erase_group() -> None:
    """Commands that cannot be undone."""


@erase_group.command("form", help="Erase one form, because its patient asked and two people agreed to it.")
@click.argument("reference")
@click.option("--unread", is_flag=True, help="Also when nobody signed it off.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@refusals_in_words
def erase_form(reference: str, *, unread: bool, yes: bool) -> None:
    """Ask, unless told not to: what is erased here nobody can bring back."""
    clinic = instance.opened(read_settings())
    if not yes:
        click.confirm(f"Erase {reference} and everything recorded about it? Nobody can undo this", abort=True)
    _tell(erasing.erase(clinic, reference, unread=unread))


@erase_group.command("due", help="Erase what was agreed to be erased, and what is kept no longer.")
@click.option("--dry-run", is_flag=True, help="Only say how many.")
@click.option("--the-clock-is-right", is_flag=True, help="Also after days without a line in the trail.")
@refusals_in_words
def erase_due(*, dry_run: bool, the_clock_is_right: bool) -> None:
    """For a timer of the machine: intake erases nothing by itself."""
    clinic = instance.opened(read_settings())
    if dry_run:
        click.echo(f"{erasing.count_due(clinic)} forms would be erased now.")
        return
    # First what the clock decides: where it cannot be right, nothing is erased.
    over = erasing.erase_due(clinic, clock_is_right=the_clock_is_right)
    _tell(over + erasing.erase_agreed(clinic))


@erase_group.command("list", help="Print what was erased: an id, a moment and why, one to a line.")
@refusals_in_words
def list_erasures() -> None:
    """Keep it beside the backups, and not in them."""
    for one in erasing.erased(instance.opened(read_settings())):
        click.echo(erasing.line(one))


@erase_group.command("again", help="After a backup was put back: erase once more what FILE names.")
@click.argument("file", type=click.File(encoding="utf-8"))
@refusals_in_words
def erase_again(file: TextIO) -> None:
    """FILE is what `intake erase list` printed."""
    erasures = erasing.written_in(file)
    _tell(erasing.erase_again(instance.opened(read_settings()), erasures))


def _tell(gone: Gone) -> None:
    click.echo(f"{gone.forms} erased, {gone.rows} rows. What the audit trail says of them stays.")
