"""The commands on keys: making new ones, copies for those who keep them, taking into use, destroying."""

import sys
from pathlib import Path

import click

from intake.cli.asking import password_of
from intake.cli.refusals import FOUND, refusals_in_words
from intake.config import read_settings
from intake.services import at_the_console, instance, keys, recovery_copies, retiring_keys
from intake.services.console import open_console
from intake.services.keys import HeldKey
from intake.storage.age_files import recipients_in
from intake.storage.key_entries import KeyPurpose, Use

_A_PURPOSE = click.Choice([one.value for one in KeyPurpose])
_USES = {Use.ACTIVE: "in use", Use.WAITING: "waits", Use.EARLIER: "earlier"}


@click.group("keys", help="The keys: changing them, and copies of them for people who keep them.")
def keys_group() -> None:
    """Commands on keys."""


@keys_group.command(
    "list", help="Show every key, whether a recovery copy of it is confirmed, and what names it."
)
@refusals_in_words
def list_keys() -> None:
    """Exit code 1 when a key in use has no confirmed recovery copy."""
    held = keys.held(open_console(read_settings()))
    for one in held:
        click.echo(_line(one))
    click.echo("audit   never changes: the whole audit trail is sealed with it")
    if any(one.use is Use.ACTIVE and not one.copied_on for one in held):
        click.echo(
            "Of a key in use no recovery copy is confirmed: with this machine, everything would be lost.\n"
            "Write one: intake keys escrow FILE --to age1... --to age1...",
            err=True,
        )
        sys.exit(FOUND)


@keys_group.command(help="Make a new key, which waits until a recovery copy of it is confirmed.")
@click.argument("purpose", type=_A_PURPOSE)
@refusals_in_words
def new(purpose: str) -> None:
    """PURPOSE: clinic (opens what patients send), staff (passwords), outbox (e-mail), secret (open pages)."""
    made = keys.make(open_console(read_settings()), KeyPurpose(purpose))
    click.echo(f"A new {purpose} key waits: {made}. Nothing is sealed with it yet. Now:")
    click.echo("  intake keys escrow FILE --to age1... --to age1...   write a recovery copy")
    click.echo("  intake keys confirm-escrow                          somebody who keeps it opened it")
    click.echo(f"  intake keys rotate {purpose:<32} take it into use")


@keys_group.command(help="Write every key into FILE, sealed for two or more people who keep it.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "recipients", multiple=True, help="A recipient of age; those of backups if left out.")
@refusals_in_words
def escrow(file: Path, recipients: tuple[str, ...]) -> None:
    """What opens FILE never comes near this machine."""
    settings = read_settings()
    named = recipients or recipients_in(settings.backup_recipients)
    count = recovery_copies.write(open_console(settings), file, named)
    click.echo(f"Written: {file}, {count} keys, for {len(set(named))} recipients.")
    click.echo("Give each of them the file. One of them opens it, on a machine of their own:")
    click.echo(f"  age --decrypt --identity KEY {file.name}")
    click.echo("and tells you its confirmation_words. Then: intake keys confirm-escrow")


@keys_group.command("confirm-escrow", help="Note that somebody opened the newest recovery copy.")
@refusals_in_words
def confirm_escrow() -> None:
    """Asks for the four words that stand in the file, and for nothing else."""
    console = open_console(read_settings())
    if sys.stdin.isatty():
        typed = str(click.prompt("The confirmation words in the recovery copy", err=True))
    else:
        typed = sys.stdin.readline()
    count = recovery_copies.confirm(console, typed)
    click.echo(f"Confirmed: the recovery copy of {count} keys can be opened.")


@keys_group.command(help="Take the key that waits into use, and seal anew what the one before sealed.")
@click.argument("purpose", type=_A_PURPOSE)
@refusals_in_words
def rotate(purpose: str) -> None:
    """The sites may go on meanwhile. Safe to repeat: what a kill left is done then."""
    console, wanted = open_console(read_settings()), KeyPurpose(purpose)
    with click.progressbar(
        length=keys.to_rewrap(console, wanted), label="Sealing anew", file=sys.stderr
    ) as bar:
        done = keys.rotate(console, wanted, bar.update)
    if wanted is KeyPurpose.SECRET:
        click.echo(f"The secret key {done.id} is in use from the next start on: restart intake.")
        return
    click.echo(
        f"The {purpose} key {done.id} is in use. {done.rewrapped.sealed_anew} values were sealed anew."
    )
    if wanted in (KeyPurpose.CLINIC, KeyPurpose.OUTBOX):
        click.echo("Where a site or the worker has key files of its own: bring it the new ones now.")
    click.echo("The key before still opens what is in old backups. To destroy it: intake keys retire ID")
    if done.rewrapped.unreadable:
        click.echo("These cannot be opened with any key, and were left as they are:", err=True)
        click.echo("\n".join(f"  {one}" for one in done.rewrapped.unreadable), err=True)
        sys.exit(FOUND)


@keys_group.command(help="Destroy a key that nothing names any more. Two administrators confirm it.")
@click.argument("key")
@click.option("--by", required=True, help="The username of an administrator.")
@click.option("--confirmed-by", help="The username of a second one; left out where there is no other.")
@refusals_in_words
def retire(key: str, by: str, confirmed_by: str | None) -> None:
    """Each types their own password; nobody's is ever an option, where others could read it."""
    settings = read_settings()
    console, clinic = open_console(settings), instance.opened(settings)
    leaving = retiring_keys.leaving(console, key)
    first = at_the_console.named(clinic, by)
    second = at_the_console.named(clinic, confirmed_by) if confirmed_by else None
    retiring_keys.refuse_people(console, first, second)
    for person in (first, second):
        if person is not None:
            password = password_of(person.printed_name)
            at_the_console.refuse_unless_confirmed(clinic, person, password, "Nothing was destroyed")
    retiring_keys.retire(console, leaving, first, second)
    click.echo(
        f"The {leaving.purpose.value} key {leaving.id} is destroyed here. Recovery copies made before,"
    )
    click.echo("and backups of the key files, still have it: destroy them when no old backup needs it.")


def _line(one: HeldKey) -> str:
    made = f"made {one.made_on}" if one.made_on else "the first one"
    copied = f"recovery copy confirmed {one.copied_on}" if one.copied_on else "no recovery copy confirmed"
    opens = "" if one.purpose is KeyPurpose.SECRET else f", opens {one.sealed} values"
    return f"{one.purpose.value:7} {one.id}  {_USES[one.use]:8} {made}, {copied}{opens}"
